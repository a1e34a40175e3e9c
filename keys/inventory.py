# SPDX-License-Identifier: Apache-2.0
"""Which keys a label has had, and which of them signs: the file `inventory.json`.

A label has one key after the other (generations); entries are added and dated,
never removed: documents outlive the keys that sealed them. A label without an
entry has one key, which signs as soon as it has a certificate. Each change
replaces the whole file at once, under a lock, and is seen by every process.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from keys.errors import InventoryError, KeyStoppedError
from keys.files import locked, replace_file
from keys.signing import KeyLabel, key_name

_VERSION: Final = 1
_DATES: Final = ("created_at", "activated_at", "retired_at", "compromised_from")


@dataclass(frozen=True, kw_only=True)
class KeyEntry:
    """One key of a label."""

    label: KeyLabel
    generation: int
    created_at: datetime | None = None
    activated_at: datetime | None = None
    """Since when it signs."""
    retired_at: datetime | None = None
    """Until when it may sign: its successor does already."""
    compromised_from: datetime | None = None
    """From when on a thief may have had it; since this is known it is stopped."""

    @property
    def name(self) -> str:
        """Name of its files, and its label in a token."""
        return key_name(self.label, self.generation)

    @property
    def signs(self) -> bool:
        """Whether this is the key to sign with."""
        return (
            self.activated_at is not None
            and self.retired_at is None
            and self.compromised_from is None
        )


Entries = Mapping[str, KeyEntry]
"""Entries by name, oldest first."""


class Inventory:
    """The file behind the entries."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int, int] | None = None
        self._entries: Entries = {}

    def read(self) -> Entries:
        """Read all entries; an unchanged file is not read again.

        Raises:
            InventoryError: the file is not an inventory.
        """
        try:
            info = self._path.stat()
        except FileNotFoundError:
            return {}
        state = (info.st_ino, info.st_mtime_ns, info.st_size)
        if state != self._seen:
            self._entries = _decode(self._path)
            self._seen = state
        return self._entries

    def add(self, entry: KeyEntry) -> None:
        """Add an entry, before there is a key; one that is there stays."""
        self._change(entry, lambda known: known)

    def activate(self, entry: KeyEntry, now: datetime) -> None:
        """Let a key sign from now on."""
        self._change(entry, lambda known: replace(known, activated_at=now))

    def replace(
        self, old: KeyEntry, new: KeyEntry, *, now: datetime, until: datetime
    ) -> None:
        """Let a key sign in place of another, which may until a moment."""
        with locked(self._path):
            entries = {old.name: old, new.name: new} | dict(self.read())
            entries[old.name] = replace(entries[old.name], retired_at=until)
            entries[new.name] = replace(entries[new.name], activated_at=now)
            self._write(entries)

    def stop(self, entry: KeyEntry, since: datetime) -> None:
        """Let a key sign no more: a thief may have had it since a moment.

        A second call can only make that moment earlier.
        """

        def stopped(known: KeyEntry) -> KeyEntry:
            first = min(since, known.compromised_from or since)
            return replace(known, compromised_from=first)

        self._change(entry, stopped)

    def _change(self, entry: KeyEntry, act: Callable[[KeyEntry], KeyEntry]) -> None:
        with locked(self._path):
            entries = dict(self.read())
            entries[entry.name] = act(entries.get(entry.name, entry))
            self._write(entries)

    def check_may_sign(self, name: str) -> None:
        """Check that a key is not stopped, as of now: any process may stop it.

        Raises:
            KeyStoppedError: it is compromised.
        """
        entry = self.read().get(name)
        if entry is not None and entry.compromised_from is not None:
            raise KeyStoppedError(
                f"key {name} is compromised from {entry.compromised_from.isoformat()} "
                "and signs no more"
            )

    def _write(self, entries: Entries) -> None:
        content = {
            "v": _VERSION,
            "keys": [_to_json(entry) for entry in entries.values()],
        }
        text = json.dumps(content, ensure_ascii=False, indent=1)
        replace_file(self._path, text.encode(), mode=0o644)


def _to_json(entry: KeyEntry) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in asdict(entry).items()
        if value is not None
    }


def _decode(path: Path) -> Entries:
    try:
        content = json.loads(path.read_bytes())
        if content["v"] != _VERSION:
            raise InventoryError(f"{path} has version {content['v']!r}, not {_VERSION}")
        entries = [KeyEntry(**_from_json(fields)) for fields in content["keys"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InventoryError(
            f"the inventory of keys {path} cannot be read: {error}"
        ) from error
    return {entry.name: entry for entry in entries}


def _from_json(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: datetime.fromisoformat(value) if name in _DATES else value
        for name, value in fields.items()
    }
