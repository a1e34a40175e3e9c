# SPDX-License-Identifier: Apache-2.0
"""The publication over HTTP, read-only: what any web server or mirror could do.

Serves the signed files of one storage as they are. It holds no key, opens no
database and signs nothing; a file that is missing is a 404, never made up.
"""

import gzip
import hashlib
import re
from functools import lru_cache
from http import HTTPStatus
from typing import Final

import obstore
from fastapi import FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware
from obstore.exceptions import BaseError, NotFoundError

from register.document import Text, parse_document_id
from register.errors import DocumentIdError, ShortCodeError
from register.problem import Problem, ProblemError, install_problem_handlers
from register.publication_paths import BYTES, JOSE, media_type_of
from register.short_code import parse_short_code
from register.status_list import CWT_TYPE, JWT_MEDIA_TYPE
from register.storage import Storage, open_storage

_HEADERS: Final = {
    # Status changes must be seen at once, so caches ask again every time.
    "Cache-Control": "no-cache",
    "Access-Control-Allow-Origin": "*",
    "X-Content-Type-Options": "nosniff",
}
_MIN_GZIP_BYTES: Final = 1024
_METHODS: Final = ["GET", "HEAD"]
_LIST_NUMBER = re.compile(r"(?:0|[1-9][0-9]{0,6})(?:\.jwt)?")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def create_app(store_url: str) -> FastAPI:
    """Return the app that serves the publication in a folder or bucket.

    Args:
        store_url: a folder or `s3://…`, such as `TRA_PUBLICATION_STORE`.

    Raises:
        StorageError: the storage cannot be opened.
    """
    storage = open_storage(store_url)
    app = FastAPI(title="Tra publication", docs_url=None, redoc_url=None)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=["*"],
        allow_methods=_METHODS,
        allow_headers=["If-None-Match"],
        expose_headers=["ETag"],
    )
    install_problem_handlers(app)
    _add_routes(app, storage)
    return app


def _add_routes(app: FastAPI, storage: Storage) -> None:
    @app.api_route("/trust-list", methods=_METHODS)
    async def get_trust_list(request: Request) -> Response:
        return await _published(request, storage, "trust-list", JOSE)

    @app.api_route("/status/{name}", methods=_METHODS)
    async def get_status_list(request: Request, name: str) -> Response:
        path = _status_path(request, name)
        return await _published(request, storage, path, media_type_of(path))

    @app.api_route("/records/{document_id}", methods=_METHODS)
    async def get_record(request: Request, document_id: str) -> Response:
        return await _published(request, storage, _record_path(document_id), JOSE)

    @app.api_route("/files/{sha256}", methods=_METHODS)
    async def get_file_entry(request: Request, sha256: str) -> Response:
        return await _published(request, storage, _file_path(sha256), JOSE)

    @app.api_route("/archive/{sha256}", methods=_METHODS)
    async def get_archive_data(request: Request, sha256: str) -> Response:
        path = f"archive/{_file_path(sha256).removeprefix('files/')}"
        return await _published(request, storage, path, BYTES)

    @app.api_route("/codes/{code}", methods=_METHODS)
    async def get_code_entry(request: Request, code: str) -> Response:
        return await _published(request, storage, _code_path(code), JOSE)

    @app.get("/healthz")
    async def get_health() -> dict[str, str]:
        return {"status": "ok", "publication": await _publication_state(storage)}


def _status_path(request: Request, name: str) -> str:
    if _LIST_NUMBER.fullmatch(name) is None:
        raise _not_found()
    as_jwt = not name.endswith(".jwt") and _wants_jwt(request)
    return f"status/{name}.jwt" if as_jwt else f"status/{name}"


def _record_path(document_id: str) -> str:
    try:
        return f"records/{parse_document_id(document_id)}"
    except DocumentIdError:
        raise _not_found() from None


def _file_path(sha256: str) -> str:
    if _SHA256.fullmatch(sha256.lower()) is None:
        raise _not_found()
    return f"files/{sha256.lower()}"


def _code_path(text: str) -> str:
    # The path is the code itself: forgiving people is the verifier's part.
    try:
        if parse_short_code(text) == text:
            return f"codes/{text}"
    except ShortCodeError:
        pass
    raise _not_found()


async def _publication_state(storage: Storage) -> str:
    try:
        await obstore.head_async(storage, "trust-list")
    except (NotFoundError, FileNotFoundError):
        # Nothing published yet: the service itself is well.
        return "empty"
    except (BaseError, OSError) as error:
        raise _out_of_reach() from error
    return "present"


async def _published(
    request: Request, storage: Storage, path: str, media_type: str
) -> Response:
    try:
        found = await obstore.get_async(storage, path)
        content = bytes(await found.bytes_async())
    except (NotFoundError, FileNotFoundError):
        raise _not_found() from None
    except (BaseError, OSError) as error:
        raise _out_of_reach() from error
    # Weak, because one tag stands for the plain and the compressed body.
    etag = f'W/"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {**_HEADERS, "ETag": etag, "Vary": "Accept, Accept-Encoding"}
    if _has_tag(request.headers.get("if-none-match", ""), etag):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    if _takes_gzip(request) and media_type != CWT_TYPE:
        content, headers = _compressed(content, headers)
    return Response(content, media_type=media_type, headers=headers)


def _compressed(
    content: bytes, headers: dict[str, str]
) -> tuple[bytes, dict[str, str]]:
    if len(content) < _MIN_GZIP_BYTES:
        return content, headers
    return _gzip(content), {**headers, "Content-Encoding": "gzip"}


@lru_cache(maxsize=16)
def _gzip(content: bytes) -> bytes:
    """Compress a list once and not for everyone who asks for it."""
    return gzip.compress(content, compresslevel=6, mtime=0)


def _takes_gzip(request: Request) -> bool:
    offers = request.headers.get("accept-encoding", "").lower().replace(" ", "")
    return any(
        offer == "gzip" or (offer.startswith("gzip;q=") and offer[7:].strip("0."))
        for offer in offers.split(",")
    )


def _wants_jwt(request: Request) -> bool:
    accept = request.headers.get("accept", "").lower()
    return JWT_MEDIA_TYPE in accept and CWT_TYPE not in accept


def _has_tag(if_none_match: str, etag: str) -> bool:
    """Compare weakly (RFC 9110 §13.1.2)."""
    tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return "*" in tags or etag.removeprefix("W/") in tags


def _not_found() -> ProblemError:
    return ProblemError(
        Problem(
            status=HTTPStatus.NOT_FOUND,
            slug="not-found",
            title=Text(th="ไม่พบสิ่งที่ขอ", en="Not found"),
            detail=Text(
                th="ไม่มีรายการนี้ในข้อมูลที่เผยแพร่",
                en="The publication holds no such file.",
            ),
            headers=_HEADERS,
        )
    )


def _out_of_reach() -> ProblemError:
    return ProblemError(
        Problem(
            status=HTTPStatus.SERVICE_UNAVAILABLE,
            slug="publication-out-of-reach",
            title=Text(th="ระบบยังไม่พร้อมให้บริการ", en="The service is not available"),
            detail=Text(
                th="อ่านข้อมูลที่เผยแพร่ไม่ได้ในขณะนี้ โปรดลองใหม่ภายหลัง",
                en="The published files cannot be read now. Please try again later.",
            ),
            headers={**_HEADERS, "Retry-After": "30"},
        )
    )
