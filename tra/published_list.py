# SPDX-License-Identifier: Apache-2.0
"""The trust list that was published last, and a memory of it beside the keys.

Whoever can write the publication could take the list away or put an older one in its
place, and the next one would be compared with nothing. So what was published is kept
in the keys folder as well, one file for each trust root, and the newer one counts.
"""

from pathlib import Path
from typing import Final

from issuer.errors import FileMissingError
from issuer.files import PublicationStore
from keys.files import replace_file
from register.envelope import PublicKey, key_id
from register.errors import TrustListError
from register.trust_list import TrustList, read_trust_list
from tra.home import Home
from verifier.errors import SettingsError
from verifier.trust import load_trust_root

FOLDER: Final = "published"
"""In the keys folder: `{kid of the trust root}.jws`."""


def read_published(home: Home) -> TrustList | None:
    """Return the list published last, if it can be gone on from.

    Raises:
        TrustListError: the memory of it is damaged.
    """
    found = _read_newest(home)
    return None if found is None else found[0]


def read_published_token(home: Home) -> str | None:
    """Return that list as it was signed.

    Raises:
        TrustListError: the memory of it is damaged.
    """
    found = _read_newest(home)
    return None if found is None else found[1]


def is_published(home: Home, trust: TrustList) -> bool:
    """Tell whether the publication holds this list now."""
    try:
        root = load_trust_root(home.verifier.trust_root_path)
    except SettingsError:
        return False
    found = _read_publication(home, root)
    return found is not None and found[0] == trust


def publish_token(home: Home, token: str) -> None:
    """Publish a list that was checked, and remember it.

    In this order: a run that is cut short leaves a publication that is newer.

    Raises:
        SettingsError: no trust root is pinned.
    """
    root = load_trust_root(home.verifier.trust_root_path)
    PublicationStore(home.issuer.publication).put("trust-list", token)
    replace_file(_memory(home, root), token.encode(), mode=0o644)


def restore_published(home: Home) -> None:
    """Put the list published last back, if the publication has lost it.

    Raises:
        TrustListError: the memory of it is damaged.
    """
    found = _read_newest(home)
    if found is not None and not is_published(home, found[0]):
        PublicationStore(home.issuer.publication).put("trust-list", found[1])


def _read_newest(home: Home) -> tuple[TrustList, str] | None:
    try:
        root = load_trust_root(home.verifier.trust_root_path)
    except SettingsError:
        return None
    found = [_read_publication(home, root), _read_memory(home, root)]
    known = [pair for pair in found if pair is not None]
    return max(known, key=lambda pair: pair[0].seq, default=None)


def _read_publication(home: Home, root: PublicKey) -> tuple[TrustList, str] | None:
    try:
        token = PublicationStore(home.issuer.publication).get("trust-list").decode()
        return read_trust_list(token, root_key=root), token
    except (FileMissingError, TrustListError, UnicodeDecodeError):
        # A list of another root is no list to go on from.
        return None


def _read_memory(home: Home, root: PublicKey) -> tuple[TrustList, str] | None:
    path = _memory(home, root)
    try:
        token = path.read_text("ascii")
        return read_trust_list(token, root_key=root), token
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError, TrustListError) as error:
        raise TrustListError(
            f"{path}, the memory of the list published last, cannot be read: {error}; "
            "put it back from a backup"
        ) from error


def _memory(home: Home, root: PublicKey) -> Path:
    return home.keys.keys_folder / FOLDER / f"{key_id(root)}.jws"
