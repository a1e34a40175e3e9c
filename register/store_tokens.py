# SPDX-License-Identifier: Apache-2.0
"""API tokens: shown once, kept as a digest, bound to an agency and a purpose.

A token has 256 random bits, so a plain SHA-256 of it cannot be guessed back.
"""

import hashlib
import hmac
import secrets
from datetime import datetime
from typing import Final

from sqlmodel import col, select

from register.document import AgencyId, utc_seconds
from register.errors import TokenError, UnknownAgencyError
from register.store_agencies import OPERATOR
from register.store_events import Events, NewEvent
from register.store_values import EventAction, TokenInfo
from register.tables import AgencyRow, TokenRow

TOKEN_PREFIX: Final = "tra_"  # noqa: S105 - lets secret scanners find a leaked one
TOKEN_BYTES: Final = 32
TOKEN_ID_BYTES: Final = 8


class Tokens(Events):
    """The part of the store that gives out and checks API tokens."""

    def create_token(  # noqa: PLR0913, PLR0917 - the facts of one token
        self,
        agency_id: AgencyId,
        name: str,
        types: frozenset[str] | None,
        actions: frozenset[str],
        expires_at: datetime | None,
        now: datetime,
        actor: str = OPERATOR,
    ) -> tuple[str, TokenInfo]:
        """Make a token; its text is returned here and never again.

        Raises:
            UnknownAgencyError: the register has no such agency.
        """
        now = utc_seconds(now)
        plain = TOKEN_PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
        row = TokenRow(
            id=secrets.token_hex(TOKEN_ID_BYTES),
            agency_id=agency_id,
            name=name,
            sha256=_digest(plain),
            types=None if types is None else sorted(types),
            actions=sorted(actions),
            created_at=now,
            expires_at=None if expires_at is None else utc_seconds(expires_at),
        )
        with self._write() as session:
            if session.get(AgencyRow, agency_id) is None:
                raise UnknownAgencyError(f"The register has no agency {agency_id}")
            session.add(row)
            event = NewEvent(
                at=now,
                actor=actor,
                agency_id=agency_id,
                action=EventAction.TOKEN_CREATED,
                details={"token": row.id, "types": row.types, "actions": row.actions},
            )
            self._append_events(session, event)
            return plain, _info_from_row(row)

    def check_token(self, plain: str, now: datetime) -> TokenInfo:
        """Return what a token stands for.

        Raises:
            TokenError: it is unknown, revoked or expired.
        """
        digest = _digest(plain)
        with self._read() as session:
            row = session.exec(
                select(TokenRow).where(col(TokenRow.sha256) == digest)
            ).one_or_none()
            # The index is searched by digest: its timing tells nothing of use.
            if row is None or not hmac.compare_digest(row.sha256, digest):
                raise TokenError("unknown")
            info = _info_from_row(row)
        if info.revoked_at is not None:
            raise TokenError("revoked")
        if info.expires_at is not None and info.expires_at <= now:
            raise TokenError("expired")
        return info

    def revoke_token(
        self,
        token_id: str,
        now: datetime,
        agency_id: AgencyId | None = None,
        actor: str = OPERATOR,
    ) -> TokenInfo:
        """Make a token void from now on; a second time changes nothing.

        Raises:
            TokenError: there is no such token (in this agency).
        """
        query = select(TokenRow).where(col(TokenRow.id) == token_id).with_for_update()
        if agency_id is not None:
            query = query.where(col(TokenRow.agency_id) == agency_id)
        with self._write() as session:
            row = session.exec(query).one_or_none()
            if row is None:
                raise TokenError("unknown")
            if row.revoked_at is None:
                row.revoked_at = utc_seconds(now)
                event = NewEvent(
                    at=row.revoked_at,
                    actor=actor,
                    agency_id=row.agency_id,
                    action=EventAction.TOKEN_REVOKED,
                    details={"token": row.id},
                )
                self._append_events(session, event)
            return _info_from_row(row)

    def list_tokens(self, agency_id: AgencyId) -> tuple[TokenInfo, ...]:
        """Return the tokens of an agency, also revoked and expired ones."""
        query = (
            select(TokenRow)
            .where(col(TokenRow.agency_id) == agency_id)
            .order_by(col(TokenRow.created_at), col(TokenRow.id))
        )
        with self._read() as session:
            return tuple(_info_from_row(row) for row in session.exec(query))


def _digest(plain: str) -> bytes:
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).digest()


def _info_from_row(row: TokenRow) -> TokenInfo:
    return TokenInfo(
        id=row.id,
        agency_id=AgencyId(row.agency_id),
        name=row.name,
        types=None if row.types is None else frozenset(row.types),
        actions=frozenset(row.actions),
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
    )
