# SPDX-License-Identifier: Apache-2.0
"""Settings of `keys`, read once from the environment (`TRA_*`).

The passphrase of the key files comes from the environment, from a file named
there, or from `$TRA_HOME/passphrase`; the PIN of the token from the environment or
a file named there; never from two of them at once.
"""

import json
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from keys.errors import PassphraseError, PinError, SettingsError


class Environment(StrEnum):
    """Where the program runs."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


def _check_web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be an http or https address")
    if parts.query or parts.fragment:
        raise ValueError("must have neither query nor fragment")
    return value.rstrip("/")


def _split_list(value: object) -> object:
    """Take `a,b` as well as a JSON list."""
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("["):
        return json.loads(value)
    return [part.strip() for part in value.split(",") if part.strip()]


class KeysSettings(BaseSettings):
    """Settings of keys, certificates and the three authorities."""

    model_config = SettingsConfigDict(
        env_prefix="TRA_", frozen=True, extra="ignore", hide_input_in_errors=True
    )

    home: Path = Path("data")
    """Folder that holds everything (`TRA_HOME`)."""

    env: Environment = Environment.DEVELOPMENT
    """`development` or `production`; production refuses key files."""

    key_passphrase: SecretStr | None = None
    """Passphrase of the key files."""

    key_passphrase_file: Path | None = None
    """File that holds the passphrase; a last line break is ignored."""

    pki_url: Annotated[str, AfterValidator(_check_web_address)] = (
        "http://127.0.0.1:8000/pki"
    )
    """Public base address of `keys.app`; certificates point to it."""

    pkcs11_module: Path | None = None
    """PKCS#11 module of the HSM, a shared library of its maker."""

    pkcs11_token: str = Field(default="", validate_default=True)
    """Label of the token (partition, slot) that holds our keys."""

    pkcs11_pin: SecretStr | None = None
    """User PIN of the token."""

    pkcs11_pin_file: Path | None = None
    """File that holds the PIN; a last line break is ignored."""

    pkcs11_keys: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split_list)] = (
        "seal-*",
        "claim-*",
        "publication",
    )
    """Labels of the keys that are in the token, `*` for any; all others are files."""

    pkcs11_sessions: int = Field(default=8, ge=1, le=256)
    """Signatures that the token works on at a time; more wait."""

    pkcs11_wait: float = Field(default=10.0, gt=0, le=120)
    """Seconds a signature waits for its turn before it is given up."""

    ca_anchors: Path | None = None
    """PEM file of the root CAs that certificates we import must chain to."""

    max_timestamp_request_bytes: int = Field(default=4096, gt=0)
    """Largest timestamp request; a plain one has about 70 bytes."""

    max_ocsp_request_bytes: int = Field(default=8192, gt=0)
    """Largest OCSP request; one certificate takes about 80 bytes."""

    @field_validator("pkcs11_token")
    @classmethod
    def check_token(cls, value: str, info: ValidationInfo) -> str:
        """Refuse half of what leads to a token."""
        if (info.data.get("pkcs11_module") is None) != (not value):
            raise ValueError("goes together with TRA_PKCS11_MODULE; one is set alone")
        return value

    def is_in_token(self, label: str) -> bool:
        """Tell whether a key is in the token; if not, it is a file."""
        return self.pkcs11_module is not None and any(
            fnmatchcase(label, pattern) for pattern in self.pkcs11_keys
        )

    @property
    def keys_folder(self) -> Path:
        """Folder of the keys the server uses."""
        return self.home / "keys"

    @property
    def trust_root_folder(self) -> Path:
        """Folder of the trust root, which belongs off the server."""
        return self.home / "trust-root"

    @property
    def default_passphrase_file(self) -> Path:
        """Where the passphrase is when no setting names it."""
        return self.home / "passphrase"


def read_settings() -> KeysSettings:
    """Read the settings from the environment.

    Raises:
        SettingsError: one of them has a value that cannot be used.
    """
    try:
        return KeysSettings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(str(part) for part in first["loc"]).upper()
        reason = first["msg"].removeprefix("Value error, ")
        raise SettingsError(f"TRA_{name}: {reason}") from error


def has_passphrase(settings: KeysSettings) -> bool:
    """Tell whether a passphrase is set or stored, without reading it."""
    return (
        settings.key_passphrase is not None
        or settings.key_passphrase_file is not None
        or settings.default_passphrase_file.exists()
    )


def read_passphrase(settings: KeysSettings) -> bytes:
    """Find the passphrase of the key files.

    Raises:
        SettingsError: both settings name one.
        PassphraseError: there is none, or it is empty or unreadable.
    """
    if settings.key_passphrase is not None:
        if settings.key_passphrase_file is not None:
            raise SettingsError(
                "TRA_KEY_PASSPHRASE and TRA_KEY_PASSPHRASE_FILE are both set; keep one"
            )
        passphrase = settings.key_passphrase.get_secret_value().encode()
        source = "TRA_KEY_PASSPHRASE"
    else:
        path = settings.key_passphrase_file or settings.default_passphrase_file
        passphrase = _read_passphrase_file(path)
        source = str(path)
    if not passphrase:
        raise PassphraseError(f"the passphrase of the keys is empty ({source})")
    return passphrase


def read_pin(settings: KeysSettings) -> SecretStr:
    """Find the PIN of the token.

    Raises:
        SettingsError: both settings name one.
        PinError: there is none, or it is empty or unreadable.
    """
    path = settings.pkcs11_pin_file
    if settings.pkcs11_pin is not None:
        if path is not None:
            raise SettingsError(
                "TRA_PKCS11_PIN and TRA_PKCS11_PIN_FILE are both set; keep one"
            )
        pin = settings.pkcs11_pin
    elif path is not None:
        try:
            pin = SecretStr(path.read_text().rstrip("\r\n"))
        except (OSError, ValueError) as error:
            raise PinError(f"the PIN file {path} cannot be read") from error
    else:
        raise PinError(
            "no PIN for the token: set TRA_PKCS11_PIN_FILE or TRA_PKCS11_PIN"
        )
    if not pin.get_secret_value():
        raise PinError("the PIN of the token is empty")
    return pin


def _read_passphrase_file(path: Path) -> bytes:
    try:
        return path.read_bytes().rstrip(b"\r\n")
    except FileNotFoundError:
        raise PassphraseError(
            f"no passphrase for the keys: {path} is not there, and neither "
            "TRA_KEY_PASSPHRASE nor TRA_KEY_PASSPHRASE_FILE leads to one"
        ) from None
    except OSError as error:
        raise PassphraseError(
            f"the passphrase file {path} cannot be read: {error.strerror}"
        ) from error
