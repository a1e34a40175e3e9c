# SPDX-License-Identifier: Apache-2.0
"""Work that runs by the clock: publishing again before verifiers call it stale.

Huey on SQLite by default, on PostgreSQL where the register is there (ADR 0005).
"""

import logging

from huey import Huey, PostgresHuey, SqliteHuey, crontab
from huey.consumer import Consumer

from issuer.context import Issuer
from issuer.publish import publish_all
from issuer.settings import IssuerSettings

_LOG = logging.getLogger(__name__)

PUBLISH_MINUTES = "*/15"
"""Status lists are published at least every 15 minutes (docs/spec/status-list.md)."""


def create_queue(settings: IssuerSettings) -> Huey:
    """Open the queue beside the register."""
    address = settings.database
    if address.startswith("sqlite"):
        path = settings.home / "queue.db"
        path.touch(mode=0o600)
        return SqliteHuey("tra", filename=str(path))
    # Huey speaks to psycopg itself and knows no SQLAlchemy driver names.
    return PostgresHuey("tra", dsn=address.replace("+psycopg", "", 1))


def create_worker(issuer: Issuer) -> Consumer:
    """Return a worker that publishes on schedule; `start` or `run` it."""
    queue = create_queue(issuer.settings)

    @queue.periodic_task(crontab(minute=PUBLISH_MINUTES), retries=3, retry_delay=20)  # type: ignore[untyped-decorator]  # Huey ships no types
    def publish_on_schedule() -> None:
        publish_all(issuer)
        _LOG.info("published on schedule")

    return queue.create_consumer(workers=1, periodic=True)
