# SPDX-License-Identifier: Apache-2.0
"""The trust root on a machine of its own: a token, or one encrypted key file.

The one key that may be a file in production: it lies in a safe and not on a server,
and is opened for minutes in a year. On a machine that holds the keys of an issuer
such a file is refused. What was signed is written down, so that one number never
stands for two lists, and the last list is kept, so that the next is compared with it.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from keys.errors import (
    KeyExistsError,
    KeyFileError,
    PassphraseError,
    ProductionRefusedError,
    TrustRootError,
)
from keys.files import replace_file
from keys.inventory import KeyEntry
from keys.settings import Environment, KeysSettings, has_passphrase, read_passphrase
from keys.shelf import TokenShelf
from keys.signing import TRUST_ROOT, Algorithm, Signer
from keys.store import KeyStore

MIN_PASSPHRASE_CHARS: Final = 12
"""Characters of a passphrase that a person makes up: the file may be copied."""

_ENTRY: Final = KeyEntry(label=TRUST_ROOT, generation=1)

AskPassphrase = Callable[[], str]
"""Asks a person, where no setting leads to a passphrase."""


def create_trust_root(settings: KeysSettings, ask: AskPassphrase) -> Path:
    """Make the key of a trust root; return the file of its public key.

    Raises:
        KeyExistsError: there is one.
        PassphraseError: the passphrase is too short.
        ProductionRefusedError: it would be a file beside an issuer's keys.
        TokenError: the token is out of reach or refuses.
    """
    folder = settings.trust_root_folder
    public = folder / f"{TRUST_ROOT}.pub.pem"
    if public.exists():
        raise KeyExistsError(f"there is a trust root in {folder} already")
    store = _open_store(settings, ask)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not store.has_key(_ENTRY):  # else a run was cut short
        store.create_key(_ENTRY, Algorithm.ES256, 0)
    store.files.save_public_key(TRUST_ROOT, store.load_bare_signer(_ENTRY).public_key)
    return public


def open_root_signer(settings: KeysSettings, ask: AskPassphrase) -> Signer:
    """Open the trust root on its machine.

    Raises:
        KeyMissingError: it is not here.
        PassphraseError, PinError: what does not open it.
        ProductionRefusedError: it is a file beside an issuer's keys.
        TokenError: the token is out of reach or refuses.
    """
    return _open_store(settings, ask).load_signer(TRUST_ROOT)


def _open_store(settings: KeysSettings, ask: AskPassphrase) -> KeyStore:
    folder = settings.trust_root_folder
    if settings.is_in_token(TRUST_ROOT):
        return KeyStore(folder, None, settings.env, TokenShelf(settings))
    if settings.env is Environment.PRODUCTION and settings.keys_folder.exists():
        raise ProductionRefusedError(
            f"the trust root is a file, and {settings.keys_folder} holds keys of an "
            "issuer: sign on a machine of its own, or with a token"
        )
    if has_passphrase(settings):
        passphrase = read_passphrase(settings)
    else:
        passphrase = ask().encode()
        if len(passphrase.decode()) < MIN_PASSPHRASE_CHARS:
            raise PassphraseError(
                f"a passphrase of the trust root has {MIN_PASSPHRASE_CHARS} "
                "characters or more"
            )
    return KeyStore(folder, passphrase, Environment.DEVELOPMENT)


class SignedLists:
    """What a trust root has signed so far: the file `signed.json` beside it."""

    def __init__(self, settings: KeysSettings) -> None:
        self._path = settings.trust_root_folder / "signed.json"

    def read(self) -> list[dict[str, Any]]:
        """Return the entries, the oldest first.

        Raises:
            KeyFileError: the file is unreadable.
        """
        found: list[dict[str, Any]] = self._load()["signed"]
        return found

    def newest_seq(self) -> int | None:
        """Return the number of the list signed last.

        Raises:
            KeyFileError: the file is unreadable.
        """
        signed = self.read()
        return int(signed[-1]["seq"]) if signed else None

    def last_token(self) -> str | None:
        """Return the list signed last as it was signed, if it was kept.

        Raises:
            KeyFileError: the file is unreadable.
        """
        token = self._load().get("last")
        return None if token is None else str(token)

    def has_signed(self, seq: int, payload: bytes) -> bool:
        """Tell whether this is the list signed last.

        Raises:
            KeyFileError: the file is unreadable.
        """
        signed = self.read()
        wanted = {"seq": seq, "sha256": _sha256(payload)}
        return bool(signed) and wanted.items() <= signed[-1].items()

    def check_next(self, seq: int, payload: bytes) -> None:
        """Check that a list may be signed after those before it.

        The same list may be signed again: the first signature may be lost.

        Raises:
            TrustRootError: its number was used for another list, or is past.
        """
        newest = self.newest_seq()
        if newest is None or seq > newest or self.has_signed(seq, payload):
            return
        raise TrustRootError(
            f"this trust root has signed number {newest} already: prepare "
            f"the list anew with `--seq {newest + 1}`"
        )

    def write(self, seq: int, payload: bytes, now: datetime, *, token: str) -> None:
        """Write down a list and keep it, before its signature is given out."""
        entry = {"seq": seq, "sha256": _sha256(payload), "at": now.isoformat()}
        members = {"v": 1, "signed": [*self.read(), entry], "last": token}
        replace_file(self._path, json.dumps(members, indent=1).encode(), mode=0o644)

    def _load(self) -> dict[str, Any]:
        try:
            members: dict[str, Any] = json.loads(self._path.read_bytes())
            for entry in members["signed"]:
                int(entry["seq"])
        except FileNotFoundError:
            return {"signed": []}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise KeyFileError(f"{self._path} cannot be read: {error}") from error
        return members


def _sha256(payload: bytes) -> str:
    return hashlib.sha256(payload).hexdigest()
