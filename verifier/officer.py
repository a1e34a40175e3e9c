# SPDX-License-Identifier: Apache-2.0
"""Decides whether the officer who had to sign a document did, before the seal.

The record names the officer and the one certificate that counts; the trust list says
which versions of a type ask for an officer, and which CAs certify those of an agency.
A person's certificate is never a seal, and a seal's never an officer's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from asn1crypto import x509

from register.members import format_instant
from register.officer import OfficerFacts
from register.record import RecordFacts
from register.trust_list import Agency, SealAnchor, TrustList, TypeEntry
from verifier.chain import (
    SigningTime,
    describe_name,
    find_anchor,
    name_values,
    read_signing_time,
)
from verifier.claims import check_period
from verifier.errors import CheckError
from verifier.guard import reading_hostile_input
from verifier.integrity import IntactPdf
from verifier.limits import Limits
from verifier.pdf_input import read_attachments
from verifier.reasons import CheckId, Reason
from verifier.report import Findings
from verifier.seal import Sealed
from verifier.signature import PdfSignature
from verifier.signer import describe_certificate, names_person


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a document says of itself, and the list of its type."""

    facts: RecordFacts
    entry: TypeEntry


def judge_officer(
    intact: IntactPdf,
    sealed: Sealed,
    asked: Asked,
    *,
    trust: TrustList,
    limits: Limits,
    findings: Findings,
) -> None:
    """Record the check OFFICER, if the document asks for an officer's signature."""
    facts, entry = asked.facts, asked.entry
    if facts.officer is None and facts.type_version not in entry.officer_versions:
        return
    with findings.log.check(CheckId.OFFICER):
        if facts.officer is None:
            raise CheckError(
                Reason.OFFICER_MISSING,
                f"an officer signs {entry.id} version {facts.type_version}, and the "
                "record names none",
            )
        signature = _find_signature(intact)
        time = _check_officer(signature, facts.officer, sealed, trust, findings.now)
        _check_same_document(signature, intact.seal, sealed, limits)
        findings.signature = {
            **(findings.signature or {}),
            "officer": _describe(signature, facts.officer, time),
        }


def _find_signature(intact: IntactPdf) -> PdfSignature:
    """Return the one signature before the seal.

    Raises:
        CheckError: OFFICER_MISSING, or OFFICER_MISMATCH for more than one.
    """
    others = intact.before_seal
    if not others:
        raise CheckError(Reason.OFFICER_MISSING, "the seal is the only signature")
    if len(others) > 1:
        raise CheckError(
            Reason.OFFICER_MISMATCH, f"{len(others)} signatures before the seal"
        )
    return others[0]


def _check_officer(
    signature: PdfSignature,
    officer: OfficerFacts,
    sealed: Sealed,
    trust: TrustList,
    now: datetime,
) -> SigningTime:
    """Check who signed and when; return the proven time.

    Raises:
        CheckError: another person, or one that the agency's CAs do not vouch for;
            no proof of time, or one from after the seal.
    """
    certificate = signature.cms.signer
    if not names_person(certificate):
        raise CheckError(
            Reason.OFFICER_MISMATCH, "the certificate before the seal names no person"
        )
    time = read_signing_time(
        signature,
        anchors=trust.timestamp_anchors,
        material=sealed.material,
        now=now,
    )
    if time is None:
        raise CheckError(Reason.NO_POE, "the officer's signature has no time stamp")
    _check_anchor(signature, sealed, time)
    if sha256(certificate.dump()).digest() != officer.certificate_sha256:
        raise CheckError(
            Reason.OFFICER_MISMATCH,
            f"signed by {describe_name(certificate.subject)}, with another certificate "
            "than the record names",
        )
    if sealed.time is not None and time.at > sealed.time.at:
        raise CheckError(
            Reason.OFFICER_ORDER, f"signed at {time.at}, sealed at {sealed.time.at}"
        )
    return time


def _check_anchor(signature: PdfSignature, sealed: Sealed, time: SigningTime) -> None:
    agency = sealed.signer.agency
    candidates = _name_anchors(signature.cms.signer, agency)
    anchors = candidates or agency.officer_anchors
    found = find_anchor(
        signature.cms,
        anchors=[anchor.certificate for anchor in anchors],
        at=time.at,
        material=sealed.material,
        usage="seal",
    )
    if not candidates:
        raise CheckError(
            Reason.CHAIN_CONSTRAINTS,
            f"a CA of officers of {agency.id} certified the signer, but for another "
            "agency",
        )
    for anchor in candidates:
        if anchor.certificate == found:
            check_period(anchor.period, time.at)


def _name_anchors(certificate: x509.Certificate, agency: Agency) -> list[SealAnchor]:
    values = name_values(certificate.subject)
    return [
        anchor
        for anchor in agency.officer_anchors
        if all(values.get(name) == [value] for name, value in anchor.subject.items())
    ]


def _check_same_document(
    signature: PdfSignature, seal: PdfSignature, sealed: Sealed, limits: Limits
) -> None:
    """Check that officer and agency have signed one document, and the same page.

    Filling a form may draw: the seal, which comes after, must not, and nothing else
    may be added or filled in.

    Raises:
        CheckError: OFFICER_MISMATCH, or CHANGED_LATER.
    """
    if read_attachments(signature.signed_view, limits) != sealed.attachments:
        raise CheckError(
            Reason.OFFICER_MISMATCH, "the officer signed another record or claim"
        )
    with reading_hostile_input(Reason.CHANGED_LATER):
        between = signature.name_fields_until(seal) - {seal.name}
        if between:
            raise CheckError(
                Reason.CHANGED_LATER,
                f"added or filled in after the officer signed: {sorted(between)}",
            )
        field = seal.embedded.sig_field
        left, bottom, right, top = (float(side) for side in field["/Rect"])
        if "/Kids" in field or (left != right and bottom != top):
            raise CheckError(
                Reason.CHANGED_LATER, "the seal draws over what the officer signed"
            )


def _describe(
    signature: PdfSignature, officer: OfficerFacts, time: SigningTime
) -> Mapping[str, object]:
    authority = officer.authority
    return {
        "name": officer.name.to_json(),
        "position": officer.position.to_json(),
        "authority": None if authority is None else authority.to_json(),
        "signer": describe_name(signature.cms.signer.subject),
        "signed_at": format_instant(time.at),
        "timestamp_authority": time.authority,
        "certificate": describe_certificate(signature.cms.signer),
    }
