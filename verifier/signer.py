# SPDX-License-Identifier: Apache-2.0
"""Finds the agency on the trust list whose seal a signature is.

A seal counts for an agency only if its certificate chains to one of the
agency's anchors and carries every subject attribute the anchor demands: one CA
serves many agencies, and none may seal for another.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from asn1crypto import x509

from register.document import Text
from register.members import format_instant
from register.trust_list import Agency, Period, SealAnchor, TrustList
from verifier.chain import (
    SigningTime,
    ValidationData,
    describe_name,
    find_anchor,
    load_certificate,
    name_values,
)
from verifier.claims import check_period
from verifier.errors import CheckError, WeakAlgorithmError
from verifier.reasons import Reason
from verifier.signature import PdfSignature

_PERSON: Final = frozenset({"2.5.4.4", "2.5.4.42", "2.5.4.65"})
"""surname, givenName, pseudonym: what a subject names a person by."""


@dataclass(frozen=True, kw_only=True)
class Signer:
    """An agency, and the anchor through which its seal is known."""

    agency: Agency
    anchor: SealAnchor
    periods: tuple[Period, ...] = ()
    """When the anchor counts, and what the list says of this very key."""

    @property
    def compromised_from(self) -> datetime | None:
        """From when on a thief may have had the key, if one was stolen."""
        known = [p.compromised_from for p in self.periods if p.compromised_from]
        return min(known, default=None)


def name_signers(signature: PdfSignature, trust: TrustList) -> list[Signer]:
    """Return whose seal a certificate claims to be, by its subject alone."""
    values = name_values(signature.cms.signer.subject)
    return [
        Signer(agency=agency, anchor=anchor)
        for agency in trust.agencies
        for anchor in agency.seal_anchors
        if all(values.get(name) == [value] for name, value in anchor.subject.items())
    ]


def find_signer(
    signature: PdfSignature,
    candidates: Sequence[Signer],
    *,
    trust: TrustList,
    time: SigningTime | None,
    material: ValidationData,
    now: datetime,
) -> Signer:
    """Return whose seal this is, judged at the proven time or else now.

    Raises:
        CheckError: no agency's; a certificate or key that did not count then;
            or revocation data or a proof of time is missing.
    """
    at = now if time is None else time.at
    anchors = [signer.anchor.certificate for signer in candidates]
    try:
        anchor = find_anchor(
            signature.cms,
            anchors=anchors or _all_anchors(trust),
            at=at,
            material=material,
            usage="seal",
        )
    except CheckError as error:
        raise _unless_earlier(error, time) from error
    if not candidates:
        raise CheckError(
            Reason.CHAIN_CONSTRAINTS, "a listed CA certified it, but for no agency"
        )
    signer = next(c for c in candidates if c.anchor.certificate == anchor)
    listed = trust.seal_certificates_of(_key_sha256(signature))
    periods = (signer.anchor.period, *(entry.period for entry in listed))
    for period in periods:
        try:
            check_period(period, at)
        except CheckError as error:
            raise _unless_earlier(error, time) from error
    return replace(signer, periods=periods)


def _unless_earlier(error: CheckError, time: SigningTime | None) -> CheckError:
    """Return what is to be said of what has ended, by what proves its use.

    EN 319 102-1 §5.5.4: a key or an algorithm has ended, and nothing proves an earlier
    use. An algorithm that never counted is no better for a proof.
    """
    if isinstance(error, WeakAlgorithmError) and error.ended and time is None:
        return CheckError(Reason.CRYPTO_NO_POE, error.detail)
    ended = error.reason in (Reason.CERTIFICATE_EXPIRED, Reason.KEY_NOT_IN_USE)
    if ended and time is None:
        return CheckError(Reason.OUT_OF_BOUNDS, error.detail)
    return error


def describe_signature(
    signature: PdfSignature,
    *,
    time: SigningTime | None,
    archived: tuple[SigningTime, ...],
    signer: Signer | None,
    changes: Sequence[Mapping[str, Any]],
    trusted_by: Mapping[str, object] | None = None,
) -> Mapping[str, object]:
    """Return what a person may want to know of a signature."""
    certificate = signature.cms.signer
    return {
        "field": signature.name,
        "signer": describe_name(certificate.subject),
        "agency": None
        if signer is None
        else {"id": signer.agency.id, "name": signer.agency.name.to_json()},
        "signed_at": None if time is None else format_instant(time.at),
        "timestamp_authority": None if time is None else time.authority,
        "archive_timestamps": [
            {
                "at": format_instant(one.at),
                "authority": one.authority,
                "revision": one.revision + 1,
            }
            for one in archived
        ],
        "certificate": describe_certificate(certificate),
        "officer": None,
        "trusted_by": trusted_by,
        "later_changes": [change["text"]["en"] for change in changes],
    }


def name_anchor(name: Text, certificate: bytes) -> Mapping[str, object]:
    """Return which list and which of its anchors vouch for a signer."""
    subject = load_certificate(certificate).subject
    return {"list": name.to_json(), "anchor": describe_name(subject)}


def _key_sha256(signature: PdfSignature) -> bytes:
    spki = signature.cms.signer["tbs_certificate"]["subject_public_key_info"]
    return hashlib.sha256(spki.dump()).digest()


def describe_certificate(certificate: x509.Certificate) -> Mapping[str, object]:
    """Return what a person may want to know of a certificate."""
    validity = certificate["tbs_certificate"]["validity"]
    return {
        "issuer": describe_name(certificate.issuer),
        "serial": format(certificate.serial_number, "x"),
        "sha256": hashlib.sha256(certificate.dump()).hexdigest(),
        "not_before": _read_instant(validity["not_before"]),
        "not_after": _read_instant(validity["not_after"]),
    }


def _read_instant(time: x509.Time) -> str | None:
    """Return a moment of a certificate; None for the 31st of a 13th month."""
    try:
        return format_instant(time.native)
    except (ValueError, OverflowError):
        return None


def names_person(certificate: x509.Certificate) -> bool:
    """Tell whether a certificate is of a person (EN 319 412-2 §4.2.4)."""
    return not _PERSON.isdisjoint(name_values(certificate.subject))


def check_seal_is_agency(seal: PdfSignature, before: Sequence[PdfSignature]) -> None:
    """Check that the last signature of a file is no person's.

    Raises:
        CheckError: OFFICER_ORDER if an agency signed before, else CHAIN_CONSTRAINTS.
    """
    if not names_person(seal.cms.signer):
        return
    if any(not names_person(one.cms.signer) for one in before):
        raise CheckError(
            Reason.OFFICER_ORDER, "a person signed after the agency had sealed"
        )
    raise CheckError(
        Reason.CHAIN_CONSTRAINTS, "the certificate is of a person and no seal"
    )


def _all_anchors(trust: TrustList) -> list[bytes]:
    return [
        anchor.certificate
        for agency in trust.agencies
        for anchor in agency.seal_anchors
    ]
