# SPDX-License-Identifier: Apache-2.0
"""Settings of the issuer: read once from `TRA_*`, complete and checked before use."""

import json
import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, HttpUrl, SecretStr, TypeAdapter, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

_ADDRESS = TypeAdapter(HttpUrl)
_TOKEN_LENGTH = 16
_OID = re.compile(r"[0-2](\.(0|[1-9][0-9]*))+")


class IssuerSettings(BaseSettings):
    """What the issuer needs to know; every limit has its unit and its reason."""

    model_config = SettingsConfigDict(env_prefix="TRA_", frozen=True, extra="ignore")

    home: Path = Path("data")
    """Folder that holds everything of a one-machine installation."""

    env: Literal["development", "production"] = "development"
    """In development each page carries the watermark ตัวอย่าง."""

    database_url: str = ""
    """SQLAlchemy address of the register; empty means `$TRA_HOME/register.db`."""

    files_store: str = ""
    """Folder or `s3://` address of the sealed PDFs; empty means `$TRA_HOME/files`."""

    publication_store: str = ""
    """Folder or `s3://` address the publication is written to."""

    verify_url: str = "http://127.0.0.1:8000"
    """Address of the verifier, printed in every QR code: it cannot change later."""

    pki_url: str = "http://127.0.0.1:8000/pki"
    """Address of the development authorities (`keys.app`)."""

    tsa_urls: Annotated[tuple[str, ...], NoDecode] = ()
    """RFC 3161 authorities in order of preference; empty means ours."""

    crl_urls: Annotated[tuple[str, ...], NoDecode] = ()
    """CRLs of the CAs above the seal and time-stamping certificates; empty: ours."""

    ocsp_urls: Annotated[tuple[str, ...], NoDecode] = ()
    """OCSP responders of the seal's CA, in order; empty: ours, if the CRLs are ours."""

    tsa_policies: Annotated[tuple[str, ...], NoDecode] = ()
    """OIDs of the policies that tokens may be of; empty: any but ours in production."""

    tsa_clock_seconds: float = Field(default=60.0, ge=1, le=600)
    """Seconds that an authority's time may differ from this machine's."""

    tsa_anchors: Path | None = None
    """PEM file of the CAs of the authorities; empty means the root of the seal."""

    publication_url: str = ""
    """Address (or folder) verifiers read; an address stands in the status lists."""

    officer_keys: Path | None = None
    """Folder of the officers' PKCS#12 files; empty means `$TRA_HOME/officers`."""

    officer_pkcs11_module: Path | None = None
    """PKCS#11 module of the officers' tokens, a shared library of their maker."""

    types: Annotated[tuple[Path, ...], NoDecode] = ()
    """Further folders of document types, beside those that come with Tra."""

    tsa_timeout: float = Field(default=5.0, gt=0, le=60)
    """Seconds for one authority; longer keeps an officer waiting for no gain."""

    crl_refresh: float = Field(default=900.0, gt=0)
    """Seconds a fetched CRL is used again: as old as a status list may be."""

    guardian_lead_days: int = Field(default=180, ge=1, le=1000)
    """Days before a file's newest time stamp loses its certificate that the file gets
    a newer one; at most a quarter of the time that it had then."""

    max_body_bytes: int = Field(default=8_000_000, gt=0)
    """Bytes of a JSON request: one photograph as large as one is read, in base64."""

    metrics_token: SecretStr | None = None
    """Bearer token that `/metrics` asks for; without one there is no such page."""

    @field_validator("metrics_token")
    @classmethod
    def check_metrics_token(cls, value: SecretStr | None) -> SecretStr | None:
        """Refuse a token that can be guessed."""
        if value is not None and len(value.get_secret_value()) < _TOKEN_LENGTH:
            raise ValueError(f"must have {_TOKEN_LENGTH} characters or more")
        return value

    @field_validator(
        "tsa_urls", "crl_urls", "ocsp_urls", "tsa_policies", "types", mode="before"
    )
    @classmethod
    def split_list(cls, value: object) -> object:
        """Take `a,b` as well as a JSON list."""
        if not isinstance(value, str):
            return value
        if value.lstrip().startswith("["):
            return json.loads(value)
        return [part.strip() for part in value.split(",") if part.strip()]

    @field_validator("verify_url", "pki_url")
    @classmethod
    def check_address(cls, value: str) -> str:
        """Refuse an address that no browser and no client could open."""
        _ADDRESS.validate_python(value)
        return value.rstrip("/")

    @field_validator("tsa_urls", "crl_urls", "ocsp_urls")
    @classmethod
    def check_addresses(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        """Refuse a list with an address that no client could open."""
        for value in values:
            _ADDRESS.validate_python(value)
        return values

    @field_validator("tsa_policies")
    @classmethod
    def check_policies(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        """Refuse what is no OID: a policy misspelt would refuse every token."""
        for value in values:
            if not _OID.fullmatch(value):
                raise ValueError(f"{value[:40]!r} is no OID, such as 1.2.3.4")
        return values

    @field_validator("verify_url")
    @classmethod
    def check_origin(cls, value: str) -> str:
        """Refuse a path: the QR code has room for scheme and host alone."""
        if _ADDRESS.validate_python(value).path not in {None, "/"}:
            raise ValueError("must be a scheme and a host, without a path")
        return value

    @property
    def database(self) -> str:
        """SQLAlchemy address of the register."""
        path = (self.home / "register.db").resolve()
        return self.database_url or f"sqlite:///{path}"

    @property
    def files(self) -> str:
        """Where sealed PDFs are kept."""
        return self.files_store or str(self.home / "files")

    @property
    def officers_folder(self) -> Path:
        """Folder of the officers' keys, each under its owner's passphrase."""
        return self.officer_keys or self.home / "officers"

    @property
    def publication(self) -> str:
        """Where the publication is written."""
        return self.publication_store or str(self.home / "publication")

    @property
    def publication_address(self) -> str:
        """Public address of the publication, as status lists name themselves."""
        if self.publication_url.startswith(("https://", "http://")):
            return self.publication_url.rstrip("/")
        return f"{self.verify_url.rstrip('/')}/register"

    @property
    def timestamp_authorities(self) -> tuple[str, ...]:
        """Addresses of the RFC 3161 authorities to ask, in order."""
        return self.tsa_urls or (f"{self.pki_url.rstrip('/')}/tsa",)

    @property
    def crl_addresses(self) -> tuple[str, ...]:
        """Addresses of the CRLs to embed in every file."""
        base = self.pki_url.rstrip("/")
        return self.crl_urls or (
            f"{base}/crl/root-ca.crl",
            f"{base}/crl/issuing-ca.crl",
        )

    @property
    def ocsp_addresses(self) -> tuple[str, ...]:
        """Addresses of the responders to ask about the seal's certificate."""
        if self.ocsp_urls or self.crl_urls:
            return self.ocsp_urls
        return (f"{self.pki_url.rstrip('/')}/ocsp",)
