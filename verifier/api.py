# SPDX-License-Identifier: Apache-2.0
"""The verifier over HTTP: files, QR codes, ids, and the publication it reads.

Every upload within the limits gets a report with status 200, whatever it is;
4xx is for requests that could not be read. Files are verified in processes of
their own; ids and codes have their own threads, and go on being answered while
every such process is busy.
"""

import hashlib
import json
import re
from asyncio import timeout
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeVar

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse

from register.document import DocumentId, parse_document_id
from register.errors import DocumentError
from register.problem import ProblemError
from verifier import problems
from verifier.errors import (
    BusyError,
    NotPublishedError,
    SourceError,
    StoppedError,
    UploadFormatError,
    UploadTooLargeError,
)
from verifier.formats import Format, choose_format, send_report
from verifier.isolation import PdfVerifiers
from verifier.limits import Limits
from verifier.rate_limit import Kind, RateLimits
from verifier.reasons import Outcome, Reason
from verifier.recent import RecentReports
from verifier.report import REPORT_SCHEMA, Report
from verifier.status_answers import StatusAnswers
from verifier.trust import Publication
from verifier.upload import read_body, read_upload
from verifier.upload_places import UploadPlaces
from verifier.verify_id import verify_id
from verifier.verify_qr import verify_qr

_T = TypeVar("_T")

MAX_JSON_BYTES = 8 * 1024
"""Bytes of a JSON body: an address with a claim takes about 1,500."""

_ID_PARAMETER = {
    "parameters": [
        {
            "name": "document_id",
            "in": "path",
            "required": True,
            "schema": {"type": "string"},
        }
    ]
}
"""What the route reads itself, because to have it read takes longer."""

_JSON = "application/json"
_JWS = "application/jose"
_SCHEMA = "application/schema+json"
_SHA256 = re.compile("[0-9a-f]{64}")
_NO_STORE = {"Cache-Control": "no-store"}


@dataclass(frozen=True, kw_only=True)
class Service:
    """What every route needs."""

    publication: Publication
    clock: Callable[[], datetime]
    limits: Limits
    host: str
    verifiers: PdfVerifiers
    rates: RateLimits
    places: UploadPlaces
    upload_seconds: float
    recent: RecentReports
    address: str
    """Where people check files, as printed summaries name it."""
    limiter: CapacityLimiter
    """Threads for all that is quick."""
    file_limiter: CapacityLimiter
    """Threads that wait for a process to verify a file."""

    async def run(self, work: Callable[[], _T]) -> _T:
        """Run work that asks the publication, so that it holds nobody up.

        To change threads costs more than to answer from files in a folder.
        """
        if self.publication.is_quick:
            return work()
        return await to_thread.run_sync(work, limiter=self.limiter)

    async def verify_upload(self, request: Request) -> Report:
        """Return the report on an uploaded file.

        Raises:
            ProblemError: the request holds no file that could be read, or is
                one too many.
        """
        return (await self.verify_file(request))[1]

    async def verify_file(self, request: Request) -> tuple[bytes, Report]:
        """Return an uploaded file and the report on it.

        Raises:
            ProblemError: the request holds no file that could be read, or is
                one too many.
        """
        self.rates.check(request, Kind.FILES)
        client = self.rates.client_of(request)
        try:
            with self.places.take(client):
                async with timeout(self.upload_seconds):
                    upload = await read_upload(request, max_bytes=self.limits.max_bytes)
        except BusyError as error:
            raise ProblemError(problems.busy()) from error
        except TimeoutError as error:
            raise ProblemError(problems.too_slow()) from error
        except UploadTooLargeError as error:
            raise ProblemError(problems.too_large(self.limits.max_bytes)) from error
        except UploadFormatError as error:
            raise ProblemError(problems.not_a_form()) from error
        if upload.file is None:
            raise ProblemError(problems.no_file())
        if not upload.file:
            raise ProblemError(problems.empty_file())
        work = partial(
            self.verifiers.verify_pdf,
            upload.file,
            now=self.clock(),
            password=upload.password,
            client=client,
        )
        try:
            report = await to_thread.run_sync(work, limiter=self.file_limiter)
        except (BusyError, StoppedError) as error:
            raise ProblemError(problems.busy()) from error
        return upload.file, report

    async def send(self, report: Report, form: Format) -> Response:
        """Return the answer that carries a report, written away from the loop."""
        return await self.run(partial(send_report, report, form, address=self.address))

    async def verify_document(
        self, document_id: DocumentId, now: datetime | None = None
    ) -> Report:
        """Return what the register says of a document."""
        now = self.clock() if now is None else now
        return await self.run(
            partial(verify_id, document_id, publication=self.publication, now=now)
        )


def build_api(service: Service) -> APIRouter:
    """Return the routes of the API."""
    router = APIRouter()
    queries = [Depends(service.rates.limit(Kind.QUERIES))]

    _add_status(router, service)
    _add_files(router, service)

    @router.post("/v1/verify/qr", dependencies=queries)
    async def post_verify_qr(request: Request) -> Response:
        """Verify a QR code: JSON `{"url": "..."}`."""
        url = await _read_url(request)
        report = await service.run(
            partial(
                verify_qr,
                url,
                publication=service.publication,
                now=service.clock(),
                host=service.host,
            )
        )
        return _answer(report)

    published = APIRouter(dependencies=queries)
    _add_publication(published, service)
    router.include_router(published)

    @router.get("/healthz")
    async def get_health() -> dict[str, str]:
        """Tell that the service runs."""
        return {"status": "ok"}

    return router


async def answer_original(service: Service, request: Request) -> Response:
    """Return an uploaded file as it was signed, as a download.

    Raises:
        ProblemError: as `Service.verify_file`; or no signature of the file holds.
    """
    data, report = await service.verify_file(request)
    original = report.cut_original(data)
    if original is None:
        raise ProblemError(problems.no_original())
    name = f"signed-{hashlib.sha256(original).hexdigest()[:16]}.pdf"
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(
        original, media_type="application/pdf", headers={**_NO_STORE, **disposition}
    )


def _add_files(router: APIRouter, service: Service) -> None:
    """Verify files, and tell again of those that were verified lately."""

    @router.post("/v1/verify")
    async def post_verify(request: Request) -> Response:
        """Verify a PDF: multipart form with `file` and optional `password`.

        The report is JSON; `?format=etsi` or `pdf`, or Accept, asks for another form.
        """
        form = choose_format(request)
        return await service.send(await service.verify_upload(request), form)

    @router.post("/v1/verify/original")
    async def post_original(request: Request) -> Response:
        """Give the file back as it was signed: multipart as for a report."""
        return await answer_original(service, request)

    @router.get(
        "/v1/verify/files/{sha256}",
        dependencies=[Depends(service.rates.limit(Kind.QUERIES))],
    )
    async def get_recent_report(request: Request, sha256: str) -> Response:
        """Give the report on a file checked in the last minutes, if it still holds."""
        form = choose_format(request)
        if not _SHA256.fullmatch(sha256):
            raise ProblemError(problems.bad_sha256())
        find = partial(
            service.recent.find, sha256, service.publication, service.clock()
        )
        report = await service.run(find)
        if report is None:
            raise ProblemError(problems.not_checked_lately())
        return await service.send(report, form)

    @router.get("/v1/report-schema")
    async def get_report_schema() -> Response:
        """Give the JSON Schema of reports (docs/spec/report.md)."""
        return Response(REPORT_SCHEMA.read_bytes(), media_type=_SCHEMA)


def _add_status(router: APIRouter, service: Service) -> None:
    """Add what programs ask most: first to be found, and with nothing about it."""
    answers = StatusAnswers(service.publication)

    @router.get("/v1/status/{document_id}", openapi_extra=_ID_PARAMETER)  # noqa: FAST003 - read by itself
    async def get_status(request: Request) -> Response:
        """Tell what the register publishes of a document, with its signed record."""
        # Programs ask this most: here, and not as a dependency, it costs least.
        service.rates.check(request, Kind.QUERIES)
        parsed, now = _parse_id(request.path_params["document_id"]), service.clock()
        known = answers.find(parsed, now)
        if known is not None:
            return Response(known, media_type=_JSON, headers=_NO_STORE)
        basis = answers.begin(parsed, now)
        report = await service.verify_document(parsed, now)
        if report.reason is Reason.NOT_REGISTERED:
            raise ProblemError(problems.unknown_document())
        if report.document is None and report.outcome is not Outcome.UNKNOWN:
            raise ProblemError(problems.register_unreachable())
        record = await service.run(
            partial(service.publication.read, f"records/{parsed}")
        )
        answer = _answer(report, {"id": parsed, "record": record.decode("ascii")})
        if basis is not None:
            answers.keep(parsed, basis, report, bytes(answer.body))
        return answer


def _add_publication(router: APIRouter, service: Service) -> None:
    """Pass the publication through for the pages, as it is."""

    @router.get("/publication/trust-root.jwk")
    async def get_trust_root() -> Response:
        return JSONResponse(
            service.publication.root_jwk, headers={"Cache-Control": "no-cache"}
        )

    @router.get("/publication/trust-list")
    async def get_trust_list() -> Response:
        return await _pass_on(service, "trust-list", _JWS)

    @router.get("/publication/status/{number}.jwt")
    async def get_status_list(number: int) -> Response:
        if number < 0:
            raise ProblemError(problems.not_published())
        return await _pass_on(
            service, f"status/{number}.jwt", "application/statuslist+jwt"
        )

    _add_publication_entries(router, service)


def _add_publication_entries(router: APIRouter, service: Service) -> None:
    @router.get("/publication/records/{document_id}")
    async def get_record(document_id: str) -> Response:
        return await _pass_on(service, f"records/{_parse_id(document_id)}", _JWS)

    @router.get("/publication/files/{sha256}")
    async def get_file_entry(sha256: str) -> Response:
        try:
            digest = bytes.fromhex(sha256).hex()
        except ValueError:
            digest = ""
        if digest != sha256 or len(digest) != 64:  # noqa: PLR2004 - SHA-256 in hex
            raise ProblemError(problems.not_published())
        return await _pass_on(service, f"files/{sha256}", _JWS)


async def _pass_on(service: Service, path: str, media_type: str) -> Response:
    try:
        body = await service.run(partial(service.publication.read, path))
    except NotPublishedError as error:
        raise ProblemError(problems.not_published()) from error
    except SourceError as error:
        raise ProblemError(problems.register_unreachable()) from error
    return Response(body, media_type=media_type, headers={"Cache-Control": "no-cache"})


async def _read_url(request: Request) -> str:
    try:
        content = json.loads(await read_body(request, max_bytes=MAX_JSON_BYTES))
    except UploadTooLargeError as error:
        raise ProblemError(problems.too_large(MAX_JSON_BYTES)) from error
    except (ValueError, RecursionError) as error:
        raise ProblemError(problems.bad_url()) from error
    url = content.get("url") if isinstance(content, dict) else None
    if not isinstance(url, str) or not url:
        raise ProblemError(problems.bad_url())
    return url


def _parse_id(text: str) -> DocumentId:
    try:
        return parse_document_id(text)
    except DocumentError as error:
        raise ProblemError(problems.bad_id()) from error


def _answer(report: Report, more: Mapping[str, object] | None = None) -> Response:
    return JSONResponse({**report.to_json(), **(more or {})}, headers=_NO_STORE)
