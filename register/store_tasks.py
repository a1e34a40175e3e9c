# SPDX-License-Identifier: Apache-2.0
"""When tasks of the schedule last came to their end: what those who watch ask for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from register.document import utc_seconds
from register.store_engine import Database
from register.tables import TaskRunRow


@dataclass(frozen=True, kw_only=True)
class TaskRun:
    """The last run of a task that came to its end, in any process."""

    ended_at: datetime
    details: Mapping[str, object]


class Tasks(Database):
    """The part of the store that remembers runs of tasks."""

    def record_run(
        self, name: str, ended_at: datetime, details: Mapping[str, object]
    ) -> None:
        """Note that a task came to its end, in place of the run before."""
        with self._write() as session:
            session.merge(
                TaskRunRow(
                    name=name, ended_at=utc_seconds(ended_at), details=dict(details)
                )
            )

    def last_run(self, name: str) -> TaskRun | None:
        """Return the last run of a task that came to its end; None if none did."""
        with self._read() as session:
            row = session.get(TaskRunRow, name)
            if row is None:
                return None
            return TaskRun(ended_at=row.ended_at, details=row.details)
