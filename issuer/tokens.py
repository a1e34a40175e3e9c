# SPDX-License-Identifier: Apache-2.0
"""Judges what a time-stamping authority answers, before any of it is used.

Promises: a token that passes dates exactly what was asked, now, for this request
(RFC 3161 §2.4.2, RFC 5816), is signed by the certificate it names, and that
certificate is one for time stamps below an anchor of ours and not revoked. Refuses
everything else with one sentence, so that the next authority can be asked.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar, Final

from asn1crypto import cms, core, tsp
from asn1crypto import x509 as asn1_x509
from pyhanko.sign.ades.report import AdESIndeterminate
from pyhanko.sign.general import extract_certificate_info, extract_signer_info
from pyhanko.sign.validation.generic_cms import (
    get_signing_cert_attr,
    validate_sig_integrity,
)
from pyhanko_certvalidator import CertificateValidator, ValidationContext

from issuer.clocks import Drift
from issuer.encoded import EncodedContent
from issuer.revocation import RevocationData

_DIGESTS: Final = frozenset({"sha256", "sha384", "sha512"})
_GRANTED: Final = frozenset({"granted", "granted_with_mods"})
_KEPT_PATHS: Final = 16
"""Certificates of authorities that were judged; one authority has one or two."""


class TimeStampResponse(core.Sequence):  # type: ignore[misc]  # asn1crypto has no types
    """TimeStampResp, of which a refusal has no token (RFC 3161 §2.4.2)."""

    _fields: ClassVar = [
        ("status", tsp.PKIStatusInfo),
        ("time_stamp_token", cms.ContentInfo, {"optional": True}),
    ]


class TokenRefusedError(Exception):
    """An authority's answer is none that counts; the next authority is asked."""


class TokenTimeError(TokenRefusedError):
    """The time in the token is not the time here."""

    def __init__(self, message: str, drift: Drift) -> None:
        super().__init__(message)
        self.drift = drift


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What was asked, of whom, and when by our clock."""

    authority: str
    request: tsp.TimeStampReq
    sent: datetime
    received: datetime


@dataclass(kw_only=True)
class TokenJudge:
    """What tokens are judged by; remembers the certificates it has judged."""

    roots: Sequence[asn1_x509.Certificate]
    policies: frozenset[str]
    """OIDs of the policies that count; none named: any."""
    leeway: float
    """Seconds that the time in a token may differ from ours."""
    development: str | None = None
    """OID of the policy of the development authority, where that does not count."""
    _paths: dict[bytes, tuple[RevocationData, datetime, datetime]] = field(
        default_factory=dict
    )
    """By certificate: what it was judged by, and from when to when its path holds."""

    async def check_response(
        self, answer: bytes, asked: Asked, revocations: RevocationData
    ) -> EncodedContent:
        """Check an encoded TimeStampResp as a whole, and return the token in it.

        1. It is a granted token with one signature.
        2. It dates what was asked, for this request: imprint, nonce, policy.
        3. The certificate that it names has signed it.
        4. The time is that of now.
        5. The certificate is for time stamps, reaches an anchor, is not revoked.

        Raises:
            TokenTimeError: the time differs from ours.
            TokenRefusedError: what else is wrong.
        """
        # 1.
        signed, info = _read_token(answer)
        # 2.
        _check_info(info, asked.request)
        self._check_policy(info)
        # 3.
        certificate = _check_signature(signed)
        # 4.
        self._check_time(info, asked)
        # 5.
        _check_purpose(certificate)
        moment = info["gen_time"].native
        await self._check_path(certificate, signed, revocations, moment, asked.received)
        # Taken from the bytes once more: what was looked into is encoded anew.
        response = TimeStampResponse.load(answer, strict=True)
        return EncodedContent.of(response["time_stamp_token"].dump())

    def _check_policy(self, info: tsp.TSTInfo) -> None:
        policy = info["policy"].dotted
        if policy == self.development and policy not in self.policies:
            raise TokenRefusedError(
                f"the token is of policy {policy}, that of an authority for "
                "development: TRA_ENV=production wants another one in TRA_TSA_URLS"
            )
        if self.policies and policy not in self.policies:
            raise TokenRefusedError(
                f"the token is of policy {policy}, which TRA_TSA_POLICIES does not name"
            )

    def _check_time(self, info: tsp.TSTInfo, asked: Asked) -> None:
        told, leeway = info["gen_time"].native, timedelta(seconds=self.leeway)
        if asked.sent - leeway <= told <= asked.received + leeway:
            return
        drift = (told - asked.received).total_seconds()
        raise TokenTimeError(
            f"the time in the token is {drift:+.0f} s from the time here",
            Drift(authority=asked.authority, seconds=drift),
        )

    async def _check_path(
        self,
        certificate: asn1_x509.Certificate,
        signed: cms.SignedData,
        revocations: RevocationData,
        told: datetime,
        now: datetime,
    ) -> None:
        # The lists speak for all tokens until they are fetched anew.
        known = self._paths.get(certificate.sha256)
        if known is None or known[0] is not revocations:
            start, end = await self._judge(certificate, signed, revocations, now)
            if len(self._paths) >= _KEPT_PATHS:
                self._paths.clear()
            known = self._paths[certificate.sha256] = (revocations, start, end)
        if not known[1] <= told <= known[2]:
            raise TokenRefusedError(
                f"the authority's certificate is valid from {known[1]:%F %T}Z to "
                f"{known[2]:%F %T}Z, and the token is of {told:%F %T}Z"
            )

    async def _judge(
        self,
        certificate: asn1_x509.Certificate,
        signed: cms.SignedData,
        revocations: RevocationData,
        now: datetime,
    ) -> tuple[datetime, datetime]:
        came = [one.chosen for one in signed["certificates"]]
        context = ValidationContext(
            trust_roots=list(self.roots),
            other_certs=[one for one in came if isinstance(one, asn1_x509.Certificate)],
            crls=revocations.crls,
            ocsps=revocations.ocsps,
            moment=now,
            allow_fetching=False,
            revocation_mode="hard-fail",
        )
        validator = CertificateValidator(certificate, validation_context=context)
        try:
            path = await validator.async_validate_usage(  # type: ignore[no-untyped-call]
                set(), extended_key_usage={"time_stamping"}
            )
        except Exception as error:  # whatever it is, this is no authority of ours
            raise TokenRefusedError(
                f"the authority's certificate does not count: {error}"
            ) from error
        certificates = [one for one in path if isinstance(one, asn1_x509.Certificate)]
        return (
            max(one.not_valid_before for one in certificates),
            min(one.not_valid_after for one in certificates),
        )


def _read_token(answer: bytes) -> tuple[cms.SignedData, tsp.TSTInfo]:
    try:
        response = TimeStampResponse.load(answer, strict=True)
        status = response["status"]["status"].native
        kinds, signed, info = None, None, None
        if status in _GRANTED:
            token = response["time_stamp_token"]
            kinds, signed = [token["content_type"].native], token["content"]
            content = signed["encap_content_info"]
            kinds.append(content["content_type"].native)
            info = content["content"].parsed
            _ = info["gen_time"].native.year
        else:
            status = f"{status} {_reason(response)}"
    except Exception as error:  # asn1crypto lets all kinds out
        raise TokenRefusedError("the answer is no time-stamp response") from error
    if kinds is None:
        raise TokenRefusedError(f"the authority refuses: {status}")
    if kinds != ["signed_data", "tst_info"]:
        raise TokenRefusedError("what is signed is no time stamp")
    return signed, info


def _reason(response: TimeStampResponse) -> str:
    texts = response["status"]["status_string"].native or []
    failure = response["status"]["fail_info"].native
    return " ".join([*map(str, texts), str(failure or "")]).strip()[:200]


def _check_info(info: tsp.TSTInfo, request: tsp.TimeStampReq) -> None:
    if info["version"].native != "v1":
        raise TokenRefusedError("the token is not of version 1")
    nonce = request["nonce"].native
    if nonce is not None and info["nonce"].native != nonce:
        raise TokenRefusedError(
            "the token is of another request (nonce): an old one, sent again"
        )
    given, asked = info["message_imprint"], request["message_imprint"]
    algorithm = given["hash_algorithm"]["algorithm"].native
    if algorithm != asked["hash_algorithm"]["algorithm"].native:
        raise TokenRefusedError(
            f"the token is over a {algorithm} digest, which was not asked for"
        )
    if given["hashed_message"].native != asked["hashed_message"].native:
        raise TokenRefusedError("the token dates something else (message imprint)")


def _check_signature(signed: cms.SignedData) -> asn1_x509.Certificate:
    try:
        signer = extract_signer_info(signed)
        certificate = extract_certificate_info(signed).signer_cert
        attributes = signer["signed_attrs"]
        named = get_signing_cert_attr(attributes)
    except Exception as error:
        raise TokenRefusedError(
            "the token has not exactly one signature with its certificate"
        ) from error
    if isinstance(attributes, core.Void) or named is None:
        raise TokenRefusedError("the token does not name its certificate (ESSCertID)")
    algorithm = signer["digest_algorithm"]["algorithm"].native
    if algorithm not in _DIGESTS:
        raise TokenRefusedError(f"the token is signed over {algorithm}")
    try:
        # Checks the ESSCertID, too: slow, so not twice.
        content = bytes(signed["encap_content_info"]["content"])
        digest = hashlib.new(algorithm, content).digest()
        intact, valid = validate_sig_integrity(signer, certificate, "tst_info", digest)
    except Exception as error:
        lack = getattr(error, "ades_subindication", None)
        if lack is AdESIndeterminate.NO_SIGNING_CERTIFICATE_FOUND:
            fault = "the token names another certificate (ESSCertID)"
        else:
            fault = f"the token's signature cannot be judged: {error}"
        raise TokenRefusedError(fault) from error
    if not (intact and valid):
        raise TokenRefusedError("the token's signature does not verify")
    return certificate


def _check_purpose(certificate: asn1_x509.Certificate) -> None:
    """Check for the one purpose, critical and alone (RFC 3161 §2.3)."""
    for extension in certificate["tbs_certificate"]["extensions"]:
        if extension["extn_id"].native != "extended_key_usage":
            continue
        if not extension["critical"].native:
            raise TokenRefusedError(
                "the purpose of the authority's certificate is not critical"
            )
        if extension["extn_value"].parsed.native != ["time_stamping"]:
            raise TokenRefusedError(
                "the authority's certificate is not for time stamps alone"
            )
        return
    raise TokenRefusedError("the authority's certificate is not for time stamps")
