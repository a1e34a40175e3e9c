# SPDX-License-Identifier: Apache-2.0
"""Issues anew what a stolen key has made, one document after the other.

Each successor has an idempotency key made of the stolen key and its predecessor: a
run that was cut short, or a second one, never makes two.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from issuer.agencies import Caller
from issuer.context import Issuer
from issuer.draft import IssueRequest
from issuer.errors import (
    IssuerError,
    RevocationUnavailableError,
    StorageError,
    TimestampUnavailableError,
)
from issuer.issue import finish_reservation
from issuer.revoke import supersede_document
from keys.inventory import KeyEntry
from register.document import (
    Action,
    Document,
    State,
    Status,
    bangkok_date,
)
from register.errors import RegisterError
from register.store import StatusChange
from templates.errors import TemplateError
from tra.affected import AffectedDocument


class Result(StrEnum):
    """What became of one document."""

    REISSUED = "reissued"
    WOULD = "to be reissued"
    """Of a dry run."""
    DONE_BEFORE = "done before"
    WAITS = "waits for an officer"
    SKIPPED = "skipped"
    """It is not in force: nobody needs a successor."""
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Reissue:
    """One document and what became of it."""

    document: Document
    result: Result
    successor: Document | None = None
    detail: str = ""

    def to_json(self) -> dict[str, object]:
        """Describe it, without names of persons."""
        successor = self.successor
        return {
            "id": self.document.id,
            "number": self.document.number,
            "type": self.document.type_id,
            "result": self.result,
            "successor": None if successor is None else successor.id,
            "successor_number": None if successor is None else successor.number,
            "detail": self.detail,
        }


@dataclass(frozen=True, kw_only=True)
class Order:
    """Why and by which law documents are issued anew; written into each event."""

    reason: str
    legal_basis: str
    order_number: str | None = None


def reissue_documents(
    issuer: Issuer,
    caller: Caller,
    entry: KeyEntry,
    affected: Sequence[AffectedDocument],
    order: Order,
) -> Iterator[Reissue]:
    """Issue a successor of every document that is in force; link them both ways.

    A document that cannot be issued anew (its type is retired, its data no longer
    fit) is reported, and the others go on.

    Raises:
        KeysError, TimestampUnavailableError, RevocationUnavailableError,
            StorageError: nothing can be issued now; run it again later.
    """
    for one in affected:
        # As it is now: a run takes hours, and people work meanwhile.
        document = issuer.store.get_document(one.document.id, caller.agency_id)
        now = issuer.clock()
        settled = judge_need(issuer, document, now)
        if settled is not None:
            yield settled
            continue
        try:
            successor = _issue_successor(issuer, caller, entry, document, order, now)
        except (TimestampUnavailableError, RevocationUnavailableError, StorageError):
            raise
        except (IssuerError, RegisterError, TemplateError) as error:
            yield Reissue(document=document, result=Result.FAILED, detail=str(error))
            continue
        issued = successor.state is State.ISSUED
        result = Result.REISSUED if issued else Result.WAITS
        yield Reissue(document=document, result=result, successor=successor)


def judge_need(issuer: Issuer, document: Document, now: datetime) -> Reissue | None:
    """Return why a document needs no successor, or None if it does."""
    if document.status is Status.SUPERSEDED and document.successor is not None:
        return Reissue(
            document=document,
            result=Result.DONE_BEFORE,
            successor=issuer.store.get_document(document.successor),
        )
    if document.status is Status.SUSPENDED:
        return Reissue(
            document=document,
            result=Result.SKIPPED,
            detail="suspended: revoke or reinstate it, then run this again",
        )
    if document.status is Status.REVOKED:
        return Reissue(document=document, result=Result.SKIPPED, detail="revoked")
    until = document.valid_until
    if until is not None and until < bangkok_date(now):
        return Reissue(
            document=document, result=Result.SKIPPED, detail=f"expired on {until}"
        )
    return None


def _choose_officer(issuer: Issuer, document: Document) -> str | None:
    """The officer who signed before, unless they have left: then the only other one."""
    signing = {
        officer.id
        for officer in issuer.store.list_officers(document.agency_id)
        if officer.retired_at is None
    }
    return document.officer_id if document.officer_id in signing else None


def _issue_successor(
    issuer: Issuer,
    caller: Caller,
    entry: KeyEntry,
    document: Document,
    order: Order,
    now: datetime,
) -> Document:
    key = f"reissue:{entry.name}:{document.id}"
    earlier = issuer.store.find_reservation(caller.agency_id, key)
    if earlier is not None:
        # Begun by a run that was cut short, with whatever reason it was given.
        return finish_reservation(issuer, caller, earlier[1], now)
    change = StatusChange(
        action=Action.SUPERSEDE,
        actor=caller.actor,
        reason=order.reason,
        legal_basis=order.legal_basis,
        order_number=order.order_number,
    )
    request = IssueRequest(
        type_id=document.type_id,
        data=document.data,
        valid_from=document.valid_from,
        valid_until=document.valid_until,
        idempotency_key=key,
        officer=_choose_officer(issuer, document),
        supersedes=document.id,
        order=change,
    )
    return supersede_document(issuer, caller, document.id, request, now)
