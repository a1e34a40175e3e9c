# SPDX-License-Identifier: Apache-2.0
"""The officer's part: signs documents that were shown to them, or refuses to.

Neither the database nor an administrator nor an API token can sign: a key opens only
with the officer's passphrase or PIN, which is asked for each time and kept nowhere.
What was authenticated, how, when and over which hashes is in the event log before
the first signature is made (ขมธอ. 36-2566, SCAL2: signer, key and what is signed
are bound together).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pydantic import SecretStr

from issuer.agencies import Caller, Permission, require_may
from issuer.context import Issuer
from issuer.errors import (
    IssuerError,
    OfficerNotAuthenticatedError,
    ShownFileDiffersError,
)
from issuer.issue import finish_reservation
from issuer.officer_sign import OfficerSealer
from issuer.officers import key_places, officer_key, read_drawn, read_shown
from keys.errors import KeysError, OfficerKeyError
from keys.officer_key import open_officer_key
from keys.signing import Signer
from register.canonical import encode_json
from register.document import AgencyId, Document, DocumentId, State
from register.errors import DocumentStateError, RegisterError
from register.record import record_digest
from register.store_officers import Officer
from register.store_signatures import SignatureRequest

MAX_BATCH: Final = 100
"""Documents that one authentication may be for: as many as a person looks through."""


@dataclass(frozen=True, kw_only=True)
class Confirmed:
    """A document as the officer has seen it."""

    document_id: DocumentId
    shown_sha256: bytes
    """Of the file that was shown: exactly these bytes are signed."""


@dataclass(frozen=True, kw_only=True)
class SigningResult:
    """What became of one document of a batch."""

    document: Document
    error: Exception | None = None
    """Why it is not issued yet; what was signed stays signed."""


@dataclass(frozen=True, kw_only=True)
class _Waiting:
    document: Document
    request: SignatureRequest
    pdf: bytes


def sign_documents(
    issuer: Issuer,
    caller: Caller,
    officer_id: str,
    batch: Sequence[Confirmed],
    secret: SecretStr,
    now: datetime,
) -> tuple[SigningResult, ...]:
    """Let an officer sign the documents they have seen; seal and issue each.

    1. Find the documents; each must wait for this officer and be the one that was
       shown. What an earlier try has signed is only taken to its end.
    2. Count the try, then open the key with the officer's secret.
    3. Write down who was authenticated, how, and for exactly which documents.
    4. Document by document: write down the digest, sign, keep the file.
    5. Seal and issue each (`issue.finish_reservation`).

    A document that fails in step 4 or 5 does not keep the others from going on. The
    same call again does what is left; the secret is needed as long as one is unsigned.

    Raises:
        UnknownOfficerError, UnknownDocumentError, NotPermittedError: from step 1.
        ShownFileDiffersError: another file was confirmed than is to be signed.
        DocumentStateError: a document does not wait for this officer.
        OfficerLockedError: too many tries; nothing was tried.
        OfficerNotAuthenticatedError: the secret does not open the key.
        KeysError: the key is out of reach; that does not count as a try.
    """
    # 1.
    officer = issuer.store.get_officer(caller.agency_id, officer_id)
    documents = _find_documents(issuer, caller, batch)
    waiting = _find_waiting(issuer, officer, documents, batch)
    failed: dict[DocumentId, Exception] = {}
    if waiting:
        failed = _authenticate_and_sign(issuer, caller, officer, waiting, secret, now)
    # 5.
    return tuple(
        _finish(issuer, caller, document.id, failed.get(document.id), now)
        for document in documents
    )


def refuse_document(
    issuer: Issuer, caller: Caller, document: Document, reason: str, now: datetime
) -> Document:
    """Send a document back unsigned, in the name of the officer it waits for.

    That takes no secret: whoever may work for the officer may send back a mistake.

    Raises:
        NotPermittedError: the caller has no right to this.
        SignatureRefusedError: the document waits for nobody.
        StatusChangeError: no reason is given.
    """
    require_may(caller, Permission.SIGN, document.type_id)
    request, _ = read_shown(issuer, document)
    return issuer.store.refuse_signature(request, caller.actor, reason, now)


def _find_documents(
    issuer: Issuer, caller: Caller, batch: Sequence[Confirmed]
) -> list[Document]:
    found = []
    for document_id in dict.fromkeys(one.document_id for one in batch):
        document = issuer.store.get_document(document_id, caller.agency_id)
        require_may(caller, Permission.SIGN, document.type_id)
        found.append(document)
    return found


def _find_waiting(
    issuer: Issuer,
    officer: Officer,
    documents: Sequence[Document],
    batch: Sequence[Confirmed],
) -> list[_Waiting]:
    shown = {one.document_id: one.shown_sha256 for one in batch}
    waiting = []
    for document in documents:
        request = issuer.store.find_signature(document.id)
        if request is None or request.officer_id != officer.id:
            raise DocumentStateError(
                f"Document {document.id} was not laid before officer {officer.id}"
            )
        if request.drawn_sha256 != shown[document.id]:
            raise ShownFileDiffersError(
                f"document {document.number}: the file that was confirmed is not the "
                f"one to be signed ({request.drawn_sha256.hex()}); look at it again"
            )
        if request.signed_at is None:
            # Of the request that was compared: it may be laid before another by now.
            pdf = read_drawn(issuer, document, request)
            waiting.append(_Waiting(document=document, request=request, pdf=pdf))
    return waiting


def _authenticate_and_sign(
    issuer: Issuer,
    caller: Caller,
    officer: Officer,
    waiting: Sequence[_Waiting],
    secret: SecretStr,
    now: datetime,
) -> dict[DocumentId, Exception]:
    # 2.
    how = {"method": officer.key_kind.value, **_list_batch(officer, waiting)}
    issuer.store.count_try(officer, now)
    try:
        opening = open_officer_key(officer_key(officer), key_places(issuer), secret)
        with opening as signer:
            # 3.
            issuer.store.record_authenticated(officer, caller.actor, now, how)
            # 4.
            return _sign_each(issuer, caller, signer, waiting, now, how)
    except OfficerKeyError as error:
        issuer.store.record_failed_try(officer, caller.actor, now, how)
        raise OfficerNotAuthenticatedError(
            f"officer {officer.id} was not authenticated"
        ) from error
    except KeysError:
        issuer.store.forget_try(officer)
        raise


def _list_batch(officer: Officer, waiting: Sequence[_Waiting]) -> dict[str, Any]:
    """Return what one authentication is for, and the digest that binds it together."""
    documents = [
        {
            "id": one.document.id,
            "record_sha256": record_digest(one.request.record).hex(),
            "file_sha256": one.request.drawn_sha256.hex(),
        }
        for one in waiting
    ]
    certificate = hashlib.sha256(officer.certificate).hexdigest()
    bound = {
        "officer": officer.id,
        "certificate_sha256": certificate,
        "documents": documents,
    }
    return {
        "certificate_sha256": certificate,
        "documents": documents,
        "batch_sha256": hashlib.sha256(encode_json(bound)).hexdigest(),
    }


def _sign_each(
    issuer: Issuer,
    caller: Caller,
    signer: Signer,
    waiting: Sequence[_Waiting],
    now: datetime,
    how: dict[str, Any],
) -> dict[DocumentId, Exception]:
    failed: dict[DocumentId, Exception] = {}
    for one in waiting:
        request = one.request

        def tell(digest: bytes, request: SignatureRequest = request) -> None:
            issuer.store.record_signing(
                request,
                caller.actor,
                now,
                {
                    "dtbs_sha256": digest.hex(),
                    "file_sha256": request.drawn_sha256.hex(),
                    "record_sha256": record_digest(request.record).hex(),
                    "batch_sha256": how["batch_sha256"],
                },
            )

        sealer = OfficerSealer(signer, issuer.seal_sources(), tell)
        try:
            signed = sealer.sign_pdf(one.pdf)
            digest = issuer.files.put_pdf(signed)
            issuer.store.record_signed(request, caller.actor, now, digest)
        except (IssuerError, KeysError, RegisterError) as error:
            failed[one.document.id] = error
        finally:
            sealer.close()
    return failed


def _finish(
    issuer: Issuer,
    caller: Caller,
    document_id: DocumentId,
    error: Exception | None,
    now: datetime,
) -> SigningResult:
    document = issuer.store.get_document(document_id)
    if error is not None or document.state is State.PENDING_SIGNATURE:
        return SigningResult(document=document, error=error)
    try:
        return SigningResult(document=finish_reservation(issuer, caller, document, now))
    except (IssuerError, KeysError, RegisterError) as failure:
        return SigningResult(
            document=issuer.store.get_document(document_id), error=failure
        )


def list_waiting(
    issuer: Issuer, caller: Caller, officer_id: str | None
) -> tuple[tuple[Document, SignatureRequest], ...]:
    """Return what waits for an officer, or for any, of the types the caller may see.

    Raises:
        NotPermittedError: the caller has no right to this.
    """
    require_may(caller, Permission.READ, None)
    agency: AgencyId = caller.agency_id
    return tuple(
        (document, request)
        for document, request in issuer.store.list_waiting(agency, officer_id)
        if caller.types is None or document.type_id in caller.types
    )
