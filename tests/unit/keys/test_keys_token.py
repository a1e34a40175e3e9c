# SPDX-License-Identifier: Apache-2.0
"""Sessions with a real token: shared, lost and found again; a PIN is tried once."""

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pkcs11
import pytest

from keys.cryptoki import load_module
from keys.errors import (
    PinError,
    TokenError,
    TokenMissingError,
    TokenModuleError,
    TokenUnavailableError,
)
from keys.token import Session, Token, open_token
from tests.softhsm import PIN, SoftToken

pytestmark = pytest.mark.hsm


@pytest.fixture
def token(soft_token: SoftToken) -> Token:
    return open_token(soft_token.place())


def some_random(session: Session) -> bytes:
    """Something harmless that needs the token and a login."""
    return session.raw.generate_random(128)


def reach(token: Token) -> bytes:
    """Use a token that was away, as soon as it may be asked again."""
    for _ in range(50):
        try:
            return token.run(some_random)
        except TokenError:
            time.sleep(0.1)
    return token.run(some_random)


def log_in_with(token: Token, pin: str) -> None:
    with token._module.in_use():
        token._module.find_token(token.label).open(user_pin=pin)


def wrong_pin_was_seen(token: Token) -> bool:
    with token._module.in_use():
        flags = token._module.find_token(token.label).flags
    return pkcs11.TokenFlag.USER_PIN_COUNT_LOW in flags


def test_a_session_is_used_again(token: Token) -> None:
    assert len({token.run(id) for _ in range(5)}) == 1


def test_everyone_in_the_process_has_the_same_token(soft_token: SoftToken) -> None:
    assert open_token(soft_token.place()) is open_token(soft_token.place())


def test_no_more_calls_at_a_time_than_sessions(soft_token: SoftToken) -> None:
    token = open_token(soft_token.place(sessions=3))
    lock, inside, most = threading.Lock(), 0, 0

    def act(_session: Session) -> None:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        time.sleep(0.02)
        with lock:
            inside -= 1

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(lambda _: token.run(act), range(24)))
    assert most == 3


def test_a_caller_does_not_wait_for_ever(soft_token: SoftToken) -> None:
    token = open_token(replace(soft_token.place(), sessions=1, wait=0.05))
    held, done = threading.Event(), threading.Event()

    def hold(_session: Session) -> None:
        held.set()
        done.wait(10)

    with ThreadPoolExecutor(1) as pool:
        busy = pool.submit(token.run, hold)
        held.wait(10)
        with pytest.raises(TokenUnavailableError, match="all 1 sessions have been"):
            token.run(some_random)
        done.set()
        busy.result()
    assert token.run(some_random)


def test_a_lost_session_is_replaced(
    token: Token, caplog: pytest.LogCaptureFixture
) -> None:
    raw = token.run(lambda s: s.raw)
    raw.close()
    assert token.run(some_random)
    assert "is lost (SessionHandleInvalid); connecting again" in caplog.text


def test_a_token_that_was_pulled_is_used_again_when_it_is_back(
    token: Token, soft_token: SoftToken
) -> None:
    token.run(some_random)
    soft_token.pull()
    load_module(soft_token.hsm.module).restart(token._module.epoch)
    with pytest.raises(
        TokenMissingError, match=f"no token is labelled '{token.label}'"
    ):
        token.run(some_random)
    soft_token.put_back()
    assert reach(token)


def test_nobody_asks_again_within_the_pause(
    token: Token, soft_token: SoftToken, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("keys.token._PAUSE", 3600)
    soft_token.pull()
    for _ in range(3):
        with pytest.raises(TokenMissingError):
            token.run(some_random)
    starts = token._module.epoch
    with pytest.raises(TokenMissingError):
        token.run(some_random)
    assert token._module.epoch == starts
    soft_token.put_back()


def test_many_threads_outlive_restarts_of_the_module(token: Token) -> None:
    stop = threading.Event()

    def disturb() -> None:
        while not stop.wait(0.01):
            token._module.restart(token._module.epoch)

    disturber = threading.Thread(target=disturb)
    disturber.start()
    try:
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: token.run(some_random), range(400)))
    finally:
        stop.set()
        disturber.join()
    assert len(set(answers)) == 400


def test_a_wrong_pin_is_tried_once(soft_token: SoftToken) -> None:
    token = open_token(soft_token.place("0000-wrong"))
    with pytest.raises(PinError, match="refuses the PIN") as caught:
        token.run(some_random)
    assert "0000" not in str(caught.value)
    assert wrong_pin_was_seen(token)
    log_in_with(token, PIN)
    assert not wrong_pin_was_seen(token)
    for _ in range(3):
        with pytest.raises(PinError, match="not tried again"):
            open_token(soft_token.place("0000-wrong")).run(some_random)
    assert not wrong_pin_was_seen(token)


def test_no_pin_is_tried_when_one_more_would_lock_the_token(
    token: Token, monkeypatch: pytest.MonkeyPatch
) -> None:
    # SoftHSM never locks, so the flag it does set stands for the last try.
    flag = pkcs11.TokenFlag.USER_PIN_COUNT_LOW
    monkeypatch.setattr("keys.token._PIN_FLAGS", ((flag, "locks at one more"),))
    token._module.restart(token._module.epoch)
    with pytest.raises(pkcs11.PinIncorrect):
        log_in_with(token, "0000-wrong")
    with pytest.raises(PinError, match="locks at one more"):
        token.run(some_random)
    assert wrong_pin_was_seen(token)  # a right PIN would have ended that


def test_the_pin_is_in_no_text(
    soft_token: SoftToken, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        place = soft_token.place()
        open_token(place).run(some_random)
    assert PIN not in repr(place) + caplog.text


@pytest.mark.parametrize("content", [None, b"", b"junk"])
def test_a_module_that_is_none_is_told(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "module.so"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(TokenModuleError, match=r"module\.so"):
        load_module(path)


def test_a_library_that_is_no_module_is_told() -> None:
    path = Path(pkcs11._pkcs11.__file__)
    with pytest.raises(TokenModuleError, match="C_GetFunctionList"):
        load_module(path)


def test_a_token_that_is_not_there_names_those_that_are(soft_token: SoftToken) -> None:
    place = replace(soft_token.place(), label="nobody")
    with pytest.raises(TokenMissingError) as caught:
        open_token(place).run(some_random)
    assert "no token is labelled 'nobody'" in str(caught.value)
    assert soft_token.label in str(caught.value)


def test_two_tokens_of_one_label_are_told(token: Token, soft_token: SoftToken) -> None:
    twin = soft_token.initialise_anew()
    with pytest.raises(TokenMissingError, match="2 tokens are labelled"):
        token.run(some_random)
    twin.pull()


def test_a_refusal_is_no_loss(token: Token) -> None:
    starts = token.run(lambda s: s.epoch)
    with pytest.raises(TokenError, match="refuses: MechanismInvalid"):
        token.run(lambda s: s.raw.digest(b"", mechanism=pkcs11.Mechanism.AES_CBC))
    assert token.run(lambda s: s.epoch) == starts
