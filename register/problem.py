# SPDX-License-Identifier: Apache-2.0
"""Problem details for HTTP (RFC 9457), in Thai and English, for every app here.

One shape for every error. What the client sent is never repeated, and an
unexpected exception tells nothing of itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from register.document import Text

MEDIA_TYPE: Final = "application/problem+json"


@dataclass(frozen=True, kw_only=True)
class FieldIssue:
    """What is wrong with one field, with a reason code that does not change."""

    field: str
    reason: str
    detail: Text

    def to_json(self) -> dict[str, str]:
        """Return the object that stands in `errors`."""
        return {
            "field": self.field,
            "reason": self.reason,
            "detail": self.detail.en,
            "detail_th": self.detail.th,
        }


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One answer that is not the one hoped for."""

    status: int
    slug: str
    """The end of `urn:tra:problem:…`, which a client may rely on."""
    title: Text
    detail: Text
    errors: tuple[FieldIssue, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the body."""
        return {
            "type": f"urn:tra:problem:{self.slug}",
            "title": self.title.en,
            "title_th": self.title.th,
            "status": self.status,
            "detail": self.detail.en,
            "detail_th": self.detail.th,
            "errors": [issue.to_json() for issue in self.errors],
        }


class ProblemError(Exception):
    """Ends a request with a problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.status} {problem.slug}: {problem.detail.en}")
        self.problem = problem


def problem_response(problem: Problem) -> JSONResponse:
    """Return the HTTP answer that carries a problem."""
    return JSONResponse(
        problem.to_json(),
        status_code=problem.status,
        headers=dict(problem.headers),
        media_type=MEDIA_TYPE,
    )


def install_problem_handlers(app: FastAPI) -> None:
    """Make an app answer every error with problem details."""
    app.add_exception_handler(ProblemError, _on_problem)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(Exception, _on_unexpected)


async def _on_problem(_: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, ProblemError):
        raise error
    return problem_response(error.problem)


async def _on_invalid_request(_: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, RequestValidationError):
        raise error
    return problem_response(
        Problem(
            status=HTTPStatus.UNPROCESSABLE_ENTITY,
            slug="invalid-request",
            title=Text(th="คำขอไม่ถูกต้อง", en="The request is not valid"),
            detail=Text(
                th="โปรดแก้ไขรายการที่แจ้งไว้แล้วส่งใหม่",
                en="Correct the fields that are listed and send it again.",
            ),
            errors=tuple(_issue(entry) for entry in error.errors()),
        )
    )


async def _on_http_error(_: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        raise error
    title = _TITLES.get(error.status_code, _OTHER)
    phrase = _phrase(error.status_code)
    return problem_response(
        Problem(
            status=error.status_code,
            slug=phrase.lower().replace(" ", "-"),
            title=title,
            detail=Text(
                th=title.th,
                en=title.en if error.detail == phrase else str(error.detail),
            ),
            headers=error.headers or {},
        )
    )


async def _on_unexpected(_: Request, __: Exception) -> JSONResponse:
    title = _TITLES[HTTPStatus.INTERNAL_SERVER_ERROR]
    return problem_response(
        Problem(
            status=HTTPStatus.INTERNAL_SERVER_ERROR,
            slug="internal-server-error",
            title=title,
            detail=Text(
                th="ระบบบันทึกข้อผิดพลาดไว้แล้ว โปรดลองใหม่ภายหลัง",
                en="The failure was logged. Please try again later.",
            ),
        )
    )


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"


def _issue(entry: Mapping[str, Any]) -> FieldIssue:
    kind = str(entry.get("type", "invalid"))
    if kind == "json_invalid":
        return _not_json(entry)
    # The first part only says "body", "query" or "header".
    place = [str(part) for part in entry.get("loc", ())]
    return FieldIssue(
        field=".".join(place[1:] or place),
        reason=kind,
        detail=Text(
            th=_INVALID.get(kind, "ค่าของรายการนี้ไม่ถูกต้อง"),
            en=str(entry.get("msg", "not valid")),
        ),
    )


def _not_json(entry: Mapping[str, Any]) -> FieldIssue:
    # The place is the character at which the reader gave up, and no field.
    at = entry.get("loc", ())[-1:]
    why = str(entry.get("ctx", {}).get("error", "not JSON"))
    return FieldIssue(
        field="",
        reason="json_invalid",
        detail=Text(
            th=f"{_INVALID['json_invalid']} (อักขระที่ {at[0] if at else 0} นับจาก 0)",
            en=f"The body is not JSON: {why}, at character {at[0] if at else 0} "
            "counted from 0",
        ),
    )


_INVALID: Final[Mapping[str, str]] = {
    "missing": "ต้องระบุรายการนี้",
    "json_invalid": "เนื้อหาไม่ใช่ JSON ที่ถูกต้อง",
    "extra_forbidden": "ไม่มีรายการนี้ในแบบคำขอ",
    "string_type": "ต้องเป็นข้อความ",
    "string_too_short": "ข้อความสั้นเกินไป",
    "string_too_long": "ข้อความยาวเกินไป",
    "string_pattern_mismatch": "รูปแบบข้อความไม่ถูกต้อง",
    "int_parsing": "ต้องเป็นจำนวนเต็ม",
    "int_type": "ต้องเป็นจำนวนเต็ม",
    "date_from_datetime_parsing": "ต้องเป็นวันที่รูปแบบ YYYY-MM-DD",
    "date_parsing": "ต้องเป็นวันที่รูปแบบ YYYY-MM-DD",
    "datetime_parsing": "ต้องเป็นวันเวลาตาม RFC 3339",
    "greater_than_equal": "ค่าน้อยเกินไป",
    "less_than_equal": "ค่ามากเกินไป",
    "enum": "ไม่อยู่ในค่าที่เลือกได้",
    "literal_error": "ไม่อยู่ในค่าที่เลือกได้",
}

_OTHER: Final = Text(
    th="ดำเนินการตามคำขอไม่ได้", en="The request could not be carried out"
)

_TITLES: Final[Mapping[int, Text]] = {
    HTTPStatus.BAD_REQUEST: Text(th="อ่านคำขอไม่ได้", en="The request cannot be read"),
    HTTPStatus.UNAUTHORIZED: Text(th="ต้องยืนยันตัวตน", en="Authentication is needed"),
    HTTPStatus.FORBIDDEN: Text(th="ไม่มีสิทธิ์", en="Not permitted"),
    HTTPStatus.NOT_FOUND: Text(th="ไม่พบสิ่งที่ขอ", en="Not found"),
    HTTPStatus.METHOD_NOT_ALLOWED: Text(
        th="ที่อยู่นี้ไม่รับคำขอแบบนี้", en="This address does not take this method"
    ),
    HTTPStatus.NOT_ACCEPTABLE: Text(
        th="ไม่มีรูปแบบข้อมูลที่ขอ", en="No representation fits the request"
    ),
    HTTPStatus.CONFLICT: Text(
        th="ขัดกับสถานะปัจจุบัน", en="In conflict with the present state"
    ),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: Text(
        th="ข้อมูลมีขนาดใหญ่เกินกำหนด", en="The content is too large"
    ),
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: Text(
        th="ไม่รับข้อมูลชนิดนี้", en="This media type is not supported"
    ),
    HTTPStatus.UNPROCESSABLE_ENTITY: Text(
        th="คำขอไม่ถูกต้อง", en="The request is not valid"
    ),
    HTTPStatus.TOO_MANY_REQUESTS: Text(th="มีคำขอมากเกินไป", en="Too many requests"),
    HTTPStatus.INTERNAL_SERVER_ERROR: Text(
        th="เกิดข้อผิดพลาดในระบบ", en="An error happened on our side"
    ),
    HTTPStatus.SERVICE_UNAVAILABLE: Text(
        th="ระบบยังไม่พร้อมให้บริการ", en="The service is not available now"
    ),
}
