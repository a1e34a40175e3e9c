# SPDX-License-Identifier: Apache-2.0
"""Opens an uploaded PDF within limits, and reads what is attached to it.

Promises that what it returns was read by one strict parser, the same that
judges the signatures, and that attachments come from the signed revision only.
Refuses, with a reason, whatever is no PDF, is broken, locked or too large.
Files too broken to be parsed can still be looked through for signatures that
no longer fit, so that a damaged licence is called altered and not unreadable.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pyhanko.pdf_utils.crypt import AuthStatus
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.rw_common import PdfHandler

from verifier.errors import CheckError
from verifier.guard import reading_hostile_input
from verifier.limits import Limits
from verifier.plain_syntax import BLANK
from verifier.reasons import Reason
from verifier.unpacking import BoundedReader

RECORD_NAME = "record.json"
CLAIM_NAME = "claim.cose"

_HEADER_WINDOW = 1024
_TABLE_ROWS = (b" 00000 n", b" 00000 f", b" 65535 f")
"""Ends of rows of cross-reference tables, as all but odd writers write them."""
_MAX_CLAIM_BYTES = 512
_MAX_NAME_TREE_NODES = 1_000
_NUMBER = rb"\s+(\d{1,12})"
_MARKER = re.compile(rb"%%EOF(?:\r\n|\n|\r)?")
_BYTE_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d{1,12})" + _NUMBER * 3 + rb"\s*\]")


@dataclass(frozen=True, kw_only=True)
class PdfInput:
    """An opened PDF: its bytes, and the parser's view of them."""

    data: bytes
    reader: PdfFileReader
    strict: bool = True
    """Whether it keeps to the rules; if not, only signed bytes count."""


@dataclass(frozen=True, kw_only=True)
class Attachments:
    """The two files a document of ours carries, as bytes, or None."""

    record: bytes | None
    claim: bytes | None


@dataclass(frozen=True, kw_only=True)
class RawSignature:
    """A signature found by its bytes alone, in a file that cannot be parsed."""

    signed: bytes
    contents: bytes | None
    whole: bool = False
    """Whether nothing comes after what was signed."""
    end: int | None = None
    """Bytes of the file up to the end of what was signed, if it begins the file."""


def check_pdf_header(data: bytes) -> None:
    """Check that the bytes claim to be a PDF (ISO 32000-1 §7.5.2).

    Raises:
        CheckError: there is no header within the first 1,024 bytes.
    """
    if b"%PDF-" not in data[:_HEADER_WINDOW]:
        raise CheckError(Reason.NOT_A_PDF, "no %PDF- header in the first 1,024 bytes")


def check_size(data: bytes, limits: Limits) -> None:
    """Check everything that can be counted before the file is parsed.

    Raises:
        CheckError: a limit is exceeded.
    """
    _check_limit("bytes", len(data), limits.max_bytes)
    _check_limit("revisions", data.count(b"startxref"), limits.max_revisions)
    _check_limit("signatures", data.count(b"/ByteRange"), limits.max_signatures)
    rows = sum(data.count(row) for row in _TABLE_ROWS)
    _check_limit("objects", rows, limits.max_objects)


def open_pdf(
    data: bytes, *, limits: Limits, password: str | None, strict: bool = True
) -> PdfInput:
    """Open a PDF, strictly unless told otherwise.

    Raises:
        CheckError: not a PDF, damaged, encrypted without the right password.
        CheckError: a limit is exceeded.
    """
    check_pdf_header(data)
    check_size(data, limits)
    with reading_hostile_input(Reason.DAMAGED):
        reader = BoundedReader(data, limits, strict=strict)
        _unlock(reader, password)
        _check_structure(reader, limits)
        return PdfInput(data=data, reader=reader, strict=strict)


def read_attachments(handler: PdfHandler, limits: Limits) -> Attachments:
    """Return the attached record and claim as this revision holds them.

    Raises:
        CheckError: a name is attached twice, or the attachments cannot be read.
        CheckError: an attachment is larger than the limit.
    """
    with reading_hostile_input(Reason.RECORD_INVALID):
        found = _read_named(handler, (RECORD_NAME, CLAIM_NAME))
    record, claim = found.get(RECORD_NAME), found.get(CLAIM_NAME)
    if record is not None:
        _check_limit("record bytes", len(record), limits.max_attachment_bytes)
    if claim is not None and len(claim) > _MAX_CLAIM_BYTES:
        raise CheckError(Reason.CLAIM_INVALID, f"claim of {len(claim)} bytes")
    return Attachments(record=record, claim=claim)


def find_revision_end(data: bytes, reader: PdfFileReader, revision: int) -> int:
    """Return where a revision ends: behind its marker and one end of line."""
    table_end = int(reader.xrefs.get_xref_container_info(revision).end_location)
    found = _MARKER.search(data, table_end)
    return len(data) if found is None else found.end()


def scan_signatures(data: bytes, limits: Limits) -> Iterator[RawSignature]:
    """Yield signatures found by their bytes, without trusting any structure."""
    for count, match in enumerate(_BYTE_RANGE.finditer(data)):
        if count >= limits.max_signatures:
            return
        start, length, second, rest = (int(group) for group in match.groups())
        contents = None
        if start == 0 and length < second and length + rest > 0:
            contents = _hex_contents(data[length:second])
        yield RawSignature(
            signed=data[start : start + length] + data[second : second + rest],
            contents=contents,
            end=second + rest if start == 0 and second + rest <= len(data) else None,
            whole=start == 0 and not data[second + rest :].strip(BLANK),
        )


def _hex_contents(gap: bytes) -> bytes | None:
    if not (gap.startswith(b"<") and gap.endswith(b">")):
        return None
    try:
        return bytes.fromhex(gap[1:-1].decode("ascii"))
    except ValueError:
        return None


def _check_limit(what: str, found: int, limit: int) -> None:
    if found > limit:
        raise CheckError(Reason.LIMIT, f"{what}: {found:,}, limit {limit:,}")


def _unlock(reader: PdfFileReader, password: str | None) -> None:
    if not reader.encrypted:
        return
    # Files locked for changes only open with the empty user password.
    if reader.decrypt(password or "").status is AuthStatus.FAILED:
        if password:
            raise CheckError(Reason.WRONG_PASSWORD, "the password does not open it")
        raise CheckError(Reason.ENCRYPTED, "a password is needed")


def _check_structure(reader: PdfFileReader, limits: Limits) -> None:
    # The page tree is walked only when changes are judged; a false count
    # deceives nobody but this limit, and the object limit holds all the same.
    _check_limit("pages", int(reader.root["/Pages"]["/Count"]), limits.max_pages)
    xrefs = reader.xrefs
    _check_limit("revisions", xrefs.total_revisions, limits.max_revisions)
    objects = sum(
        len(xrefs.explicit_refs_in_revision(revision))
        for revision in range(xrefs.total_revisions)
    )
    _check_limit("objects", objects, limits.max_objects)


def _read_named(handler: PdfHandler, names: tuple[str, ...]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for name, spec in _embedded_files(handler):
        if name in found:
            raise CheckError(Reason.RECORD_INVALID, f"{name} is attached twice")
        if name in names:
            found[name] = bytes(spec["/EF"]["/F"].data)
    return found


def _embedded_files(handler: PdfHandler) -> Iterator[tuple[str, Any]]:
    """Walk the name tree of attachments (ISO 32000-1 §7.9.6), bounded."""
    tree = _entry(_entry(handler.root, "/Names"), "/EmbeddedFiles")
    todo = [] if tree is None else [tree]
    for _ in range(_MAX_NAME_TREE_NODES):
        if not todo:
            return
        node = todo.pop()
        kids = _entry(node, "/Kids") or ()
        todo.extend(kids[index] for index in range(len(kids)))
        pairs = _entry(node, "/Names") or ()
        for index in range(0, len(pairs) - 1, 2):
            spec = pairs[index + 1]
            name = _entry(spec, "/UF") or _entry(spec, "/F") or pairs[index]
            yield str(name), spec
    raise CheckError(Reason.LIMIT, "the tree of attachments has no end")


def _entry(node: Any, key: str) -> Any:  # noqa: ANN401 - any PDF object
    # Only access by index follows references; `get` and iteration do not.
    return None if node is None or key not in node else node[key]
