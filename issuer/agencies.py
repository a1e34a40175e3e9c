# SPDX-License-Identifier: Apache-2.0
"""Who may do what: an agency sees and does only its own."""

from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

from issuer.errors import NotPermittedError, TypeNotInForceError
from register.document import AgencyId
from register.store import Store


class Permission(StrEnum):
    """Actions a token may be limited to."""

    ISSUE = "issue"
    READ = "read"
    REVOKE = "revoke"
    SUSPEND = "suspend"
    REINSTATE = "reinstate"
    SUPERSEDE = "supersede"
    VOID = "void"
    AUDIT = "audit"
    SIGN = "sign"
    """To lay an officer's signing before the server; the officer's secret signs."""


ALL_PERMISSIONS = frozenset(Permission)


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who asks: a token of an agency, or an operator at the command line."""

    actor: str
    """Written into every event, e.g. `token:office-1` or `cli:somchai`."""

    agency_id: AgencyId
    permissions: frozenset[Permission]
    types: frozenset[str] | None = None
    """Types it may touch; None means all types of the agency."""


def require_may(caller: Caller, permission: Permission, type_id: str | None) -> None:
    """Refuse unless the caller may do this, to documents of this type.

    Raises:
        NotPermittedError: which right or which type is missing.
    """
    if permission not in caller.permissions:
        raise NotPermittedError(f"this token has no right to {permission}")
    if type_id is not None and caller.types is not None and type_id not in caller.types:
        raise NotPermittedError(f"this token is not for documents of type {type_id}")


def require_may_issue(
    store: Store, caller: Caller, type_id: str, version: int | None
) -> None:
    """Refuse unless the caller may issue the type and the agency has it in force.

    `version` is the one that would be issued; None if there is no such type at all.

    Raises:
        NotPermittedError: the caller has no right to issue, or not to this type.
        TypeNotInForceError: the agency has no such type in force.
    """
    require_may(caller, Permission.ISSUE, type_id)
    in_force = store.types_in_force(caller.agency_id)
    if type_id not in in_force:
        close = get_close_matches(type_id, in_force, n=1)
        hint = f"; did you mean {close[0]}?" if close else ""
        known = ", ".join(in_force) or "none"
        raise TypeNotInForceError(
            f"agency {caller.agency_id} has no type {type_id!r} in force{hint} "
            f"(it has: {known}; `tra agency types` adds one)"
        )
    if version is None:
        raise TypeNotInForceError(
            f"document type {type_id!r} is in force, but its folder is not loaded: "
            "see TRA_TYPES, and start the server again after adding a type"
        )
    if in_force[type_id] != version:
        raise TypeNotInForceError(
            f"version {in_force[type_id]} of {type_id} is in force, and its folder "
            f"holds version {version}; `tra agency types --add {type_id}` takes it"
        )
