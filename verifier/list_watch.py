# SPDX-License-Identifier: Apache-2.0
"""Takes up lists of signers anew when their files have changed, without a restart.

What cannot be read is not taken up: the lists of before stay, and the log says why.
"""

import logging
from pathlib import Path
from threading import Lock

from verifier.errors import SettingsError
from verifier.list_config import ListConfig, read_list_config

_LOG = logging.getLogger(__name__)

_State = tuple[tuple[int, int, int] | None, ...]


class WatchedLists:
    """The lists that a file names, as they are now."""

    def __init__(self, path: Path | None) -> None:
        """Read them.

        Raises:
            SettingsError: the file, or one that it names, cannot be used.
        """
        self._path = path
        self._lock = Lock()
        self._config = read_list_config(path)
        self._state = _look_at(self._config)

    def read(self) -> ListConfig:
        """Return what is configured; the same object while no file has changed.

        Whoever comes while they are read anew is given those of before.
        """
        if self._path is not None and self._lock.acquire(blocking=False):
            try:
                self._refresh()
            finally:
                self._lock.release()
        return self._config

    def _refresh(self) -> None:
        state = _look_at(self._config)
        if state == self._state:
            return
        # Looked at before they are read: a file that changes meanwhile is read again.
        self._state = state
        try:
            config = read_list_config(self._path)
        except SettingsError as error:
            _LOG.error("the lists of before stay in use: %s", error)
            return
        _LOG.warning("lists of signers are taken up anew")
        self._state = state if config.files == self._config.files else _look_at(config)
        self._config = config


def _look_at(config: ListConfig) -> _State:
    """Return what changes when one of the files is replaced or written to."""
    return tuple(_state_of(file) for file in config.files)


def _state_of(file: Path) -> tuple[int, int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size
