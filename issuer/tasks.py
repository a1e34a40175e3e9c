# SPDX-License-Identifier: Apache-2.0
"""Work that runs by the clock: publishing in time, and keeping old files provable.

Huey on SQLite by default, on PostgreSQL where the register is there (ADR 0005).
"""

import logging

from huey import Huey, PostgresHuey, SqliteHuey, crontab
from huey.consumer import Consumer

from issuer.context import Issuer
from issuer.guardian import guardian_lead, run_guardian
from issuer.guardian_status import warn_of_deadlines
from issuer.publish import publish_all
from issuer.settings import IssuerSettings
from keys.overview import list_warnings
from register.errors import PublishingBusyError

_LOG = logging.getLogger(__name__)

PUBLISH_MINUTES = "*/15"
"""Status lists are published at least every 15 minutes (docs/spec/status-list.md)."""

GUARDIAN_MINUTE = "37"
"""The guardian begins once an hour, between two publications."""

_KEYS_HOUR = "*/6"
"""Four times a day the log says which certificates end soon."""

_GUARDIAN_SECONDS = 2_700
"""After 45 minutes a run ends, so that the next one finds the way free."""

_WORKERS = 2
"""So that a long run of the guardian keeps no status list from being published."""


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
    """Return a worker that does all that is on the schedule; `start` or `run` it."""
    queue = create_queue(issuer.settings)

    @queue.periodic_task(crontab(minute=PUBLISH_MINUTES), retries=3, retry_delay=20)  # type: ignore[untyped-decorator]  # Huey ships no types
    def publish_on_schedule() -> None:
        publish_all(issuer)
        _LOG.info("published on schedule")

    @queue.periodic_task(crontab(minute=GUARDIAN_MINUTE))  # type: ignore[untyped-decorator]  # Huey ships no types
    def guard_on_schedule() -> None:
        guard_files(issuer)

    @queue.periodic_task(crontab(hour=_KEYS_HOUR, minute="7"))  # type: ignore[untyped-decorator]  # Huey ships no types
    def warn_of_keys_on_schedule() -> None:
        warn_of_keys(issuer)

    return queue.create_consumer(workers=_WORKERS, periodic=True)


def warn_of_keys(issuer: Issuer) -> None:
    """Say in the log which certificates end soon, and which keys sign no more."""
    for warning in list_warnings(issuer.keys, issuer.clock()):
        _LOG.warning("%s", warning)


def guard_files(issuer: Issuer) -> None:
    """Renew what is due, and warn of what needs a person."""
    try:
        run = run_guardian(issuer, seconds=_GUARDIAN_SECONDS)
    except PublishingBusyError:
        _LOG.info("another guardian is at work")
        return
    _LOG.info(
        "guardian: %d read, %d renewed, %d failed", run.read, run.renewed, run.failed
    )
    warn_of_deadlines(issuer.store, lead=guardian_lead(issuer), now=issuer.clock())
