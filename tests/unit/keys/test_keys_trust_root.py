# SPDX-License-Identifier: Apache-2.0
"""The trust root on a machine of its own: what it refuses, and what it remembers."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from keys.errors import (
    KeyExistsError,
    KeyFileError,
    PassphraseError,
    ProductionRefusedError,
    TrustRootError,
)
from keys.settings import Environment, KeysSettings
from keys.trust_root import SignedLists, create_trust_root, open_root_signer

NOW = datetime(2026, 11, 20, tzinfo=UTC)
GOOD = "a long passphrase"
SIGNED = "header.payload.signature"


@pytest.fixture
def settings(tmp_path: Path) -> KeysSettings:
    """A machine of the trust root, in production."""
    return KeysSettings(home=tmp_path, env=Environment.PRODUCTION)


def test_a_key_file_opens_with_its_passphrase_alone(settings: KeysSettings) -> None:
    public = create_trust_root(settings, lambda: GOOD)
    assert public.read_bytes().startswith(b"-----BEGIN PUBLIC KEY-----")
    [private] = settings.trust_root_folder.glob("*.key.pem")
    assert private.stat().st_mode & 0o077 == 0
    assert b"ENCRYPTED" in private.read_bytes()
    assert len(open_root_signer(settings, lambda: GOOD).sign(b"list")) > 60
    with pytest.raises(PassphraseError, match="does not open"):
        open_root_signer(settings, lambda: "another passphrase")
    with pytest.raises(KeyExistsError):
        create_trust_root(settings, lambda: GOOD)


def test_a_short_passphrase_is_refused_before_there_is_a_key(
    settings: KeysSettings,
) -> None:
    with pytest.raises(PassphraseError, match="12 characters"):
        create_trust_root(settings, lambda: "short")
    assert not settings.trust_root_folder.exists()


def test_beside_the_keys_of_an_issuer_no_file_is_made_or_opened(
    settings: KeysSettings,
) -> None:
    create_trust_root(settings, lambda: GOOD)
    settings.keys_folder.mkdir()
    with pytest.raises(ProductionRefusedError, match="machine of its own"):
        open_root_signer(settings, lambda: GOOD)


def test_one_number_is_one_list(settings: KeysSettings) -> None:
    settings.trust_root_folder.mkdir()
    signed = SignedLists(settings)
    signed.check_next(7, b"first")
    signed.write(7, b"first", NOW, token=SIGNED)
    signed.check_next(7, b"first")  # again: the stick was lost
    signed.check_next(8, b"second")
    assert (signed.newest_seq(), signed.last_token()) == (7, SIGNED)
    for seq, payload in ((7, b"second"), (6, b"first")):
        with pytest.raises(TrustRootError, match="--seq 8"):
            signed.check_next(seq, payload)


def test_a_memory_that_is_damaged_stops_the_signing(settings: KeysSettings) -> None:
    settings.trust_root_folder.mkdir()
    (settings.trust_root_folder / "signed.json").write_text("{}")
    with pytest.raises(KeyFileError):
        SignedLists(settings).check_next(1, b"list")
