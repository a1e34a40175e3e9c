# SPDX-License-Identifier: Apache-2.0
"""Copies a publication to another folder or bucket (docs/spec/publication.md).

Sends what differs and nothing else, compares by content and not by clocks, and
sends it in an order in which no verifier is told anything false meanwhile. Only
paths that the spec names are ever sent, and nothing is deleted.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Final

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore

from register.errors import StorageError
from register.publication_paths import PUBLICATION_FOLDERS, TRUST_LIST, is_published
from register.storage import Storage, put_published

_AT_ONCE: Final = 16
"""Files under way at a time: a bucket answers each in some tens of milliseconds."""

_BATCH: Final = 2_000
_MD5 = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, kw_only=True)
class Mirrored:
    """What was done to bring a copy up to date."""

    sent: int
    unchanged: int


def mirror_publication(source: Storage, target: Storage) -> Mirrored:
    """Bring a copy of a publication up to date.

    1. The trust list: nothing counts whose key it does not name.
    2. Status lists: whoever reads one and an older record takes the worse of both.
    3. Public records, then what leads to them.

    Raises:
        StorageError: nothing is published at the source, or a file could not be
            read or written; another run goes on from there.
    """
    done: list[bool] = []
    try:
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for paths in _in_order(source):
                there = _tags(target, paths[0].rpartition("/")[0])
                send = partial(_send, source, target, there)
                for start in range(0, len(paths), _BATCH):
                    done += pool.map(send, paths[start : start + _BATCH])
    except (BaseError, OSError) as error:
        reason = str(error).splitlines()[0]
        raise StorageError(f"the publication cannot be copied: {reason}") from error
    return Mirrored(sent=sum(done), unchanged=len(done) - sum(done))


def _in_order(source: Storage) -> Iterator[list[str]]:
    # 1.
    try:
        obstore.head(source, TRUST_LIST)
    except FileNotFoundError:
        raise StorageError("there is no publication to copy") from None
    yield [TRUST_LIST]
    # 2. and 3.
    for folder in PUBLICATION_FOLDERS:
        paths = [path for path in _tags(source, folder) if is_published(path)]
        if paths:
            yield paths


def _tags(storage: Storage, folder: str) -> dict[str, str | None]:
    """Return the files of a folder with the tags their storage gives them."""
    if not folder:
        return dict(_tag_of(storage, [TRUST_LIST]))
    listed = obstore.list(storage, prefix=folder, chunk_size=1_000)
    return {entry["path"]: entry["e_tag"] for chunk in listed for entry in chunk}


def _tag_of(storage: Storage, paths: Iterable[str]) -> Iterator[tuple[str, str | None]]:
    for path in paths:
        try:
            yield path, obstore.head(storage, path)["e_tag"]
        except FileNotFoundError:
            continue


def _send(
    source: Storage, target: Storage, there: dict[str, str | None], path: str
) -> bool:
    data = obstore.get(source, path).bytes().to_bytes()
    if path in there and _is_same(target, path, there[path], data):
        return False
    put_published(target, path, data)
    return True


def _is_same(target: Storage, path: str, tag: str | None, data: bytes) -> bool:
    if isinstance(target, LocalStore):
        return obstore.get(target, path).bytes().to_bytes() == data
    # The tag of an object sent in one piece is the MD5 of its bytes. Where a bucket
    # tells something else (some ways of encryption), the file is sent again.
    found = (tag or "").strip('"')
    digest = hashlib.md5(data, usedforsecurity=False).hexdigest()
    return _MD5.fullmatch(found) is not None and found == digest
