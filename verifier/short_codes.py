# SPDX-License-Identifier: Apache-2.0
"""Short codes over HTTP: from what a person typed to the page of the document.

Leads to `/V/{id}` and shows nothing itself. A typing error and a code that nobody
has are told apart, each with what to do next.
"""

from collections.abc import Mapping
from functools import partial

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from register.document import DocumentId, parse_document_id
from register.errors import DocumentIdError, ShortCodeCheckError, ShortCodeError
from register.problem import Problem, ProblemError
from register.short_code import ShortCode, group_short_code, parse_short_code
from verifier import problems
from verifier.api import Service
from verifier.errors import CheckError
from verifier.pages import REPORT_PLACEHOLDER, render_problem
from verifier.rate_limit import Kind
from verifier.reasons import Reason
from verifier.web_files import WebFiles, answer_page

_MAX_CHARS = 64
"""Characters of what is typed, blanks and hyphens included."""

_NO_STORE: Mapping[str, str] = {"Cache-Control": "no-store"}


def build_short_codes(service: Service, pages: WebFiles) -> APIRouter:
    """Return the routes of short codes."""
    router = APIRouter()

    @router.get("/v1/codes/{code:path}")
    async def get_code(request: Request, code: str) -> Response:
        """Tell which document a short code names."""
        parsed = _parse_code(code)
        found = await _find(service, request, parsed)
        return JSONResponse(
            {"code": group_short_code(parsed), "id": found, "page": f"/V/{found}"},
            headers=_NO_STORE,
        )

    @router.get("/C", include_in_schema=False)
    @router.get("/c", include_in_schema=False)
    async def get_typed(request: Request, code: str = "") -> Response:
        """Answer the form of a browser without JavaScript."""
        return await _lead_on(service, pages, request, code)

    @router.get("/C/{code:path}", include_in_schema=False)
    @router.get("/c/{code:path}", include_in_schema=False)
    async def get_printed(request: Request, code: str) -> Response:
        """Answer the address printed beside the QR code, with the code after it."""
        return await _lead_on(service, pages, request, code or _form_value(request))

    return router


async def _lead_on(
    service: Service, pages: WebFiles, request: Request, typed: str
) -> Response:
    if not typed.strip():
        # The address as printed, and nothing after it: the start page has the box.
        return RedirectResponse("/", status_code=303, headers=_NO_STORE)
    try:
        found = await _find_typed(service, request, typed)
    except ProblemError as error:
        return _problem_page(request, pages, error.problem)
    return RedirectResponse(f"/V/{found}", status_code=303, headers=_NO_STORE)


async def _find_typed(service: Service, request: Request, typed: str) -> DocumentId:
    try:
        # Whoever has the long id may type it here, too.
        return parse_document_id("".join(typed[:_MAX_CHARS].split()))
    except DocumentIdError:
        return await _find(service, request, _parse_code(typed))


def _parse_code(typed: str) -> ShortCode:
    try:
        return parse_short_code(typed[:_MAX_CHARS])
    except ShortCodeCheckError as error:
        raise ProblemError(problems.mistyped_code()) from error
    except ShortCodeError as error:
        raise ProblemError(problems.bad_code()) from error


async def _find(service: Service, request: Request, code: ShortCode) -> DocumentId:
    # Typing errors are not counted: they ask nobody, and tell nothing.
    service.rates.check(request, Kind.CODES)
    try:
        return await service.run(
            partial(service.publication.find_by_code, code, service.clock())
        )
    except CheckError as error:
        if error.reason is Reason.NOT_REGISTERED:
            raise ProblemError(problems.unknown_code()) from error
        raise ProblemError(problems.register_unreachable()) from error


def _form_value(request: Request) -> str:
    return request.query_params.get("code", "")


def _problem_page(request: Request, pages: WebFiles, problem: Problem) -> Response:
    page = pages.page("report.html", REPORT_PLACEHOLDER, render_problem(problem))
    answer = answer_page(request, page, status=problem.status)
    answer.headers.update(problem.headers)
    return answer
