# SPDX-License-Identifier: Apache-2.0
"""The pages, and the plain answers they hold for browsers without JavaScript.

Pages are files in `web/`. Where a page has a placeholder, the server puts an
answer in both languages there, with every value escaped.
"""

from collections.abc import Mapping
from datetime import date, datetime
from html import escape
from typing import cast
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from register.document import Text, parse_document_id
from register.errors import DocumentError
from register.problem import Problem, ProblemError
from register.short_code import group_short_code, short_code
from verifier import problems
from verifier.api import Service, answer_original
from verifier.bilingual import both, either, read_words
from verifier.changes_page import render_changes
from verifier.errors import SourceError
from verifier.rate_limit import Kind
from verifier.reasons import Reason
from verifier.report import Report
from verifier.status_lists import StatusListCount
from verifier.texts import FACT_NAMES, MONTHS, NO_EXPIRY, describe_reason, name_outcome
from verifier.web_files import (
    SERVICE_WORKER,
    WebFile,
    WebFiles,
    answer_file,
    answer_page,
)

ANSWER_PLACEHOLDER = "<!--server-answer-->"
REPORT_PLACEHOLDER = "<!--server-report-->"
HOST_PLACEHOLDER = "<!--host-->"

_BUDDHIST_ERA = 543


def build_pages(service: Service, pages: WebFiles) -> APIRouter:
    """Return the routes of the pages."""
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    async def get_index(request: Request) -> Response:
        return answer_page(request, pages.page("index.html"))

    _add_forms(router, service, pages)
    _add_document_page(router, service, pages)
    _add_app(router, service, pages)
    _add_files(router, pages)
    return router


def _add_forms(router: APIRouter, service: Service, pages: WebFiles) -> None:
    """Answer the forms that browsers without JavaScript send a file with."""

    def show(request: Request, content: str, status: int = 200) -> Response:
        page = pages.page("report.html", REPORT_PLACEHOLDER, content)
        return answer_page(request, page, status=status)

    @router.post("/verify")
    async def post_verify(request: Request) -> Response:
        try:
            report = await service.verify_upload(request)
        except ProblemError as error:
            problem = error.problem
            return show(request, render_problem(problem), problem.status)
        return show(request, render_report(report))

    @router.post("/verify/original")
    async def post_original(request: Request) -> Response:
        """Give the file back as it was signed."""
        try:
            return await answer_original(service, request)
        except ProblemError as error:
            problem = error.problem
            return show(request, render_problem(problem), problem.status)


def _add_app(router: APIRouter, service: Service, pages: WebFiles) -> None:
    """Add what makes the pages an application that works without a network."""

    @router.get("/scan")
    async def get_scan(request: Request) -> Response:
        host = escape(service.host)
        return answer_page(request, pages.page("scan.html", HOST_PLACEHOLDER, host))

    @router.get("/shell")
    async def get_shell(request: Request) -> Response:
        """Give the page of any document, without an answer of the server."""
        return answer_page(request, pages.page("document.html"))

    lists = StatusListCount(service.publication)

    @router.get("/publication/status-lists")
    async def get_status_lists() -> Response:
        try:
            count = await service.run(lists.count)
        except SourceError as error:
            raise ProblemError(problems.register_unreachable()) from error
        return JSONResponse({"count": count}, headers={"Cache-Control": "no-store"})


def _add_files(router: APIRouter, pages: WebFiles) -> None:
    @router.get("/sw.js")
    async def get_service_worker(request: Request) -> Response:
        # At the root, because a worker serves no page above its own address.
        return answer_file(request, SERVICE_WORKER, pages.service_worker)

    @router.get("/static/{name}")
    async def get_static(request: Request, name: str) -> Response:
        return _answer_found(request, name, pages.static(name))

    @router.get("/scanner/{name}")
    async def get_scanner(request: Request, name: str) -> Response:
        return _answer_found(request, name, pages.scanner(name))


def _answer_found(request: Request, name: str, found: WebFile | None) -> Response:
    if found is None:
        raise ProblemError(problems.not_published())
    return answer_file(request, name, found)


def _add_document_page(router: APIRouter, service: Service, pages: WebFiles) -> None:
    @router.get("/V/{document_id}")
    @router.get("/v/{document_id}")
    async def get_document(request: Request, document_id: str) -> Response:
        """Show the page that a scanned QR code opens."""
        try:
            service.rates.check(request, Kind.QUERIES)
            parsed = parse_document_id(document_id)
        except ProblemError as error:
            problem = error.problem
            content, status = render_problem(problem), problem.status
        except DocumentError:
            content, status = render_problem(problems.bad_id()), 404
        else:
            report = await service.verify_document(parsed)
            content, status = render_report(report), 200
        page = pages.page("document.html", ANSWER_PLACEHOLDER, content)
        return answer_page(request, page, status=status)


def render_report(report: Report) -> str:
    """Return a report as HTML in Thai and English."""
    wire = report.to_json()
    headline = name_outcome(report.outcome, report.basis)
    sentence = describe_reason(report.reason)
    about = f'data-outcome="{report.outcome}" data-reason="{report.reason}"'
    parts = [
        f'<section class="verdict" {about}><div class="verdict-words">',
        both("h1", headline, "verdict-word"),
        "" if report.reason is Reason.VALID else both("p", sentence, "verdict-text"),
        *(both("p", note.text, "verdict-note") for note in report.notes),
        "</div></section>",
        '<section class="card next">',
        both("p", read_words(wire["advice"])),
        "</section>",
        render_changes(report),
    ]
    if report.document is not None:
        parts.append(_render_facts(report.document))
    parts.append(_render_sources(report))
    return "".join(parts)


def render_problem(problem: Problem) -> str:
    """Return a problem as HTML in Thai and English."""
    return "".join(
        [
            '<section class="card notice problem">',
            both("h1", problem.title),
            both("p", problem.detail),
            "</section>",
        ]
    )


def _render_facts(document: Mapping[str, object]) -> str:
    agency = cast("Mapping[str, object]", document["agency"])
    until = document["valid_until"]
    rows: list[tuple[Text, str]] = [
        (FACT_NAMES["type_name"], either(read_words(document["type_name"]))),
        (FACT_NAMES["number"], escape(str(document["number"]))),
        (FACT_NAMES["holder"], escape(str(document["holder"]))),
        (FACT_NAMES["agency"], either(read_words(agency["name"]))),
        (FACT_NAMES["domain"], escape(str(agency["domain"]))),
        (FACT_NAMES["issued_on"], _day(document["issued_on"])),
        (FACT_NAMES["valid_from"], _day(document["valid_from"])),
        (
            FACT_NAMES["valid_until"],
            either(NO_EXPIRY) if until is None else _day(until),
        ),
    ]
    rows.extend(
        (read_words(field["label"]), escape(str(field["value"])))
        for field in cast("list[Mapping[str, object]]", document["fields"])
    )
    document_id = parse_document_id(str(document["id"]))
    rows.append((FACT_NAMES["code"], group_short_code(short_code(document_id))))
    rows.append((FACT_NAMES["id"], _groups(document_id)))
    successor = document.get("successor")
    if successor:
        link = f'<a href="/V/{escape(str(successor))}">{escape(str(successor))}</a>'
        rows.append((FACT_NAMES["successor"], link))
    return f'<section class="card facts">{_list(rows)}</section>'


def _render_sources(report: Report) -> str:
    rows = [(FACT_NAMES["checked_at"], _instant(report.checked_at))]
    as_of = None if report.status is None else report.status["as_of"]
    if isinstance(as_of, str):
        rows.insert(0, (FACT_NAMES["as_of"], _instant(datetime.fromisoformat(as_of))))
    if report.trust_list is not None:
        name = read_words(report.trust_list["name"])
        rows.append((FACT_NAMES["trust_list"], either(name)))
    return f'<section class="card sources">{_list(rows)}</section>'


def _list(rows: list[tuple[Text, str]]) -> str:
    items = "".join(
        f'<div class="row"><dt>{either(name)}</dt><dd>{value}</dd></div>'
        for name, value in rows
    )
    return f"<dl>{items}</dl>"


def _day(value: object) -> str:
    return either(_name_day(date.fromisoformat(str(value))))


def _instant(moment: datetime) -> str:
    local = moment.astimezone(ZoneInfo("Asia/Bangkok"))
    day = _name_day(local.date())
    return either(
        Text(
            th=f"{day.th} เวลา {local:%H:%M} น.",
            en=f"{day.en}, {local:%H:%M} (Bangkok)",
        )
    )


def _name_day(day: date) -> Text:
    """Return a day as people write it: Buddhist Era in Thai."""
    month = MONTHS[day.month - 1]
    return Text(
        th=f"{day.day} {month.th} {day.year + _BUDDHIST_ERA}",
        en=f"{day.day} {month.en} {day.year}",
    )


def _groups(document_id: str) -> str:
    """Return an id in groups of four, as it is printed below the QR code."""
    groups = (document_id[at : at + 4] for at in range(0, len(document_id), 4))
    return escape(" ".join(groups))
