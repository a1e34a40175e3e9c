# SPDX-License-Identifier: Apache-2.0
"""Agencies and the document types each has in force."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import case
from sqlmodel import Session, col, select

from register.document import (
    AgencyId,
    Text,
    check_type_id,
    parse_agency_id,
    utc_seconds,
)
from register.errors import AgencyExistsError, UnknownAgencyError
from register.store_events import Events, NewEvent
from register.store_values import Agency, EventAction
from register.tables import AgencyRow, TypeInForceRow

OPERATOR: Final = "operator"
"""Actor of an event when the caller names nobody: who runs the program."""


class Agencies(Events):
    """The part of the store that knows agencies."""

    def add_agency(
        self,
        agency_id: AgencyId,
        name: Text,
        domain: str,
        now: datetime,
        actor: str = OPERATOR,
    ) -> Agency:
        """Add an agency.

        Raises:
            DocumentError: the id is not of the form of an agency id.
            AgencyExistsError: there is an agency of this id.
        """
        now = utc_seconds(now)
        parse_agency_id(agency_id)
        with self._write() as session:
            added = session.execute(
                self._insert(AgencyRow)
                .values(
                    id=agency_id,
                    name_th=name.th,
                    name_en=name.en,
                    domain=domain,
                    created_at=now,
                )
                .on_conflict_do_nothing()
                .returning(col(AgencyRow.id))
            ).scalar_one_or_none()
            if added is None:
                raise AgencyExistsError(f"The register has agency {agency_id} already")
            event = NewEvent(
                at=now,
                actor=actor,
                agency_id=agency_id,
                action=EventAction.AGENCY_ADDED,
                details={"name": name.to_json(), "domain": domain},
            )
            self._append_events(session, event)
        return Agency(id=agency_id, name=name, domain=domain, created_at=now)

    def get_agency(self, agency_id: AgencyId) -> Agency:
        """Return an agency.

        Raises:
            UnknownAgencyError: the register has none of this id.
        """
        with self._read() as session:
            return _agency_from_row(_find_agency(session, agency_id))

    def list_agencies(self) -> tuple[Agency, ...]:
        """Return all agencies in the order of their ids."""
        with self._read() as session:
            rows = session.exec(select(AgencyRow).order_by(col(AgencyRow.id)))
            return tuple(_agency_from_row(row) for row in rows)

    def set_type_in_force(
        self,
        agency_id: AgencyId,
        type_id: str,
        version: int,
        now: datetime,
        actor: str = OPERATOR,
    ) -> None:
        """Let an agency issue a version of a document type from now on.

        Raises:
            DocumentError: the type id is not of the form of one.
            UnknownAgencyError: the register has no such agency.
        """
        now = utc_seconds(now)
        check_type_id(type_id)
        with self._write() as session:
            _find_agency(session, agency_id)
            facts = {"version": version, "since": now, "retired_at": None}
            newest = col(TypeInForceRow.newest_version)
            session.execute(
                self._insert(TypeInForceRow)
                .values(
                    agency_id=agency_id,
                    type_id=type_id,
                    newest_version=version,
                    **facts,
                )
                .on_conflict_do_update(
                    index_elements=["agency_id", "type_id"],
                    set_={
                        **facts,
                        "newest_version": case(
                            (newest < version, version), else_=newest
                        ),
                    },
                )
            )
            event = NewEvent(
                at=now,
                actor=actor,
                agency_id=agency_id,
                action=EventAction.TYPE_IN_FORCE,
                details={"type": type_id, "version": version},
            )
            self._append_events(session, event)

    def retire_type(
        self, agency_id: AgencyId, type_id: str, now: datetime, actor: str = OPERATOR
    ) -> None:
        """Let an agency issue a type no more; does nothing if it may not anyway.

        Raises:
            UnknownAgencyError: the register has no such agency.
        """
        now = utc_seconds(now)
        with self._write() as session:
            _find_agency(session, agency_id)
            row = session.exec(
                select(TypeInForceRow)
                .where(col(TypeInForceRow.agency_id) == agency_id)
                .where(col(TypeInForceRow.type_id) == type_id)
                .where(col(TypeInForceRow.retired_at).is_(None))
                .with_for_update()
            ).one_or_none()
            if row is None:
                return
            row.retired_at = now
            event = NewEvent(
                at=now,
                actor=actor,
                agency_id=agency_id,
                action=EventAction.TYPE_RETIRED,
                details={"type": type_id, "version": row.version},
            )
            self._append_events(session, event)

    def types_in_force(self, agency_id: AgencyId) -> Mapping[str, int]:
        """Return id and version of each type that an agency may issue.

        Raises:
            UnknownAgencyError: the register has no such agency.
        """
        query = (
            select(TypeInForceRow.type_id, TypeInForceRow.version)
            .where(col(TypeInForceRow.agency_id) == agency_id)
            .where(col(TypeInForceRow.retired_at).is_(None))
            .order_by(col(TypeInForceRow.type_id))
        )
        with self._read() as session:
            _find_agency(session, agency_id)
            return dict(session.exec(query).all())

    def types_ever_in_force(self, agency_id: AgencyId) -> Mapping[str, int]:
        """Return id and newest version of each type that an agency ever could issue.

        Documents of a type retired since are still checked: trust lists name it.

        Raises:
            UnknownAgencyError: the register has no such agency.
        """
        query = (
            select(TypeInForceRow.type_id, TypeInForceRow.newest_version)
            .where(col(TypeInForceRow.agency_id) == agency_id)
            .order_by(col(TypeInForceRow.type_id))
        )
        with self._read() as session:
            _find_agency(session, agency_id)
            return dict(session.exec(query).all())


def _find_agency(session: Session, agency_id: AgencyId) -> AgencyRow:
    row = session.get(AgencyRow, agency_id)
    if row is None:
        raise UnknownAgencyError(f"The register has no agency {agency_id}")
    return row


def _agency_from_row(row: AgencyRow) -> Agency:
    return Agency(
        id=AgencyId(row.id),
        name=Text(row.name_th, row.name_en),
        domain=row.domain,
        created_at=row.created_at,
    )
