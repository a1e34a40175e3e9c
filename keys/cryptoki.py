# SPDX-License-Identifier: Apache-2.0
"""One PKCS#11 module in this process, started so that many threads may call it.

python-pkcs11 starts a module as for a single thread, yet lets threads in: SoftHSM
then crashes. So a module is started again with CKF_OS_LOCKING_OK (PKCS#11 2.40
§5.4; ADR 10). A restart ends all sessions of all its tokens, and is the only way
with most modules to see a token that was away; it waits until no call is under way.
"""

import ctypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import Condition, Lock
from typing import Final

import pkcs11
from pkcs11 import _pkcs11

from keys.errors import TokenMissingError, TokenModuleError, TokenUnavailableError

_OS_LOCKING_OK: Final = 0x2
# Return values (PKCS#11 2.40 base §5.1).
_OK: Final = 0x0
_CANT_LOCK: Final = 0xA
_NOT_INITIALIZED: Final = 0x190

_RESTART_WAIT: Final = 10.0
"""Seconds for calls under way to end: longer than any signature, shorter than a
caller's patience."""

_loading = Lock()


class _InitializeArgs(ctypes.Structure):
    """CK_C_INITIALIZE_ARGS."""

    _fields_ = (
        ("create_mutex", ctypes.c_void_p),
        ("destroy_mutex", ctypes.c_void_p),
        ("lock_mutex", ctypes.c_void_p),
        ("unlock_mutex", ctypes.c_void_p),
        ("flags", ctypes.c_ulong),
        ("reserved", ctypes.c_void_p),
    )


class _FunctionList(ctypes.Structure):
    """The beginning of CK_FUNCTION_LIST."""

    _fields_ = (
        ("major", ctypes.c_ubyte),
        ("minor", ctypes.c_ubyte),
        ("initialize", ctypes.c_void_p),
        ("finalize", ctypes.c_void_p),
    )


_Function = Callable[[object], int]


class Cryptoki:
    """A loaded module; make it with `load_module`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.one_thread = False
        """Whether the module cannot lock, so that one call at a time is allowed."""
        self._library = _load(path)
        self._initialize, self._finalize = _start_functions(path)
        self._changed = Condition()
        self._calls = 0
        self._restarting = False
        self._running = False
        self._epoch = 0

    @property
    def epoch(self) -> int:
        """How often the module was started; sessions live as long as this stays."""
        return self._epoch

    @contextmanager
    def in_use(self) -> Iterator[int]:
        """Keep the module from being restarted; gives the epoch.

        Raises:
            TokenUnavailableError: it is not started, or could not be.
        """
        with self._changed:
            self._changed.wait_for(lambda: not self._restarting)
            if not self._running:
                raise TokenUnavailableError(f"{self.path} is not started")
            self._calls += 1
            epoch = self._epoch
        try:
            yield epoch
        finally:
            with self._changed:
                self._calls -= 1
                self._changed.notify_all()

    def restart(self, seen: int) -> None:
        """Start the module anew, unless another thread did so since epoch `seen`.

        Raises:
            TokenUnavailableError: it does not start, or a call never returns.
        """
        with self._changed:
            self._changed.wait_for(lambda: not self._restarting)
            if self._running and self._epoch != seen:
                return
            self._restarting = True
            idle = self._changed.wait_for(
                lambda: not self._calls, timeout=_RESTART_WAIT
            )
        try:
            if not idle:
                raise TokenUnavailableError(
                    f"calls to {self.path} have not returned for {_RESTART_WAIT:g} s"
                )
            self._running = False
            self._epoch += 1
            self._start()
            self._running = True
        finally:
            with self._changed:
                self._restarting = False
                self._changed.notify_all()

    def find_token(self, label: str) -> pkcs11.Token:
        """Find the token of a label; call it within `in_use`.

        Raises:
            TokenMissingError: there is none, or there are two.
        """
        present = []
        for slot in self._library.get_slots(token_present=True):
            try:
                present.append(slot.get_token())
            except pkcs11.PKCS11Error:
                continue  # a stranger's broken token must not hide ours
        found = [token for token in present if token.label == label]
        if len(found) > 1:
            raise TokenMissingError(f"{len(found)} tokens are labelled {label!r}")
        if not found:
            names = ", ".join(sorted({t.label for t in present if t.label})) or "none"
            raise TokenMissingError(
                f"no token is labelled {label!r}; {self.path} sees: {names}"
            )
        return found[0]

    def _start(self) -> None:
        result = self._finalize(None)
        if result not in {_OK, _NOT_INITIALIZED}:
            raise TokenUnavailableError(f"{self.path} does not end: CKR {result:#x}")
        arguments = _InitializeArgs(flags=_OS_LOCKING_OK)
        result = self._initialize(ctypes.byref(arguments))
        if result == _CANT_LOCK:
            self.one_thread = True
            result = self._initialize(None)
        if result != _OK:
            raise TokenUnavailableError(f"{self.path} does not start: CKR {result:#x}")


def load_module(path: Path) -> Cryptoki:
    """Load a PKCS#11 module, once in a process.

    Raises:
        TokenModuleError: it is not there or is no such module.
    """
    with _loading:
        return _load_once(path.resolve())


@cache
def _load_once(path: Path) -> Cryptoki:
    return Cryptoki(path)


def _load(path: Path) -> _pkcs11.lib:
    if not path.is_file():
        raise TokenModuleError(f"the PKCS#11 module {path} is not there")
    try:
        return pkcs11.lib(str(path))
    except pkcs11.PKCS11Error as error:
        reason = str(error) or type(error).__name__
        raise TokenModuleError(
            f"{path} cannot be used as a PKCS#11 module: {reason}"
        ) from error


def _start_functions(path: Path) -> tuple[_Function, _Function]:
    # The handle is the one python-pkcs11 has: the system loads a file once.
    found = ctypes.POINTER(_FunctionList)()
    result = ctypes.CDLL(str(path)).C_GetFunctionList(ctypes.byref(found))
    if result != _OK:
        raise TokenModuleError(f"{path} gives no functions: CKR {result:#x}")
    kind = ctypes.CFUNCTYPE(ctypes.c_ulong, ctypes.c_void_p)
    return kind(found.contents.initialize), kind(found.contents.finalize)
