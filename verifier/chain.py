# SPDX-License-Identifier: Apache-2.0
"""Certificate paths at a moment in the past, from what the file itself carries.

Promises never to open a connection: paths are built from certificates in the
file to anchors the caller names, and revocation is read from the file's
document security store (PAdES B-LT). Answers in words of EN 319 102-1.
"""

from collections.abc import Coroutine, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Literal, TypeVar

from asn1crypto import algos, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko_certvalidator import ValidationContext, find_valid_path
from pyhanko_certvalidator.errors import (
    DisallowedAlgorithmError,
    ExpiredError,
    InsufficientRevinfoError,
    InvalidCertificateError,
    NotYetValidError,
    PathBuildingError,
    RevokedError,
)
from pyhanko_certvalidator.path import ValidationPath

from verifier.algorithms import DatedPolicy
from verifier.errors import CheckError, WeakAlgorithmError
from verifier.guard import reading_hostile_input
from verifier.reasons import Reason
from verifier.revocations import revocation_dates
from verifier.signature import CmsSignature, PdfSignature, TimestampToken

_T = TypeVar("_T")
_POLICY = DatedPolicy()

_CLOCK_TOLERANCE = timedelta(seconds=5)
_MAX_CERTIFICATES = 60
_MAX_NAME_CHARS = 300
_SEAL_USAGE = KeyUsageConstraints(
    # Called contentCommitment since X.509 (2005). A certificate for TLS, OCSP or
    # time stamps may name the same agency under the same CA, and is no seal.
    key_usage={"non_repudiation"},
    extd_key_usage={
        "1.3.6.1.5.5.7.3.36",  # id-kp-documentSigning (RFC 9336)
        "email_protection",
    },
    # No extension at all, or anyExtendedKeyUsage, does not narrow its use.
    explicit_extd_key_usage_required=False,
)
_TIMESTAMP_USAGE = KeyUsageConstraints(
    extd_key_usage={"time_stamping"}, explicit_extd_key_usage_required=True
)
_SIGNATURE_USAGE = KeyUsageConstraints(
    # Other houses' certificates, for persons and seals alike.
    key_usage={"non_repudiation", "digital_signature"},
    match_all_key_usages=False,
    extd_key_usage={
        "1.3.6.1.5.5.7.3.36",
        "email_protection",
        "1.2.840.113583.1.1.5",  # Adobe authentic documents
        "1.3.6.1.4.1.311.10.3.12",  # Microsoft document signing
    },
    explicit_extd_key_usage_required=False,
)
Usage = Literal["seal", "signature", "tsa"]
_USAGES: dict[Usage, KeyUsageConstraints] = {
    "seal": _SEAL_USAGE,
    "signature": _SIGNATURE_USAGE,
    "tsa": _TIMESTAMP_USAGE,
}
_FAILURES: tuple[tuple[type[Exception], Reason], ...] = (
    (RevokedError, Reason.CERTIFICATE_REVOKED),
    (InsufficientRevinfoError, Reason.TRY_LATER),
    (ExpiredError, Reason.CERTIFICATE_EXPIRED),
    (NotYetValidError, Reason.CERTIFICATE_NOT_YET_VALID),
    (DisallowedAlgorithmError, Reason.CRYPTO_CONSTRAINTS),
    # The library says so of self-signed certificates that are no anchor.
    (InvalidCertificateError, Reason.NO_CHAIN),
    (PathBuildingError, Reason.NO_CHAIN),
)


@dataclass(frozen=True, kw_only=True)
class ValidationData:
    """Certificates and revocation data that a file brings along; trusted by none."""

    certificates: tuple[x509.Certificate, ...] = ()
    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = field(default=())
    proofs: "tuple[SigningTime, ...]" = ()
    """What the document timestamps prove to have existed, oldest first."""

    def proven_by(self, signature: PdfSignature, now: datetime) -> datetime:
        """Return when a signature existed at the latest: now, if nothing proves it.

        A document timestamp covers all revisions before its own.
        """
        times = [one.at for one in self.proofs if one.revision > signature.revision]
        return min(times, default=now)


@dataclass(frozen=True, kw_only=True)
class SigningTime:
    """When something was signed, as a time-stamping authority proves it."""

    at: datetime
    authority: str
    revision: int = -1
    """Number of the revision that a document timestamp closes."""


def read_validation_data(reader: PdfFileReader) -> ValidationData:
    """Return what the document security store holds (EN 319 142-1 §5.4.2).

    Raises:
        CheckError: the store is there and cannot be read.
    """
    with reading_hostile_input(Reason.TRY_LATER):
        try:
            store = DocumentSecurityStore.read_dss(reader)
        except NoDSSFoundError:
            return ValidationData()
        return ValidationData(
            certificates=tuple(store.load_certs()),
            crls=tuple(ref.get_object().data for ref in store.crls),
            ocsps=tuple(ref.get_object().data for ref in store.ocsps),
        )


def read_signing_time(
    signature: PdfSignature,
    *,
    anchors: Sequence[bytes],
    material: ValidationData,
    now: datetime,
) -> SigningTime | None:
    """Return the proven time of a signature, or None if it carries no proof.

    The proof is the time stamp within it; where that proves nothing any more, the
    oldest document timestamp over it (EN 319 102-1 §5.6.3.4).

    Raises:
        CheckError: a time stamp is broken or over something else.
        CheckError: no time stamp chains to an anchor, or none proves anything now.
    """
    failure: CheckError | None = None
    poe = material.proven_by(signature, now)
    for token in signature.signature_timestamps():
        try:
            return _judge_token(token, anchors=anchors, material=material, poe=poe)
        except CheckError as error:
            expired = error.reason is Reason.OUT_OF_BOUNDS
            reason = error.reason if expired else Reason.NO_POE
            failure = CheckError(reason, str(error))
    for proof in material.proofs:
        if proof.revision > signature.revision:
            return proof
    if failure is not None:
        raise failure
    return None


def read_archive_times(
    signatures: Iterable[PdfSignature],
    *,
    anchors: Sequence[bytes],
    material: ValidationData,
    now: datetime,
) -> tuple[SigningTime, ...]:
    """Return the times of the document timestamps, oldest first (PAdES B-LTA).

    From the newest back: each must be good now, or have been when a newer one that
    is good was made over it (EN 319 102-1 §5.6.2.4). One that is not, or whose
    authority is not trusted, proves nothing and is left out: it does no harm either.
    """
    times: list[SigningTime] = []
    stamps = [one for one in signatures if isinstance(one.cms, TimestampToken)]
    poe = now
    for stamp in sorted(stamps, key=lambda one: one.revision, reverse=True):
        with suppress(CheckError):
            time = _judge_token(stamp.cms, anchors=anchors, material=material, poe=poe)
            times.insert(0, replace(time, revision=stamp.revision))
            poe = time.at
    return tuple(times)


def _judge_token(
    token: CmsSignature,
    *,
    anchors: Sequence[bytes],
    material: ValidationData,
    poe: datetime,
) -> SigningTime:
    """Return the time of a token that existed at a moment (`poe`, proof of existence).

    Raises:
        CheckError: it is of later, or by nobody who may.
        CheckError: its certificates had ended or were revoked by then.
    """
    if not isinstance(token, TimestampToken) or token.time > poe + _CLOCK_TOLERANCE:
        raise CheckError(Reason.NO_POE, f"no time stamp of before {poe}")
    path = find_path(
        token, anchors=anchors, at=token.time, material=material, usage="tsa"
    )
    # Until it is known to have existed, its algorithms must have counted (§5.2.8).
    _check_algorithms(token, poe)
    certificates = list(path.iter_certs(include_root=False))
    end = min(one.not_valid_after for one in certificates)
    if end < poe - _CLOCK_TOLERANCE:
        raise CheckError(
            Reason.OUT_OF_BOUNDS,
            f"the time stamp's certificate ended {end:%Y-%m-%d}, and no newer time "
            "stamp proves that it was made before",
        )
    whole = list(path.iter_certs(include_root=True))
    for date in revocation_dates(whole, material.crls, material.ocsps):
        if token.time < date <= poe:
            raise CheckError(
                Reason.NO_POE,
                f"the authority's certificate was revoked {date:%Y-%m-%d}, and no "
                "newer time stamp proves that the time stamp was made before",
            )
    return SigningTime(at=token.time, authority=describe_name(token.signer.subject))


def find_anchor(
    signature: CmsSignature,
    *,
    anchors: Sequence[bytes],
    at: datetime,
    material: ValidationData,
    usage: Usage,
) -> bytes:
    """Return the anchor (DER) to which the signer's certificate chains at a moment.

    Raises:
        CheckError: as `find_path`.
    """
    path = find_path(signature, anchors=anchors, at=at, material=material, usage=usage)
    authority: Any = path.trust_anchor.authority
    return bytes(authority.certificate.dump())


def find_path(
    signature: CmsSignature,
    *,
    anchors: Sequence[bytes],
    at: datetime,
    material: ValidationData,
    usage: Usage,
) -> ValidationPath:
    """Return the path from an anchor to the signer's certificate at a moment.

    A certificate that names a source of revocation data needs such data in
    `material`, good for the moment.

    Raises:
        CheckError: the certificate is not one for seals, or for time stamps.
        CheckError: no chain, or a link that did not hold at that moment.
        CheckError: revocation data is missing or too old.
    """
    if not anchors:
        raise CheckError(Reason.NO_CHAIN, "no anchor could certify this signer")
    others = [*signature.others, *material.certificates]
    if len(others) > _MAX_CERTIFICATES:
        raise CheckError(Reason.LIMIT, f"certificates: {len(others)}")
    with reading_hostile_input(Reason.CHAIN_FAILURE):
        _check_usage(signature.signer, usage)
        context = ValidationContext(
            trust_roots=[load_certificate(der) for der in anchors],
            other_certs=others,
            moment=at,
            crls=list(material.crls),
            ocsps=list(material.ocsps),
            allow_fetching=False,
            revocation_mode="hard-fail",
            algorithm_usage_policy=_POLICY,
            time_tolerance=_CLOCK_TOLERANCE,
            # Revocation data is fetched after signing, so it is newer than the
            # moment it speaks of; it lists what was revoked before as well.
            retroactive_revinfo=True,
        )
        path = _build_path(signature.signer, context)
        # Last: a weak signature of somebody whom nobody vouches for is a stranger's.
        _check_algorithms(signature, at)
        return path


def describe_name(name: x509.Name) -> str:
    """Return common name and organisation, as far as a name has them."""
    values = name_values(name)
    parts = [value for kind in ("CN", "O") for value in values.get(kind, ())]
    return ", ".join(parts)[:_MAX_NAME_CHARS]


def name_values(name: x509.Name) -> dict[str, list[str]]:
    """Return the attributes of a name under the names a trust list uses."""
    values: dict[str, list[str]] = {}
    for pair in name.chosen:
        for attribute in pair:
            oid = attribute["type"].dotted
            kind = _ATTRIBUTES.get(oid, oid)
            values.setdefault(kind, []).append(str(attribute["value"].native))
    return values


_ATTRIBUTES = {
    "2.5.4.3": "CN",
    "2.5.4.6": "C",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "2.5.4.5": "serialNumber",
    "2.5.4.97": "organizationIdentifier",
}


def _build_path(
    certificate: x509.Certificate, context: ValidationContext
) -> ValidationPath:
    try:
        path: ValidationPath = _run(
            find_valid_path(
                certificate,
                context.path_builder.async_build_paths_lazy(certificate),
                validation_context=context,
            )
        )
    except Exception as error:
        for kind, reason in _FAILURES:
            if isinstance(error, kind):
                raise CheckError(reason, str(error)) from error
        raise
    return path


def _check_usage(certificate: x509.Certificate, usage: Usage) -> None:
    constraints = _USAGES[usage]
    try:
        constraints.validate(certificate)
    except InvalidCertificateError as error:
        raise CheckError(Reason.CHAIN_CONSTRAINTS, str(error)) from error


def _run(coroutine: Coroutine[Any, Any, _T]) -> _T:
    """Run a coroutine that has nothing to wait for.

    The library is asynchronous only to fetch; it may not fetch here, so a
    coroutine that wants to wait is an error and not a reason for a loop.
    """
    try:
        coroutine.send(None)
    except StopIteration as done:
        result: _T = done.value
        return result
    coroutine.close()
    raise RuntimeError("certificate validation wanted to wait for something")


@lru_cache(maxsize=256)
def load_certificate(der: bytes) -> x509.Certificate:
    """Return a certificate, read once."""
    return x509.Certificate.load(der)


def _check_algorithms(signature: CmsSignature, at: datetime) -> None:
    info = signature.signer_info
    digests = {signature.digest_name, signature.covers_name}
    verdicts = [
        _POLICY.signature_algorithm_allowed(
            info["signature_algorithm"], at, signature.signer.public_key
        ),
        *(
            _POLICY.digest_algorithm_allowed(
                algos.DigestAlgorithm({"algorithm": name}), at
            )
            for name in sorted(digests)
        ),
    ]
    for verdict in verdicts:
        if not verdict:
            raise WeakAlgorithmError(
                verdict.failure_reason or "weak algorithm",
                ended=verdict.not_allowed_after,
            )
