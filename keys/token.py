# SPDX-License-Identifier: Apache-2.0
"""Sessions with one token: logged in once, shared by many threads.

A session that is lost (token pulled, network gone, module restarted) is replaced
and what it was for is done once more. A PIN that was refused is not tried again
in this process, and none is tried when the token says that one more wrong one
would lock it. The PIN is in no message.
"""

import logging
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from threading import BoundedSemaphore, Lock
from typing import Final, TypeVar

import pkcs11
from pydantic import SecretStr

from keys.cryptoki import Cryptoki, load_module
from keys.errors import (
    KeysError,
    PinError,
    TokenError,
    TokenMissingError,
    TokenUnavailableError,
)

SigningKey = pkcs11.SignMixin
_T = TypeVar("_T")
_logger = logging.getLogger(__name__)

_opening = Lock()

_PAUSE: Final = 1.0
"""Seconds after a failed attempt to reach the token in which none is made: many
callers waiting for it must not each start the module anew."""

_LOST: Final = (
    pkcs11.DeviceError,
    pkcs11.DeviceRemoved,
    pkcs11.FunctionFailed,
    pkcs11.GeneralError,
    pkcs11.KeyHandleInvalid,
    pkcs11.ObjectHandleInvalid,
    pkcs11.SessionClosed,
    pkcs11.SessionHandleInvalid,
    pkcs11.SlotIDInvalid,
    pkcs11.TokenNotPresent,
    pkcs11.TokenNotRecognised,
    pkcs11.UserNotLoggedIn,
    TokenMissingError,
    TokenUnavailableError,
)
"""What it looks like when a token or the way to it is lost: modules differ."""

_PIN_FAILURES: Final[dict[type[Exception], str]] = {
    pkcs11.PinIncorrect: "refuses the PIN",
    pkcs11.PinInvalid: "refuses the PIN",
    pkcs11.PinLenRange: "refuses the PIN",
    pkcs11.PinLocked: "has locked the PIN",
    pkcs11.PinExpired: "wants the PIN changed",
    pkcs11.UserPinNotInitialized: "has no PIN yet",
}
_PIN_FLAGS: Final = (
    (pkcs11.TokenFlag.USER_PIN_LOCKED, "has locked the PIN"),
    (pkcs11.TokenFlag.USER_PIN_TO_BE_CHANGED, "wants the PIN changed"),
    (
        pkcs11.TokenFlag.USER_PIN_FINAL_TRY,
        "was given wrong PINs and locks at one more: log in with its own tools first",
    ),
)


@dataclass(frozen=True, kw_only=True)
class TokenPlace:
    """Where a token is found and how it is opened."""

    module: Path
    label: str
    pin: SecretStr
    sessions: int = 8
    """Signatures at a time."""
    wait: float = 10.0
    """Seconds a signature waits for one of them."""


@dataclass(kw_only=True)
class Session:
    """One open session, and the keys found with it, by what was asked of them."""

    raw: pkcs11.Session
    epoch: int
    keys: dict[Hashable, SigningKey] = field(default_factory=dict)

    def check_alive(self) -> None:
        """Ask the token who it is: one that was taken away may just look empty.

        Raises:
            pkcs11.PKCS11Error: it does not answer.
        """
        self.raw.token.slot.get_token()


class Token:
    """A token in use; make it with `open_token`."""

    def __init__(self, place: TokenPlace, module: Cryptoki) -> None:
        self.label = place.label
        self._place = place
        self._module = module
        self._turns = BoundedSemaphore(1 if module.one_thread else place.sessions)
        self._idle: list[Session] = []
        self._lock = Lock()
        self._door: tuple[int, pkcs11.Token] | None = None
        self._refused: PinError | None = None
        self._failed: tuple[float, TokenError] | None = None

    def run(self, act: Callable[[Session], _T]) -> _T:
        """Do something with a session; once more with a new one if that was lost.

        Raises:
            PinError: the token does not let us in.
            TokenMissingError: no token has the label, or two have it.
            TokenUnavailableError: it is out of reach, or busy.
            TokenError: it refuses.
        """
        with self._turn():
            self._check_pause()
            seen = self._module.epoch
            try:
                return self._attempt(act)
            except _LOST as error:
                if seen:  # the first start is nothing to warn of
                    _logger.warning(
                        "token %s is lost (%s); connecting again",
                        self.label,
                        _describe(error),
                    )
            self._check_pause()
            try:
                self._module.restart(seen)
                return self._attempt(act)
            except _LOST as error:
                raise self._give_up(error) from error

    def run_writing(self, act: Callable[[pkcs11.Session], _T]) -> _T:
        """Do something, once, with a session that may change the token.

        Raises:
            PinError, TokenMissingError, TokenUnavailableError: as `run`.
            pkcs11.PKCS11Error: what the token answers.
        """
        self.run(Session.check_alive)
        with self._turn(), self._module.in_use() as epoch:
            raw = self._enter(epoch).open(rw=True)
            try:
                return act(raw)
            finally:
                _close(raw)

    def _attempt(self, act: Callable[[Session], _T]) -> _T:
        try:
            with self._module.in_use() as epoch, self._session(epoch) as session:
                return act(session)
        except _LOST:
            raise
        except pkcs11.PKCS11Error as error:
            if type(error) is pkcs11.PKCS11Error:
                # A value the library has no name for, "not initialized" among them.
                raise TokenUnavailableError(_describe(error)) from error
            raise TokenError(
                f"token {self.label} refuses: {_describe(error)}"
            ) from error

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._turns.acquire(timeout=self._place.wait):
            raise TokenUnavailableError(
                f"token {self.label}: all {self._place.sessions} sessions have been "
                f"busy for {self._place.wait:g} s"
            )
        try:
            yield
        finally:
            self._turns.release()

    @contextmanager
    def _session(self, epoch: int) -> Iterator[Session]:
        session = self._take(epoch)
        usable = False
        try:
            yield session
            usable = True
        except KeysError:
            usable = True
            raise
        finally:
            if usable:
                with self._lock:
                    self._idle.append(session)
            else:
                _close(session.raw)

    def _take(self, epoch: int) -> Session:
        with self._lock:
            while self._idle:
                session = self._idle.pop()
                if session.epoch == epoch:
                    return session
        return Session(raw=self._enter(epoch).open(), epoch=epoch)

    def _enter(self, epoch: int) -> pkcs11.Token:
        """Return the token, logged in: that holds for all sessions of an epoch."""
        with self._lock:
            if self._door is None or self._door[0] != epoch:
                self._door = (epoch, self._log_in())
            return self._door[1]

    def _log_in(self) -> pkcs11.Token:
        if self._refused is not None:
            raise PinError(f"{self._refused}")
        token = self._module.find_token(self.label)
        for flag, what in _PIN_FLAGS:
            if flag in token.flags:
                raise PinError(f"token {self.label} {what}")
        try:
            # Never closed: a login lasts as long as its session (PKCS#11 §5.6.7).
            token.open(user_pin=self._place.pin.get_secret_value())
        except pkcs11.UserAlreadyLoggedIn:
            pass  # by someone else in this process
        except tuple(_PIN_FAILURES) as error:
            self._refused = PinError(
                f"token {self.label} {_PIN_FAILURES[type(error)]} "
                f"({_describe(error)}); it is not tried again before the next start"
            )
            raise self._refused from error
        return token

    def _check_pause(self) -> None:
        failed = self._failed
        if failed is not None and time.monotonic() - failed[0] < _PAUSE:
            raise type(failed[1])(*failed[1].args)

    def _give_up(self, error: Exception) -> TokenError:
        if isinstance(error, TokenMissingError):
            failure: TokenError = error
        else:
            failure = TokenUnavailableError(
                f"token {self.label} is out of reach: {_describe(error)}"
            )
        self._failed = (time.monotonic(), failure)
        return failure


def open_token(place: TokenPlace) -> Token:
    """Give the token of a place, the same to everyone in this process.

    Nothing is sent to it yet.

    Raises:
        TokenModuleError: the module is not there or is no PKCS#11 module.
    """
    with _opening:
        return _open_once(place)


@cache
def _open_once(place: TokenPlace) -> Token:
    return Token(place, load_module(place.module))


def _close(raw: pkcs11.Session) -> None:
    # A session that is lost cannot be closed; nobody is given it again either way.
    with suppress(pkcs11.PKCS11Error):
        raw.close()


def _describe(error: Exception) -> str:
    return str(error) or type(error).__name__
