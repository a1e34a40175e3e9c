# SPDX-License-Identifier: Apache-2.0
"""The forms in which a report on a file is given: JSON, ETSI's XML, a printed page."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse, Response

from register.problem import ProblemError
from verifier import problems
from verifier.errors import SummaryUnavailableError
from verifier.etsi_report import write_etsi_report
from verifier.report import Report
from verifier.summary import summarize_report


class Format(StrEnum):
    """How a report is to be written."""

    JSON = "json"
    ETSI = "etsi"
    PDF = "pdf"


@dataclass(frozen=True, kw_only=True)
class WrittenReport:
    """A report as it is sent or saved."""

    body: bytes
    media_type: str
    suffix: str


_MEDIA_TYPES = {
    Format.JSON: "application/json",
    Format.ETSI: "application/xml",
    Format.PDF: "application/pdf",
}
_ACCEPTED = {
    **{media_type: form for form, media_type in _MEDIA_TYPES.items()},
    "text/xml": Format.ETSI,
    "*/*": Format.JSON,
    "application/*": Format.JSON,
}


def choose_format(request: Request) -> Format:
    """Return the form a client asks for: `?format=`, or else its Accept header.

    Raises:
        ProblemError: 406: there is no such form.
    """
    named = request.query_params.get("format")
    if named is not None:
        if named not in set(Format):
            raise ProblemError(problems.no_such_format())
        return Format(named)
    accept = request.headers.get("accept", "").strip()
    if not accept:
        return Format.JSON
    for media_type in _by_preference(accept):
        if media_type in _ACCEPTED:
            return _ACCEPTED[media_type]
    raise ProblemError(problems.no_such_format())


def write_report(report: Report, form: Format, *, address: str) -> WrittenReport:
    """Return a report in a form; `address` is where files are checked.

    Raises:
        SummaryUnavailableError: this verifier is installed without what draws.
    """
    writers: dict[Format, Callable[[], bytes]] = {
        Format.JSON: lambda: json.dumps(report.to_json(), ensure_ascii=False).encode(),
        Format.ETSI: lambda: write_etsi_report(report),
        Format.PDF: lambda: _draw(report, address),
    }
    suffix = {Format.JSON: "json", Format.ETSI: "xml", Format.PDF: "pdf"}[form]
    return WrittenReport(
        body=writers[form](), media_type=_MEDIA_TYPES[form], suffix=suffix
    )


def send_report(report: Report, form: Format, *, address: str) -> Response:
    """Return the answer that carries a report.

    Raises:
        ProblemError: 406: this verifier draws no summaries.
    """
    headers = {"Cache-Control": "no-store"}
    if form is Format.JSON:
        content: dict[str, Any] = report.to_json()
        return JSONResponse(content, headers=headers)
    try:
        written = write_report(report, form, address=address)
    except SummaryUnavailableError as error:
        raise ProblemError(problems.no_summary()) from error
    digest = str((report.file or {}).get("sha256", ""))[:16]
    name = f"report-{digest}.{written.suffix}"
    headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return Response(written.body, media_type=written.media_type, headers=headers)


def _draw(report: Report, address: str) -> bytes:
    # Drawing stands on much that verifying does without (ADR 28).
    try:
        from verifier.summary_page import draw_summary  # noqa: PLC0415 - as said
    except ImportError as error:
        raise SummaryUnavailableError("the drawing code is not installed") from error
    return draw_summary(summarize_report(report, address=address))


def _by_preference(accept: str) -> list[str]:
    """Return the media types of an Accept header, the most wanted first."""
    wanted = []
    for entry in accept.lower().split(",")[:20]:
        media_type, _, parameters = entry.partition(";")
        quality = 1.0
        for parameter in parameters.split(";"):
            name, _, value = parameter.strip().partition("=")
            if name == "q":
                quality = float(value) if value.replace(".", "", 1).isdigit() else 0.0
        if quality > 0:
            wanted.append((quality, media_type.strip()))
    return [media_type for _, media_type in sorted(wanted, key=lambda w: -w[0])]
