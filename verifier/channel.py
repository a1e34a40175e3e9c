# SPDX-License-Identifier: Apache-2.0
"""What the service and the processes that read PDFs say to each other.

Messages are JSON with bytes beside it, in frames of announced length. Nothing
here can carry code: a process taken over by a hostile file could answer what it
likes, yet it gets nothing run on the other side.
"""

import json
import struct
from collections.abc import Mapping
from datetime import datetime
from typing import IO, Any

from verifier.errors import ChannelError
from verifier.notes import read_note
from verifier.reasons import Basis, CheckId, Integrity, Outcome, Reason
from verifier.report import Check, Report, Verdict
from verifier.report_check import check_report

OUT_OF_MEMORY = 75
"""Exit code of a process whose memory ran out where no report could be made."""

_HEAD = struct.Struct(">II")


class Channel:
    """One end of a pair of pipes."""

    def __init__(
        self, reader: IO[bytes], writer: IO[bytes], *, max_bytes: int = 2**32 - 1
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._max_bytes = max_bytes

    def send(self, message: Mapping[str, Any], body: bytes = b"") -> None:
        """Send one message.

        Raises:
            ChannelError: the other side is gone.
        """
        text = json.dumps(message).encode()
        try:
            self._writer.write(_HEAD.pack(len(text), len(body)) + text)
            self._writer.write(body)
            self._writer.flush()
        except (OSError, ValueError) as error:
            raise ChannelError("the other side is gone") from error

    def receive(self) -> tuple[dict[str, Any], bytes]:
        """Wait for one message.

        Raises:
            ChannelError: the other side is gone, or says what is no message.
        """
        lengths = _HEAD.unpack(self._read(_HEAD.size))
        if sum(lengths) > self._max_bytes:
            raise ChannelError(f"a message of {sum(lengths)} bytes")
        text, body = (self._read(length) for length in lengths)
        try:
            message = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ChannelError("not a message") from error
        if not isinstance(message, dict):
            raise ChannelError("not a message")
        return message, body

    def _read(self, length: int) -> bytes:
        try:
            data = self._reader.read(length)
        except (OSError, ValueError) as error:
            raise ChannelError("the other side is gone") from error
        if len(data) != length:
            raise ChannelError("the other side is gone")
        return data


def pack_report(report: Report) -> dict[str, Any]:
    """Return a report as JSON can carry it, with nothing left out."""
    return {
        "basis": report.basis,
        "outcome": report.outcome,
        "reason": report.reason,
        "integrity": report.integrity,
        "checks": [[check.id, check.reason, check.detail] for check in report.checks],
        "checked_at": report.checked_at.isoformat(),
        "notes": [note.to_json() for note in report.notes],
        **{name: getattr(report, name) for name in _FACTS},
    }


def unpack_report(packed: Mapping[str, Any]) -> Report:
    """Return the report that was packed, if it is one (`verifier.report_check`).

    Raises:
        ChannelError: it is none.
    """
    try:
        integrity = packed["integrity"]
        report = Report(
            basis=Basis(packed["basis"]),
            verdict=Verdict(
                outcome=Outcome(packed["outcome"]), reason=Reason(packed["reason"])
            ),
            integrity=None if integrity is None else Integrity(integrity),
            checks=tuple(
                Check(id=CheckId(check), reason=Reason(reason), detail=str(detail))
                for check, reason, detail in packed["checks"]
            ),
            checked_at=datetime.fromisoformat(packed["checked_at"]),
            notes=tuple(read_note(note) for note in packed["notes"]),
            **{name: packed[name] for name in _FACTS},
        )
        check_report(report)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise ChannelError(f"not a report: {error}") from error
    return report


_FACTS = (
    *("document", "signature", "status", "file", "trust_list", "qr", "changes"),
    "signatures",
)
