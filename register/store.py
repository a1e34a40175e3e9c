# SPDX-License-Identifier: Apache-2.0
"""The register's database: the only SQL of the project.

One object, `Store`, for agencies, documents, their status, the event log and
API tokens. Every public method is one transaction. What a caller asks in the
name of an agency is limited to that agency in the query itself. Nothing here
signs, draws or publishes.
"""

from contextlib import AbstractContextManager
from typing import Self

from register.store_agencies import Agencies
from register.store_changes import DocumentChanges
from register.store_documents import DocumentQueries
from register.store_engine import (
    DEFAULT_LIMITS,
    DatabaseLimits,
    open_engine,
    parse_database_url,
)
from register.store_files import Files, ProofCounts
from register.store_officers import Officers
from register.store_publishing import Publishing
from register.store_reservations import Reservations
from register.store_schema import check_schema, migrate
from register.store_seals import Seals
from register.store_signatures import Signatures
from register.store_tasks import TaskRun, Tasks
from register.store_tokens import Tokens
from register.store_values import (
    MAX_EVENTS,
    MAX_PAGE,
    Agency,
    Changes,
    DocumentFilter,
    Event,
    EventAction,
    FileProof,
    FileVersion,
    GuardedFile,
    Page,
    Reservation,
    ReserveRequest,
    SealUse,
    StatusChange,
    TokenInfo,
)

__all__ = [
    "MAX_EVENTS",
    "MAX_PAGE",
    "Agency",
    "Changes",
    "DatabaseLimits",
    "DocumentFilter",
    "Event",
    "EventAction",
    "FileProof",
    "FileVersion",
    "GuardedFile",
    "Page",
    "ProofCounts",
    "Reservation",
    "ReserveRequest",
    "SealUse",
    "StatusChange",
    "Store",
    "TaskRun",
    "TokenInfo",
    "migrate",
]


class Store(
    Agencies,
    Reservations,
    DocumentChanges,
    DocumentQueries,
    Files,
    Officers,
    Seals,
    Signatures,
    Tasks,
    Tokens,
    Publishing,
    AbstractContextManager["Store"],
):
    """The register on one database; safe to share between threads."""

    @classmethod
    def open(cls, database_url: str, limits: DatabaseLimits = DEFAULT_LIMITS) -> Self:
        """Open a register whose tables are of this version.

        Raises:
            DatabaseUrlError: the address is malformed or of another database.
            DatabaseUnreachableError: there is no connection to the database.
            SchemaError: there are no tables, or those of another version.
        """
        engine = open_engine(parse_database_url(database_url), limits)
        try:
            check_schema(engine)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine, limits)

    def __exit__(self, *_: object) -> None:
        """Close the store at the end of a `with` block."""
        self.close()
