# SPDX-License-Identifier: Apache-2.0
"""Reports on files checked in the last minutes, to be asked for again by SHA-256.

A report is given again only while it would be made again as it is: every file of
the publication it rests on is read anew and must have the same bytes, the day must
be the same in Bangkok, the lists of signers must not have been taken up anew, and
the status list must not have expired. What could not
be checked is not kept, nor what a password opened. The SHA-256 of a file is no
secret, so no more is kept than the register tells anybody: the holder is masked.
"""

import hashlib
from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock

from register.document import bangkok_date
from register.public_record import mask_holder
from verifier.errors import CheckError, NotPublishedError, SourceError
from verifier.named_lists import NamedLists
from verifier.reasons import Outcome
from verifier.report import Report
from verifier.trust import Publication

MAX_REPORTS = 1_000
"""Reports that are kept; each takes some 10 kB."""

Sources = tuple[tuple[str, str], ...]
"""Published files that were read, and the SHA-256 of each; "" where there was none."""


@dataclass(frozen=True, kw_only=True)
class _Entry:
    report: Report
    sources: Sources
    until: datetime
    lists: NamedLists | None


class RecentReports:
    """A few reports, for a few minutes, in memory alone."""

    def __init__(self, *, seconds: float, max_reports: int = MAX_REPORTS) -> None:
        self._lifetime = timedelta(seconds=seconds)
        self._max_reports = max_reports
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._lock = Lock()

    def keep(
        self, report: Report, sources: Sources, lists: NamedLists | None = None
    ) -> None:
        """Keep a report that is worth it, without the holder's name.

        `lists` are those of other people's signers that it was made by.
        """
        if report.file is None or report.outcome is Outcome.UNCHECKED:
            return
        until = report.checked_at + self._lifetime
        fresh = None if report.status is None else report.status.get("fresh_until")
        if isinstance(fresh, str):
            until = min(until, datetime.fromisoformat(fresh))
        entry = _Entry(report=_mask(report), sources=sources, until=until, lists=lists)
        with self._lock:
            self._forget(report.checked_at)
            digest = str(report.file["sha256"])
            self._entries[digest] = entry
            self._entries.move_to_end(digest)
            while len(self._entries) > self._max_reports:
                self._entries.popitem(last=False)

    def find(
        self, sha256: str, publication: Publication, now: datetime
    ) -> Report | None:
        """Return the report on a file, if it would be the same now."""
        with self._lock:
            self._forget(now)
            entry = self._entries.get(sha256)
        if entry is None or now >= entry.until:
            return None
        if entry.lists is not None and entry.lists is not publication.lists:
            return None
        if bangkok_date(now) != bangkok_date(entry.report.checked_at):
            return None
        try:
            publication.trust_list(now)
        except CheckError:
            return None
        same = all(
            _digest_of(publication, path) == digest for path, digest in entry.sources
        )
        return entry.report if same else None

    def _forget(self, now: datetime) -> None:
        for digest in [d for d, e in self._entries.items() if now >= e.until]:
            del self._entries[digest]


def _digest_of(publication: Publication, path: str) -> str:
    """Return the SHA-256 of a published file; "" if there is none, "?" if unread."""
    try:
        return hashlib.sha256(publication.read(path)).hexdigest()
    except NotPublishedError:
        return ""
    except SourceError:
        return "?"


def _mask(report: Report) -> Report:
    if report.document is None:
        return report
    holder = mask_holder(str(report.document["holder"]))
    return replace(report, document={**report.document, "holder": holder})
