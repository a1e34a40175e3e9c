# SPDX-License-Identifier: Apache-2.0
"""Settings come from the environment and fail with one clear sentence."""

from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from keys.errors import PassphraseError, PinError, SettingsError
from keys.settings import (
    Environment,
    KeysSettings,
    read_passphrase,
    read_pin,
    read_settings,
)


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in KeysSettings.model_fields:
        monkeypatch.delenv(f"TRA_{name.upper()}", raising=False)


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
        ("TRA_PKCS11_TOKEN", "a token, but no module"),
        ("TRA_PKCS11_SESSIONS", "0"),
        ("TRA_PKCS11_KEYS", "[broken"),
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


def test_keys_are_files_unless_a_token_is_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert not read_settings().is_in_token("seal-TRADE")
    monkeypatch.setenv("TRA_PKCS11_MODULE", "/usr/lib/hsm.so")
    with pytest.raises(SettingsError, match=r"^TRA_PKCS11_TOKEN: "):
        read_settings()
    monkeypatch.setenv("TRA_PKCS11_TOKEN", "agency")
    settings = read_settings()
    inside = ["seal-TRADE", "claim-TRADE", "publication"]
    assert [settings.is_in_token(label) for label in inside] == [True] * 3
    for label in ("root-ca", "issuing-ca", "tsa", "ocsp", "trust-root"):
        assert not settings.is_in_token(label)


@pytest.mark.parametrize("labels", ["seal-TRADE, tsa", '["seal-TRADE", "tsa"]'])
def test_the_keys_in_the_token_may_be_named(
    monkeypatch: pytest.MonkeyPatch, labels: str
) -> None:
    monkeypatch.setenv("TRA_PKCS11_MODULE", "/usr/lib/hsm.so")
    monkeypatch.setenv("TRA_PKCS11_TOKEN", "agency")
    monkeypatch.setenv("TRA_PKCS11_KEYS", labels)
    settings = read_settings()
    named = [settings.is_in_token(label) for label in ("seal-TRADE", "tsa", "claim-A")]
    assert named == [True, True, False]


def test_the_pin_may_be_set_or_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "pin"
    file.write_text("12 34\n")
    assert read_pin(KeysSettings(pkcs11_pin_file=file)).get_secret_value() == "12 34"
    pin = SecretStr("12 34")
    assert read_pin(KeysSettings(pkcs11_pin=pin)) == pin
    with pytest.raises(SettingsError, match="both set"):
        read_pin(KeysSettings(pkcs11_pin=pin, pkcs11_pin_file=file))


@pytest.mark.parametrize("content", [None, b"", b"\n", b"\xff"])
def test_a_missing_pin_is_told(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "pin"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(PinError):
        read_pin(KeysSettings(pkcs11_pin_file=file))
    with pytest.raises(PinError, match="set TRA_PKCS11_PIN_FILE"):
        read_pin(KeysSettings())


def test_a_secret_is_in_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRA_PKCS11_PIN", "4711-secret")
    monkeypatch.setenv("TRA_PKCS11_WAIT", "long")
    with pytest.raises(ValidationError) as caught:
        KeysSettings()
    assert "4711" not in str(caught.value)
