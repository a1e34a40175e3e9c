# SPDX-License-Identifier: Apache-2.0
"""Lays drawn documents before officers: who is to sign, and what exactly.

The file an officer is shown is drawn once, kept, and signed byte for byte. Nothing
here signs.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

from issuer.agencies import Caller
from issuer.context import Issuer
from issuer.draft import build_facts, build_job
from issuer.errors import SignatureRefusedError
from issuer.gate import check_document
from issuer.render import render_pdf
from issuer.signed_first import SignedFirst
from keys.officer_key import OfficerKey, OfficerKeyPlaces
from keys.settings import Environment
from register.document import AgencyId, Document, State
from register.officer import OfficerFacts
from register.store_officers import Officer
from register.store_signatures import SignatureRequest
from templates.catalogue import DocumentType, Localized
from templates.errors import FieldProblem, FieldsError


@dataclass(frozen=True, kw_only=True)
class SignedDocument:
    """A file with the officer's signature, ready for the seal."""

    request: SignatureRequest
    officer: SignedFirst
    pdf: bytes


def choose_officer(
    issuer: Issuer, kind: DocumentType, agency_id: AgencyId, wanted: str | None
) -> Officer | None:
    """Return who is to sign a document of a type; None where nobody does.

    Where an agency has one officer alone, they need not be named.

    Raises:
        FieldsError: none is named of several, there is none of this id, or the type
            asks for none.
    """
    if not kind.officer:
        if wanted is not None:
            raise _refusal(
                "not_allowed",
                "เอกสารประเภทนี้ไม่มีเจ้าหน้าที่ลงนาม",
                "no officer signs documents of this type",
            )
        return None
    active = {
        officer.id: officer
        for officer in issuer.store.list_officers(agency_id)
        if officer.retired_at is None
    }
    if wanted is None and len(active) == 1:
        return next(iter(active.values()))
    found = active.get(wanted or "")
    if found is None:
        known = ", ".join(active) or "none"
        raise _refusal(
            "required" if wanted is None else "not_a_choice",
            "ต้องระบุเจ้าหน้าที่ผู้ลงนามที่ยังปฏิบัติหน้าที่อยู่",
            f"name the officer who is to sign; there are: {known}",
        )
    return found


def describe_officer(officer: Officer, asked_at: datetime) -> OfficerFacts:
    """Return what the record of a document says of its officer."""
    return OfficerFacts(
        name=officer.name,
        position=officer.position,
        authority=officer.authority,
        asked_at=asked_at,
        certificate_sha256=hashlib.sha256(officer.certificate).digest(),
    )


def check_not_refused(issuer: Issuer, document: Document) -> None:
    """Stop a retry of what an officer has refused: it would be laid there again.

    Raises:
        SignatureRefusedError: names the officer, and what to do.
    """
    request = issuer.store.find_signature(document.id)
    if request is not None and request.refused_at is not None:
        raise SignatureRefusedError(
            f"officer {request.officer_id} refused to sign {document.number}; see the "
            "reason in the event log, then lay it before an officer again or void it"
        )


def lay_before_officer(
    issuer: Issuer,
    caller: Caller,
    document: Document,
    kind: DocumentType,
    officer: Officer,
    now: datetime,
) -> Document:
    """Draw a reserved document for an officer and lay it there.

    1. Build the record, which names the officer and the certificate, and the claim.
    2. Draw the page; refuse what may not be sealed.
    3. Keep the file, then let the document wait.

    Raises:
        GateError: from step 2; the reservation stays.
        UnknownOfficerError: the officer was retired meanwhile.
        DocumentStateError: the document is issued or void by now.
    """
    # 1.
    facts = describe_officer(officer, now)
    key = issuer.claim_key(document.agency_id)
    record, claim = build_facts(issuer, document, kind, key, facts)
    # 2.
    rendered = render_pdf(build_job(issuer, document, kind, record, claim))
    check_document(rendered)
    # 3.
    drawn_sha256 = issuer.files.put_pdf(rendered.pdf)
    issuer.store.ask_signature(
        SignatureRequest(
            document_id=document.id,
            round=0,
            officer_id=officer.id,
            asked_at=now,
            record=record,
            claim=claim,
            drawn_sha256=drawn_sha256,
        ),
        caller.actor,
        now,
    )
    return issuer.store.get_document(document.id)


def find_signed(issuer: Issuer, document: Document) -> SignedDocument | None:
    """Return the file that an officer has signed; None where nobody has."""
    request = issuer.store.find_signature(document.id)
    if request is None or request.signed_sha256 is None:
        return None
    officer = next(
        one
        for one in issuer.store.list_officers(document.agency_id)
        if one.id == request.officer_id
    )
    key = officer_key(officer)
    return SignedDocument(
        request=request,
        officer=SignedFirst(certificate=key.certificate, chain=key.chain),
        pdf=issuer.files.get_pdf(request.signed_sha256),
    )


def read_shown(issuer: Issuer, document: Document) -> tuple[SignatureRequest, bytes]:
    """Return exactly what an officer is asked to sign.

    Raises:
        SignatureRefusedError: the document waits for nobody.
    """
    request = issuer.store.find_signature(document.id)
    if request is None:
        raise _not_waiting(document)
    return request, read_drawn(issuer, document, request)


def read_drawn(issuer: Issuer, document: Document, request: SignatureRequest) -> bytes:
    """Return the file of one request, which the caller has looked at.

    Raises:
        SignatureRefusedError: the document waits for nobody.
    """
    if document.state is not State.PENDING_SIGNATURE:
        raise _not_waiting(document)
    return issuer.files.get_pdf(request.drawn_sha256)


def _not_waiting(document: Document) -> SignatureRefusedError:
    return SignatureRefusedError(
        f"document {document.number} does not wait for an officer's signature"
    )


def officer_key(officer: Officer) -> OfficerKey:
    """Return where an officer's key is, and what it must belong to."""
    return OfficerKey(
        officer=officer.id,
        kind=officer.key_kind.value,
        place=officer.key_place,
        certificate=x509.load_der_x509_certificate(officer.certificate),
        chain=tuple(x509.load_pem_x509_certificates(officer.chain)),
    )


def key_places(issuer: Issuer) -> OfficerKeyPlaces:
    """Return where officers' keys are reached on this machine."""
    settings = issuer.settings
    return OfficerKeyPlaces(
        folder=settings.officers_folder,
        module=settings.officer_pkcs11_module,
        env=Environment(settings.env),
    )


def _refusal(reason: str, th: str, en: str) -> FieldsError:
    return FieldsError(
        (FieldProblem(field="officer", reason=reason, detail=Localized(th, en)),)
    )
