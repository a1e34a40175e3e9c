# SPDX-License-Identifier: Apache-2.0
"""What there is to know of each key, without opening one: for lists and warnings."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID

from keys.inventory import KeyEntry
from keys.profiles import profile_of
from keys.signing import KeyLabel
from keys.store import KeyStore

WARNING_DAYS: Final = 60
"""Days before its end from which a certificate is warned of: a licensed CA takes
some weeks, and the ceremony with the trust root has to be called."""


class KeyState(StrEnum):
    """What a key is for at present."""

    SIGNS = "signs"
    WAITS = "waits"
    """It has no certificate yet."""
    NEXT = "next"
    """It has one, and takes over when it is told to."""
    RETIRED = "retired"
    REVOKED = "revoked"
    """Its certificate is revoked, by our own CA."""
    COMPROMISED = "compromised"


@dataclass(frozen=True, kw_only=True)
class KeyOverview:
    """One key."""

    name: str
    label: KeyLabel
    kind: str
    place: str
    state: KeyState
    subject: str | None
    """The whole name (RFC 4514); `holder` is what readers show of it."""
    holder: str | None
    issuer: str | None
    issued_by: str | None
    sha256: str | None
    """Fingerprint of the certificate."""
    valid_from: datetime | None
    valid_until: datetime | None
    days_left: int | None
    retired_at: datetime | None
    compromised_from: datetime | None
    warning: str | None
    """What to do about it, if there is something to be done."""


def list_keys(store: KeyStore, now: datetime) -> list[KeyOverview]:
    """Describe every key that is known here, label by label, the oldest first.

    Raises:
        KeyFileError, InventoryError: a file is unreadable.
    """
    return [
        _describe(store, entry, now)
        for label in store.list_labels()
        for entry in store.list_entries(label)
    ]


def list_warnings(store: KeyStore, now: datetime) -> list[str]:
    """Say of which keys something has to be done."""
    return [key.warning for key in list_keys(store, now) if key.warning]


def _describe(store: KeyStore, entry: KeyEntry, now: datetime) -> KeyOverview:
    certificate = None
    if store.files.has_certificate(entry.name):
        certificate = store.files.load_certificate(entry.name)
    state = _state(store, entry, certificate)
    end = certificate.not_valid_after_utc if certificate else None
    days = (end - now) // timedelta(days=1) if end else None
    return KeyOverview(
        name=entry.name,
        label=entry.label,
        kind=entry.label.partition("-")[0] if profile_of(entry.label) else "ca",
        place="token" if store.is_in_token(entry.label) else "file",
        state=state,
        subject=_write(certificate.subject) if certificate else None,
        holder=_common_name(certificate.subject) if certificate else None,
        issuer=_write(certificate.issuer) if certificate else None,
        issued_by=_common_name(certificate.issuer) if certificate else None,
        sha256=certificate.fingerprint(hashes.SHA256()).hex() if certificate else None,
        valid_from=certificate.not_valid_before_utc if certificate else None,
        valid_until=end,
        days_left=days,
        retired_at=entry.retired_at,
        compromised_from=entry.compromised_from,
        warning=_warning(store, entry, state, days),
    )


def _state(
    store: KeyStore, entry: KeyEntry, certificate: x509.Certificate | None
) -> KeyState:
    if entry.compromised_from is not None:
        return KeyState.COMPROMISED
    if certificate is None:
        return KeyState.WAITS
    if certificate.serial_number in store.index.read().revoked:
        return KeyState.REVOKED
    if entry.retired_at is not None:
        return KeyState.RETIRED
    return KeyState.SIGNS if entry.activated_at is not None else KeyState.NEXT


def _warning(
    store: KeyStore, entry: KeyEntry, state: KeyState, days: int | None
) -> str | None:
    used = state in {KeyState.SIGNS, KeyState.REVOKED, KeyState.COMPROMISED}
    newest = store.list_entries(entry.label)[-1]
    if not used or (newest.activated_at is not None and newest != entry):
        return None  # there is a successor that signs
    remedy = f"`tra keys rotate {entry.label}`"
    if profile_of(entry.label) is None:
        remedy = "make a new installation's CA, or use certificates of a licensed one"
    if state is not KeyState.SIGNS:
        return f"{entry.name} is {state} and signs nothing: {remedy}"
    if days is not None and days < 0:
        return f"the certificate of {entry.name} has expired: {remedy}"
    if days is not None and days < WARNING_DAYS:
        return f"the certificate of {entry.name} ends in {days} days: {remedy}"
    return None


def _write(name: x509.Name) -> str:
    return name.rfc4514_string(
        {NameOID.ORGANIZATION_IDENTIFIER: "organizationIdentifier"}
    )


def _common_name(name: x509.Name) -> str:
    found = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if found else _write(name)
