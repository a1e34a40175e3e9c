# SPDX-License-Identifier: Apache-2.0
"""Remembers the newest signed files seen, so that no older one is taken later.

One memory may be shared: processes that read the publication for each other
exchange what they have seen, and the newest of both stays. With a file it lasts
longer than the process (`verifier.seen_file`).
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any, Final

from register.errors import StatusListTimeError
from register.status_list import StatusList
from register.trust_list import TrustList, check_trust_list_time
from verifier.errors import CheckError
from verifier.reasons import Reason
from verifier.seen_file import SeenFile, SeenState

_AHEAD: Final = timedelta(minutes=5)
"""How far ahead of the clock a list may be dated."""


class Seen:
    """Sequence number of the trust list, and time of each status list."""

    def __init__(self, file: SeenFile | None = None) -> None:
        kept = SeenState() if file is None else file.read()
        self._file = file
        self._kept = kept
        self._seq = kept.seq
        self._proven_seq = kept.seq
        """What this process has checked itself: only that is written to the file."""
        self._iats = {uri: _moment(second) for uri, second in kept.iats.items()}
        self._lock = Lock()

    def check_trust_list(self, trust: TrustList, now: datetime) -> None:
        """Check that a trust list is current, and remember it.

        Raises:
            TrustListTimeError: expired, dated ahead, or older than one seen.
        """
        with self._lock:
            check_trust_list_time(trust, now=now, newest_seq=self._seq)
            self._seq = self._proven_seq = trust.seq
        self.keep(now)

    def check_status_list(self, listed: StatusList, now: datetime) -> None:
        """Check that a status list is current, and remember it.

        Raises:
            CheckError: STATUS_STALE or STATUS_REPLAYED.
        """
        with self._lock:
            newest = self._iats.get(listed.uri)
            try:
                listed.check_current(now=now, newest_iat=newest)
            except StatusListTimeError as error:
                replayed = newest is not None and listed.iat < newest
                reason = Reason.STATUS_REPLAYED if replayed else Reason.STATUS_STALE
                raise CheckError(reason, str(error)) from error
            self._iats[listed.uri] = listed.iat
        self.keep(now)

    def keep(self, now: datetime) -> None:
        """Write to the file what is newer than it; read from it what others saw.

        A process that reads a stranger's PDF says what it saw of status lists: it
        is kept no further ahead than a true list may be dated.
        """
        if self._file is None:
            return
        with self._lock:
            latest = int((now + _AHEAD).timestamp())
            iats = {uri: int(iat.timestamp()) for uri, iat in self._iats.items()}
            state = SeenState(
                seq=self._proven_seq,
                iats={uri: iat for uri, iat in iats.items() if iat <= latest},
            )
            if state.join(self._kept) == self._kept:
                return
            # Before it is written: where that fails it is tried with newer lists only.
            self._kept = state.join(self._kept)
        joined = self._file.write(state)
        self._absorb(joined)
        with self._lock:
            self._kept = self._kept.join(joined)
            self._proven_seq = self._kept.seq

    def to_json(self) -> dict[str, Any]:
        """Return what was seen; instants in seconds since the epoch."""
        with self._lock:
            iats = {uri: int(iat.timestamp()) for uri, iat in self._iats.items()}
            return {"seq": self._seq, "iat": iats}

    def absorb(self, other: Mapping[str, Any]) -> None:
        """Remember what another has seen (`to_json`), where it is newer."""
        iats = {str(uri): int(second) for uri, second in other["iat"].items()}
        self._absorb(SeenState(seq=other["seq"], iats=iats))

    def _absorb(self, other: SeenState) -> None:
        with self._lock:
            if other.seq is not None:
                self._seq = max(other.seq, self._seq or other.seq)
            for uri, second in other.iats.items():
                iat = _moment(second)
                self._iats[uri] = max(iat, self._iats.get(uri, iat))


def _moment(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)
