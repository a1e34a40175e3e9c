# SPDX-License-Identifier: Apache-2.0
"""Settings come from the environment and fail with one clear sentence."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from keys.errors import PassphraseError, SettingsError
from keys.settings import Environment, KeysSettings, read_passphrase, read_settings


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "ENV", "KEY_PASSPHRASE", "KEY_PASSPHRASE_FILE", "PKI_URL"):
        monkeypatch.delenv(f"TRA_{name}", raising=False)


def test_settings_have_defaults_for_one_machine() -> None:
    settings = read_settings()
    assert settings.home == Path("data")
    assert settings.env is Environment.DEVELOPMENT
    assert settings.pki_url == "http://127.0.0.1:8000/pki"
    assert settings.keys_folder == Path("data/keys")
    assert settings.trust_root_folder == Path("data/trust-root")


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRA_HOME", "/srv/tra")
    monkeypatch.setenv("TRA_ENV", "production")
    monkeypatch.setenv("TRA_PKI_URL", "https://pki.example.go.th/")
    settings = read_settings()
    assert settings.keys_folder == Path("/srv/tra/keys")
    assert settings.env is Environment.PRODUCTION
    assert settings.pki_url == "https://pki.example.go.th"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TRA_ENV", "prod"),
        ("TRA_ENV", ""),
        ("TRA_PKI_URL", "pki.example.go.th"),
        ("TRA_PKI_URL", "ftp://pki.example.go.th"),
        ("TRA_PKI_URL", "http://"),
        ("TRA_PKI_URL", "http://pki.example.go.th/?a=1"),
        ("TRA_PKI_URL", "http://[bad"),
        ("TRA_MAX_OCSP_REQUEST_BYTES", "0"),
    ],
)
def test_a_bad_value_names_its_setting(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=f"^{name}: ") as caught:
        read_settings()
    assert "\n" not in str(caught.value)


def test_the_passphrase_may_be_set(tmp_path: Path) -> None:
    settings = KeysSettings(home=tmp_path, key_passphrase=SecretStr("กขค"))
    assert read_passphrase(settings) == "กขค".encode()
    assert "กขค" not in repr(settings)


@pytest.mark.parametrize("content", [b"secret", b"secret\n", b"secret\r\n"])
def test_the_passphrase_may_be_in_a_file(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "secret"
    file.write_bytes(content)
    settings = KeysSettings(home=tmp_path, key_passphrase_file=file)
    assert read_passphrase(settings) == b"secret"


def test_the_passphrase_is_otherwise_in_the_home(tmp_path: Path) -> None:
    (tmp_path / "passphrase").write_bytes(b"at home\n")
    assert read_passphrase(KeysSettings(home=tmp_path)) == b"at home"


def test_a_missing_passphrase_is_told(tmp_path: Path) -> None:
    with pytest.raises(PassphraseError, match="no passphrase for the keys"):
        read_passphrase(KeysSettings(home=tmp_path))
    named = KeysSettings(home=tmp_path, key_passphrase_file=tmp_path / "nowhere")
    with pytest.raises(PassphraseError, match="nowhere is not there"):
        read_passphrase(named)


def test_an_unreadable_passphrase_is_told(tmp_path: Path) -> None:
    settings = KeysSettings(home=tmp_path, key_passphrase_file=tmp_path)
    with pytest.raises(PassphraseError, match="cannot be read"):
        read_passphrase(settings)


def test_an_empty_passphrase_is_told(tmp_path: Path) -> None:
    (tmp_path / "passphrase").write_bytes(b"\n")
    for settings in (
        KeysSettings(home=tmp_path),
        KeysSettings(home=tmp_path, key_passphrase=SecretStr("")),
    ):
        with pytest.raises(PassphraseError, match="is empty"):
            read_passphrase(settings)


def test_two_passphrases_are_one_too_many(tmp_path: Path) -> None:
    settings = KeysSettings(
        home=tmp_path,
        key_passphrase=SecretStr("one"),
        key_passphrase_file=tmp_path / "two",
    )
    with pytest.raises(SettingsError, match="keep one"):
        read_passphrase(settings)
