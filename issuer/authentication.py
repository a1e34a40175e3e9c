# SPDX-License-Identifier: Apache-2.0
"""Turns a bearer token into a caller (RFC 6750); says nothing else about tokens."""

from datetime import datetime

from issuer.agencies import ALL_PERMISSIONS, Caller, Permission
from issuer.errors import NotAuthenticatedError
from register.errors import TokenError
from register.store import Store


def authenticate(store: Store, authorization: str | None, now: datetime) -> Caller:
    """Return the caller that the `Authorization` header names.

    Raises:
        NotAuthenticatedError: no bearer token, or it is unknown, expired or revoked.
    """
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NotAuthenticatedError("the Authorization header holds no bearer token")
    try:
        info = store.check_token(token.strip(), now)
    except TokenError as error:
        raise NotAuthenticatedError(str(error)) from error
    known = {permission.value for permission in ALL_PERMISSIONS}
    return Caller(
        actor=f"token:{info.name}",
        agency_id=info.agency_id,
        permissions=frozenset(Permission(a) for a in info.actions if a in known),
        types=info.types,
    )
