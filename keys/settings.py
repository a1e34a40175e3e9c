# SPDX-License-Identifier: Apache-2.0
"""Settings of `keys`, read once from the environment (`TRA_*`).

The passphrase of the key files comes from the environment, from a file named
there, or from `$TRA_HOME/passphrase`; never from two of them at once.
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from keys.errors import PassphraseError, SettingsError


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


class KeysSettings(BaseSettings):
    """Settings of keys, certificates and the three authorities."""

    model_config = SettingsConfigDict(env_prefix="TRA_", frozen=True, extra="ignore")

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

    max_timestamp_request_bytes: int = Field(default=4096, gt=0)
    """Largest timestamp request; a plain one has about 70 bytes."""

    max_ocsp_request_bytes: int = Field(default=8192, gt=0)
    """Largest OCSP request; one certificate takes about 80 bytes."""

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
