# SPDX-License-Identifier: Apache-2.0
"""Writing the few files that must never be half-written or overwritten.

A file appears whole, with its final mode, or not at all; after a crash only
a leftover with a dot in front of its name can remain.
"""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from keys.errors import KeyExistsError


def create_file(path: Path, content: bytes, *, mode: int) -> None:
    """Write a new file at once; the folder is made with mode 0700.

    Raises:
        KeyExistsError: there is a file of this name.
    """
    scratch = _write_scratch(path, content, mode)
    try:
        # A hard link, unlike a rename, fails where the name is taken.
        os.link(scratch, path)
    except FileExistsError:
        raise KeyExistsError(f"{path} exists and is never overwritten") from None
    finally:
        scratch.unlink()


def replace_file(path: Path, content: bytes, *, mode: int) -> None:
    """Write a file at once in place of an older one."""
    _write_scratch(path, content, mode).replace(path)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Let one process at a time change a file, beside which the lock file lies."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _write_scratch(path: Path, content: bytes, mode: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    scratch = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        # The mode given to open() is cut by the umask; this one is not.
        os.fchmod(descriptor, mode)
        file.write(content)
        file.flush()
        os.fsync(descriptor)
    return scratch
