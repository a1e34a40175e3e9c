# SPDX-License-Identifier: Apache-2.0
"""Remembers the newest signed files seen, so that no older one is taken later.

One memory may be shared: processes that read the publication for each other
exchange what they have seen, and the newest of both stays.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from threading import Lock
from typing import Any

from register.errors import StatusListTimeError
from register.status_list import StatusList
from register.trust_list import TrustList, check_trust_list_time
from verifier.errors import CheckError
from verifier.reasons import Reason


class Seen:
    """Sequence number of the trust list, and time of each status list."""

    def __init__(self) -> None:
        self._seq: int | None = None
        self._iats: dict[int, datetime] = {}
        self._lock = Lock()

    def check_trust_list(self, trust: TrustList, now: datetime) -> None:
        """Check that a trust list is current, and remember it.

        Raises:
            TrustListTimeError: expired, dated ahead, or older than one seen.
        """
        with self._lock:
            check_trust_list_time(trust, now=now, newest_seq=self._seq)
            self._seq = trust.seq

    def check_status_list(self, listed: StatusList, number: int, now: datetime) -> None:
        """Check that a status list is current, and remember it.

        Raises:
            CheckError: STATUS_STALE or STATUS_REPLAYED.
        """
        with self._lock:
            newest = self._iats.get(number)
            try:
                listed.check_current(now=now, newest_iat=newest)
            except StatusListTimeError as error:
                replayed = newest is not None and listed.iat < newest
                reason = Reason.STATUS_REPLAYED if replayed else Reason.STATUS_STALE
                raise CheckError(reason, str(error)) from error
            self._iats[number] = listed.iat

    def to_json(self) -> dict[str, Any]:
        """Return what was seen; instants in seconds since the epoch."""
        with self._lock:
            iats = {str(n): int(iat.timestamp()) for n, iat in self._iats.items()}
            return {"seq": self._seq, "iat": iats}

    def absorb(self, other: Mapping[str, Any]) -> None:
        """Remember what another has seen (`to_json`), where it is newer."""
        seq: int | None = other["seq"]
        with self._lock:
            if seq is not None:
                self._seq = seq if self._seq is None else max(seq, self._seq)
            for number, second in other["iat"].items():
                iat = datetime.fromtimestamp(second, UTC)
                self._iats[int(number)] = max(iat, self._iats.get(int(number), iat))
