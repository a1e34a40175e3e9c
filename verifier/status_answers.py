# SPDX-License-Identifier: Apache-2.0
"""Answers of `GET /v1/status/{id}` that still hold, so that programs may poll.

An answer is given again only while the files it rests on are the same bytes, which
is asked each time, and up to the next moment at which the clock alone could change
it: the end of the day in Bangkok, of a list, or of a key's time.
"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from threading import Lock
from zoneinfo import ZoneInfo

from register.document import DocumentId, bangkok_date
from register.members import format_instant
from verifier.errors import CheckError, SourceError
from verifier.reasons import Outcome
from verifier.report import Report
from verifier.trust import Publication

_MAX_ANSWERS = 2_000
_KNOWN = (Outcome.IN_FORCE, Outcome.NOT_IN_FORCE)
_BANGKOK = ZoneInfo("Asia/Bangkok")


@dataclass(frozen=True, kw_only=True)
class Basis:
    """What an answer rests on."""

    paths: tuple[str, ...]
    files: tuple[bytes, ...]
    until: datetime
    """When the clock alone could change the answer."""


@dataclass(frozen=True, kw_only=True)
class _Kept:
    basis: Basis
    before: bytes
    after: bytes
    """The body in two parts, between which stands when it was checked."""


class StatusAnswers:
    """The newest answers about the documents last asked for."""

    def __init__(self, publication: Publication) -> None:
        self._publication = publication
        self._kept: OrderedDict[DocumentId, _Kept] = OrderedDict()
        self._lock = Lock()

    def find(self, document_id: DocumentId, now: datetime) -> bytes | None:
        """Return the body that would be made anew, if it is known already."""
        kept = self._kept.get(document_id)
        if kept is None or now >= kept.basis.until:
            return None
        if not self._is_unchanged(kept.basis):
            return None
        return kept.before + format_instant(now).encode() + kept.after

    def begin(self, document_id: DocumentId, now: datetime) -> Basis | None:
        """Note what an answer will rest on, before it is made.

        None where that cannot be told, or where to ask whether a file has changed
        takes as long as to read it.
        """
        publication = self._publication
        if not publication.is_quick:
            return None
        try:
            trust = publication.trust_list(now)
            record = publication.public_record(document_id, trust)
            agency = trust.agency(record.agency_id)
            number = record.status_ref.list
            paths = ("trust-list", f"records/{document_id}", f"status/{number}")
            files = tuple(publication.read(path) for path in paths)
            if agency is None:
                return None
            listed = publication.status_list(number, agency, now)
        except (CheckError, SourceError):
            return None
        midnight = datetime.combine(
            bangkok_date(now) + timedelta(days=1), time(), _BANGKOK
        )
        edges = [
            edge
            for key in agency.publication_keys
            for edge in (key.period.not_before, key.period.not_after)
            if edge is not None and edge > now
        ]
        until = min(midnight, trust.exp, listed.exp, *edges)
        return Basis(paths=paths, files=files, until=until)

    def keep(
        self, document_id: DocumentId, basis: Basis, report: Report, body: bytes
    ) -> None:
        """Remember an answer whose outcome is known.

        Only if the files are still those noted before it was made: else nobody could
        say which of them it rests on.
        """
        parts = body.split(format_instant(report.checked_at).encode())
        # Another instant may happen to be the same: then there is no one place for it.
        if report.outcome not in _KNOWN or len(parts) != len(("before", "after")):
            return
        if not self._is_unchanged(basis):
            return
        kept = _Kept(basis=basis, before=parts[0], after=parts[1])
        with self._lock:
            self._kept[document_id] = kept
            while len(self._kept) > _MAX_ANSWERS:
                self._kept.popitem(last=False)

    def _is_unchanged(self, basis: Basis) -> bool:
        read = self._publication.read
        try:
            return all(
                read(path) is file
                for path, file in zip(basis.paths, basis.files, strict=True)
            )
        except SourceError:
            return False
