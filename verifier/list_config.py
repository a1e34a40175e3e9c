# SPDX-License-Identifier: Apache-2.0
"""Reads the file that names lists of signers (`TRA_SIGNER_LISTS`).

Certificates come from PEM files, or from an EU trusted list (ETSI TS 119 612)
whose signature fits a certificate that is configured beside it. All files are
local. A list that cannot be read stops the start.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from asn1crypto import pem, x509

from register.document import Text
from verifier.errors import SettingsError
from verifier.named_lists import NamedAnchor, NamedList, NamedLists

_KEYS = frozenset(
    {
        "name_th",
        "name_en",
        "certificates",
        "timestamp_certificates",
        "trusted_list",
        "signed_by",
    }
)
_FILES = _KEYS - {"name_th", "name_en"}
_SUFFIXES = (".pem", ".crt", ".cer")


@dataclass(frozen=True, kw_only=True)
class ListConfig:
    """What the file says."""

    lists: NamedLists = field(default_factory=NamedLists)
    revocation: tuple[str, ...] = ()
    """Addresses or files of revocation lists."""
    files: tuple[Path, ...] = ()
    """All that it was read from, folders too."""


def read_list_config(path: Path | None) -> ListConfig:
    """Return the lists that a file names; none without a file.

    Raises:
        SettingsError: the file, or one that it names, cannot be used.
    """
    if path is None:
        return ListConfig()
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(f"TRA_SIGNER_LISTS: {path}: {error}") from error
    try:
        # Before the files are read: one that comes meanwhile is a change.
        entries = content.get("list", ())
        files = (path, *(f for one in entries for f in _name_files(one, path.parent)))
        revocation = tuple(
            _absolute(str(one), path.parent) for one in content.get("revocation", ())
        )
        lists = tuple(_read_list(one, path.parent) for one in entries)
    except SettingsError:
        raise
    except Exception as error:
        # Whatever a library finds wrong with a list is wrong with the setting.
        raise SettingsError(
            f"TRA_SIGNER_LISTS: {path}: {type(error).__name__}: {error}"
        ) from error
    return ListConfig(
        lists=NamedLists(lists=lists, revocation_lists=len(revocation)),
        revocation=revocation,
        files=files,
    )


def _absolute(address: str, folder: Path) -> str:
    if "://" not in address:
        return str(folder / address)
    if urlsplit(address).scheme.lower() not in ("http", "https"):
        raise SettingsError(
            f"TRA_SIGNER_LISTS: revocation must be http(s) or a file, not {address}"
        )
    return address


def _name_files(entry: Mapping[str, Any], folder: Path) -> Iterator[Path]:
    """Yield the files of a list, and the folders they are in."""
    for name in sorted(_FILES & entry.keys()):
        file = folder / str(entry[name])
        yield file
        if file.is_dir():
            yield from sorted(one for one in file.iterdir() if one.suffix in _SUFFIXES)


def _read_list(entry: Mapping[str, Any], folder: Path) -> NamedList:
    unknown = set(entry) - _KEYS
    if unknown or not {"name_th", "name_en"} <= set(entry):
        raise SettingsError(
            "TRA_SIGNER_LISTS: a list has name_th, name_en, and certificates or "
            f"trusted_list with signed_by; not {', '.join(sorted(unknown)) or 'less'}"
        )
    name = Text(th=str(entry["name_th"]), en=str(entry["name_en"]))
    if "trusted_list" in entry:
        anchors, stamps = _read_trusted_list(
            folder / entry["trusted_list"], folder / entry["signed_by"]
        )
    else:
        anchors, stamps = _plain(folder / entry["certificates"]), ()
    if "timestamp_certificates" in entry:
        stamps += _plain(folder / entry["timestamp_certificates"])
    if not anchors:
        raise SettingsError(f"TRA_SIGNER_LISTS: {name.en} names no certificate")
    return NamedList(name=name, anchors=anchors, timestamp_anchors=stamps)


def _plain(path: Path) -> tuple[NamedAnchor, ...]:
    return tuple(NamedAnchor(certificate=der) for der in _read_certificates(path))


def _read_certificates(path: Path) -> list[bytes]:
    """Return the certificates of a PEM file, or of all in a folder."""
    files = [path]
    if path.is_dir():
        files = sorted(one for one in path.iterdir() if one.suffix in _SUFFIXES)
    found = []
    for file in files:
        for _, _, der in pem.unarmor(file.read_bytes(), multiple=True):
            x509.Certificate.load(der).native  # noqa: B018 - fails here, not later
            found.append(der)
    return found


def _read_trusted_list(
    path: Path, signed_by: Path
) -> tuple[tuple[NamedAnchor, ...], tuple[NamedAnchor, ...]]:
    # It stands on much that verifiers without such a list do without.
    from verifier.etsi_list import read_trusted_list  # noqa: PLC0415

    return read_trusted_list(path.read_text("utf-8"), _read_certificates(signed_by))
