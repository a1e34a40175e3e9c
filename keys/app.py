# SPDX-License-Identifier: Apache-2.0
"""The three authorities over HTTP: timestamps, OCSP, CRLs and certificates.

The keys of the services are loaded when the app is made, so a missing one
fails before the port opens. Requests are answered in the event loop (a
signature takes well under a millisecond), so a caller that blocks every worker
thread while it waits for a timestamp still gets one.
"""

import base64
import binascii
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.serialization import Encoding
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from keys.errors import (
    CertificateUnusableError,
    KeysError,
    OcspRequestError,
    RequestRefusedError,
)
from keys.ocsp import OcspResponder, malformed, try_later
from keys.revocation import CrlPublisher
from keys.settings import KeysSettings
from keys.signing import ISSUING_CA, OCSP, ROOT_CA, TSA, KeyLabel, parse_label
from keys.softkey import check_not_production
from keys.store import KeyStore, open_key_store
from keys.timestamp import Failure, TimestampAuthority, refuse

TIMESTAMP_QUERY: Final = "application/timestamp-query"
TIMESTAMP_REPLY: Final = "application/timestamp-reply"
OCSP_REQUEST: Final = "application/ocsp-request"
OCSP_RESPONSE: Final = "application/ocsp-response"
CRL_TYPE: Final = "application/pkix-crl"
CERTIFICATE_TYPE: Final = "application/pkix-cert"

_CRL_CACHE: Final = "public, max-age=60"
_CERTIFICATE_CACHE: Final = "public, max-age=3600"

_TITLES: Final = {
    400: ("bad-request", "Bad request", "คำขอไม่ถูกต้อง"),
    404: ("not-found", "Not found", "ไม่พบสิ่งที่ขอ"),
    405: ("method-not-allowed", "Method not allowed", "ไม่รองรับวิธีการเรียกนี้"),
    413: ("too-large", "Request too large", "คำขอมีขนาดใหญ่เกินกำหนด"),
    415: ("unsupported-media-type", "Unsupported media type", "ไม่รองรับชนิดข้อมูลนี้"),
    503: ("unavailable", "Service unavailable", "ระบบไม่พร้อมให้บริการ"),
    500: ("internal", "Internal error", "เกิดข้อผิดพลาดภายในระบบ"),
}


@dataclass(frozen=True, kw_only=True)
class _Authorities:
    """Everything the routes need."""

    settings: KeysSettings
    clock: Callable[[], datetime]
    store: KeyStore
    timestamps: TimestampAuthority
    responder: OcspResponder
    crls: dict[KeyLabel, CrlPublisher]


def create_app(settings: KeysSettings, *, clock: Callable[[], datetime]) -> FastAPI:
    """Make the app.

    Raises:
        KeysError: a key, a certificate or the passphrase is missing or wrong.
    """
    check_not_production(settings.env, "this authority works with key files")
    store = open_key_store(settings)
    authorities = _Authorities(
        settings=settings,
        clock=clock,
        store=store,
        timestamps=TimestampAuthority(store.load_signer(TSA)),
        responder=OcspResponder(store.load_signer(OCSP), store),
        crls={ISSUING_CA: CrlPublisher(store.load_signer(ISSUING_CA), store)},
    )
    app = FastAPI(title="Tra keys", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_exception_handler(RequestRefusedError, _answer_refusal)
    app.add_exception_handler(HTTPException, _answer_http_exception)
    app.add_exception_handler(Exception, _answer_exception)
    _add_timestamp_route(app, authorities)
    _add_ocsp_routes(app, authorities)
    _add_download_routes(app, authorities)
    return app


def _add_timestamp_route(app: FastAPI, authorities: _Authorities) -> None:
    @app.post("/tsa")
    async def post_timestamp_query(request: Request) -> Response:
        _check_media_type(request, TIMESTAMP_QUERY)
        data = await _read_body(
            request, authorities.settings.max_timestamp_request_bytes
        )
        now = authorities.clock()
        try:
            authorities.store.check_usable(TSA, now)
        except CertificateUnusableError as error:
            reply = refuse(Failure.SYSTEM_FAILURE, str(error))
        else:
            reply = authorities.timestamps.answer(data, now=now)
        return Response(
            reply.der,
            # Bytes that are no request at all are also an HTTP error; what is
            # understood and refused is a normal answer (RFC 3161 §3.4).
            status_code=400 if reply.failure is Failure.BAD_DATA_FORMAT else 200,
            media_type=TIMESTAMP_REPLY,
            headers={"Cache-Control": "no-store"},
        )


def _add_ocsp_routes(app: FastAPI, authorities: _Authorities) -> None:
    limit = authorities.settings.max_ocsp_request_bytes

    @app.post("/ocsp")
    async def post_ocsp_request(request: Request) -> Response:
        _check_media_type(request, OCSP_REQUEST)
        return _answer_ocsp(authorities, await _read_body(request, limit))

    @app.get("/ocsp/{encoded:path}")
    async def get_ocsp(encoded: str) -> Response:
        # RFC 6960 §A.1: the URL-encoded Base64 of the request. The server
        # decodes the percent signs; slashes arrive as path separators.
        if len(encoded) > limit * 4 // 3 + 4:
            raise _too_large(limit)
        try:
            data = base64.b64decode(encoded.encode(), validate=True)
        except (binascii.Error, UnicodeEncodeError):
            data = b""
        return _answer_ocsp(authorities, data)


def _answer_ocsp(authorities: _Authorities, data: bytes) -> Response:
    status, now = 200, authorities.clock()
    try:
        authorities.store.check_usable(OCSP, now)
        answer = authorities.responder.answer(data, now=now)
    except OcspRequestError:
        status, answer = 400, malformed()
    except CertificateUnusableError:
        status, answer = 503, try_later()
    return Response(
        answer,
        status_code=status,
        media_type=OCSP_RESPONSE,
        headers={"Cache-Control": "no-store"},
    )


def _add_download_routes(app: FastAPI, authorities: _Authorities) -> None:
    @app.get("/crl/{name}.crl")
    async def get_crl(name: str, request: Request) -> Response:
        publisher = _find_publisher(authorities, KeyLabel(name))
        der = publisher.current_crl(authorities.clock())
        return _answer_file(request, der, CRL_TYPE, _CRL_CACHE)

    @app.get("/certs/{name}.crt")
    async def get_certificate(name: str, request: Request) -> Response:
        try:
            certificate = authorities.store.load_certificate(parse_label(name))
        except KeysError:
            raise RequestRefusedError(
                404, "there is no certificate of this name", "ไม่มีใบรับรองชื่อนี้"
            ) from None
        der = certificate.public_bytes(Encoding.DER)
        return _answer_file(request, der, CERTIFICATE_TYPE, _CERTIFICATE_CACHE)

    @app.get("/healthz")
    async def get_health() -> dict[str, str]:
        now = authorities.clock()
        try:
            for label in (TSA, OCSP, ISSUING_CA):
                authorities.store.check_usable(label, now)
        except CertificateUnusableError as error:
            raise RequestRefusedError(
                503, str(error), "ใบรับรองของระบบหมดอายุหรือถูกเพิกถอน"
            ) from error
        return {"status": "ok"}


def _find_publisher(authorities: _Authorities, label: KeyLabel) -> CrlPublisher:
    if label not in {ROOT_CA, ISSUING_CA}:
        raise RequestRefusedError(
            404, "there is no CA of this name", "ไม่มีผู้ออกใบรับรองชื่อนี้"
        )
    if label not in authorities.crls:
        # The root signs rarely, so its key is loaded when asked for: it may
        # be taken off this machine, and all else goes on.
        try:
            signer = authorities.store.load_signer(label)
        except KeysError as error:
            raise RequestRefusedError(
                503, "the root's key is not here", "ไม่มีกุญแจของผู้ออกใบรับรองหลักในระบบนี้"
            ) from error
        authorities.crls[label] = CrlPublisher(signer, authorities.store)
    return authorities.crls[label]


def _answer_file(
    request: Request, content: bytes, media_type: str, cache: str
) -> Response:
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": cache}
    if tag in request.headers.get("If-None-Match", ""):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=media_type, headers=headers)


def _check_media_type(request: Request, expected: str) -> None:
    given = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if given != expected:
        raise RequestRefusedError(
            415,
            f"send {expected}, not {given[:60] or 'nothing'}",
            f"ต้องส่งข้อมูลชนิด {expected}",
        )


async def _read_body(request: Request, limit: int) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise _too_large(limit)
    return bytes(body)


def _too_large(limit: int) -> RequestRefusedError:
    return RequestRefusedError(
        413, f"a request has {limit} bytes at most", f"คำขอต้องมีขนาดไม่เกิน {limit} ไบต์"
    )


async def _answer_refusal(_request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestRefusedError):
        return _problem(500)
    return _problem(error.status, detail=str(error), detail_th=error.detail_th)


async def _answer_http_exception(_request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        return _problem(500)
    return _problem(error.status_code, headers=error.headers)


async def _answer_exception(_request: Request, _error: Exception) -> Response:
    return _problem(500)  # what went wrong is for the log, not for the caller


def _problem(
    status: int,
    *,
    detail: str = "",
    detail_th: str = "",
    headers: Mapping[str, str] | None = None,
) -> Response:
    slug, title, title_th = _TITLES.get(status, _TITLES[400])
    return JSONResponse(
        {
            "type": f"urn:tra:problem:{slug}",
            "title": title,
            "title_th": title_th,
            "status": status,
            "detail": detail or title,
            "detail_th": detail_th or title_th,
            "errors": [],
        },
        status_code=status,
        media_type="application/problem+json",
        headers=headers,
    )
