# SPDX-License-Identifier: Apache-2.0
"""Index of issued and revoked certificates: the file `ca.json`.

Entries are added, never changed or removed; each change replaces the whole
file at once, under a lock, so a reader sees the state before or after it.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from keys.errors import (
    AlreadyRevokedError,
    CertificateIndexError,
    UnknownCertificateError,
)
from keys.files import locked, replace_file
from keys.signing import KeyLabel

_VERSION: Final = 1


@dataclass(frozen=True, kw_only=True)
class IssuedCertificate:
    """One issued certificate."""

    serial: int
    label: KeyLabel
    issuer: KeyLabel
    subject: str
    not_before: datetime
    not_after: datetime
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Revocation:
    """One revoked certificate; `reason` is a CRLReason (RFC 5280 §5.3.1)."""

    serial: int
    issuer: KeyLabel
    reason: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Index:
    """All issued and revoked certificates at one moment, by serial number."""

    issued: Mapping[int, IssuedCertificate]
    revoked: Mapping[int, Revocation]

    def revocations_of(self, issuer: KeyLabel) -> tuple[Revocation, ...]:
        """Revocations by one CA, oldest first."""
        return tuple(
            sorted(
                (entry for entry in self.revoked.values() if entry.issuer == issuer),
                key=lambda entry: (entry.at, entry.serial),
            )
        )

    def latest(self, label: KeyLabel) -> IssuedCertificate:
        """Find the newest certificate of a label.

        Raises:
            UnknownCertificateError: none was issued.
        """
        found = [entry for entry in self.issued.values() if entry.label == label]
        if not found:
            raise UnknownCertificateError(f"no certificate was issued for {label}")
        return found[-1]


class CertificateIndex:
    """The file behind an `Index`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int, int] | None = None
        self._index = Index(issued={}, revoked={})

    def read(self) -> Index:
        """Read the index; an unchanged file is not read again.

        Raises:
            CertificateIndexError: the file is not an index.
        """
        try:
            info = self._path.stat()
        except FileNotFoundError:
            return Index(issued={}, revoked={})
        state = (info.st_ino, info.st_mtime_ns, info.st_size)
        if state != self._seen:
            self._index = _decode(self._path)
            self._seen = state
        return self._index

    def add_issued(
        self, certificate: x509.Certificate, *, label: KeyLabel, issuer: KeyLabel
    ) -> IssuedCertificate:
        """Add a certificate before it is handed out.

        Raises:
            CertificateIndexError: its serial number is taken.
        """
        entry = IssuedCertificate(
            serial=certificate.serial_number,
            label=label,
            issuer=issuer,
            subject=certificate.subject.rfc4514_string(),
            not_before=certificate.not_valid_before_utc,
            not_after=certificate.not_valid_after_utc,
            sha256=certificate.fingerprint(hashes.SHA256()).hex(),
        )
        with locked(self._path):
            index = self.read()
            if entry.serial in index.issued:
                raise CertificateIndexError(f"serial {entry.serial:x} is taken")
            self._write(
                Index(
                    issued={**index.issued, entry.serial: entry}, revoked=index.revoked
                )
            )
        return entry

    def add_revocation(self, serial: int, *, reason: str, now: datetime) -> Revocation:
        """Revoke a certificate.

        Raises:
            UnknownCertificateError: it was not issued here.
            AlreadyRevokedError: it is revoked already.
        """
        with locked(self._path):
            index = self.read()
            issued = index.issued.get(serial)
            if issued is None:
                raise UnknownCertificateError(f"no certificate has serial {serial:x}")
            if (earlier := index.revoked.get(serial)) is not None:
                raise AlreadyRevokedError(
                    f"the certificate of {issued.label} with serial {serial:x} "
                    f"was revoked on {earlier.at.isoformat()} ({earlier.reason})"
                )
            entry = Revocation(
                serial=serial,
                issuer=issued.issuer,
                reason=reason,
                at=now.astimezone(UTC).replace(microsecond=0),
            )
            self._write(
                Index(issued=index.issued, revoked={**index.revoked, serial: entry})
            )
        return entry

    def _write(self, index: Index) -> None:
        content = {
            "v": _VERSION,
            "certificates": [_to_json(entry) for entry in index.issued.values()],
            "revocations": [_to_json(entry) for entry in index.revoked.values()],
        }
        text = json.dumps(content, ensure_ascii=False, indent=1)
        replace_file(self._path, text.encode(), mode=0o644)


def _to_json(entry: IssuedCertificate | Revocation) -> dict[str, Any]:
    fields = asdict(entry)
    fields["serial"] = f"{entry.serial:x}"
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in fields.items()
    }


def _decode(path: Path) -> Index:
    try:
        content = json.loads(path.read_bytes())
        if content["v"] != _VERSION:
            raise CertificateIndexError(f"{path} has version {content['v']!r}, not 1")
        issued = [
            IssuedCertificate(**_from_json(entry)) for entry in content["certificates"]
        ]
        revoked = [Revocation(**_from_json(entry)) for entry in content["revocations"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CertificateIndexError(
            f"the index of certificates {path} cannot be read: {error}"
        ) from error
    return Index(
        issued={entry.serial: entry for entry in issued},
        revoked={entry.serial: entry for entry in revoked},
    )


def _from_json(entry: Mapping[str, Any]) -> dict[str, Any]:
    fields = dict(entry)
    fields["serial"] = int(fields["serial"], 16)
    for name in ("not_before", "not_after", "at"):
        if name in fields:
            fields[name] = datetime.fromisoformat(fields[name])
    return fields
