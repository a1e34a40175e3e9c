# SPDX-License-Identifier: Apache-2.0
"""The files of the pages: read once, packed once, sent whole or not at all.

Text goes packed to browsers that take it so, and scripts without the comments that
stand on lines of their own: a first visit over a phone line should be short. Names
do not change with content, so browsers ask whether it changed and are told by its
tag. The service worker is told what to keep by its server.
"""

import gzip
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fastapi import Request, Response

_HTML: Final = "text/html; charset=utf-8"
_QUICK: Final = 6
_WORTH_IT: Final = 0.9
_GZIP = re.compile(r"gzip(;q=(1(\.0*)?|0\.0*[1-9]\d*))?")
_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
    ".wasm": "application/wasm",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
}

_FILES_OF: Final = {
    "/": "index.html",
    "/scan": "scan.html",
    "/shell": "document.html",
}
"""Pages that hold nothing of any document: what works without a network."""

_LINKED = re.compile(r"/static/([\w.-]+\.(?:js|css|svg|woff2))")
_IMPORTED = re.compile(r"(?:from |import\()'\./([\w-]+\.js)'")
_COMMENTS = re.compile(
    r"^[ \t]*(?:/\*(?:(?!\*/).)*\*/|//[^\n]*)[ \t]*\n", re.DOTALL | re.MULTILINE
)
"""Comments with nothing but blanks beside them on their lines."""

_WORKER = re.compile(r"new Worker\('/static/([\w-]+\.js)'\)")

SERVICE_WORKER: Final = "sw.js"

NO_SOURCES: Final = "default-src 'none'"
"""For files that are no page: opened as one they may load and run nothing. Short,
because a first visit takes some fifty of them."""

_SCAN_WORKER: Final = "scan-worker.js"
_WORKER_SOURCES: Final = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"
)
"""Only the worker that reads images may compile WebAssembly; no page may."""


@dataclass(frozen=True, kw_only=True)
class WebFile:
    """A file, as it is and packed, where packing makes it smaller."""

    body: bytes
    packed: bytes | None
    media_type: str
    etag: str | None = None


class WebFiles:
    """The files of `web/`, read once at the start."""

    def __init__(self, folder: Path) -> None:
        self._pages = {file.name: file.read_text() for file in folder.glob("*.html")}
        self._static = _read_folder(folder / "static", _read_file)
        self._scanner = _read_folder(folder / "scanner")
        self._service_worker = _fill_service_worker(
            _read_file(folder / SERVICE_WORKER).decode(), self._pages, self._static
        )

    def page(self, name: str, placeholder: str = "", content: str = "") -> str:
        """Return a page, with content in place of its placeholder."""
        page = self._pages[name]
        return page.replace(placeholder, content) if placeholder else page

    def static(self, name: str) -> WebFile | None:
        """Return a static file, if there is one."""
        return self._static.get(name)

    def scanner(self, name: str) -> WebFile | None:
        """Return a file of the scanner, if one is installed (`make scanner`)."""
        return self._scanner.get(name)

    @property
    def service_worker(self) -> WebFile:
        """The service worker, with the list of what it keeps."""
        return self._service_worker


def answer_page(request: Request, page: str, status: int = 200) -> Response:
    """Answer with a page, which nobody may keep."""
    body = page.encode()
    packed = gzip.compress(body, _QUICK) if _accepts_gzip(request) else None
    file = WebFile(body=body, packed=packed, media_type=_HTML)
    headers = {"Cache-Control": "no-store"}
    return _either_form(request, file, status=status, headers=headers)


def answer_file(request: Request, name: str, file: WebFile) -> Response:
    """Answer with a file, or with 304 where the browser has it already."""
    headers = {"Cache-Control": "no-cache"}
    if name == _SCAN_WORKER:
        headers["Content-Security-Policy"] = _WORKER_SOURCES
    elif name != SERVICE_WORKER:
        headers["Content-Security-Policy"] = NO_SOURCES
    if file.etag is not None:
        headers["ETag"] = file.etag
        if file.etag in request.headers.get("if-none-match", ""):
            headers["Vary"] = "Accept-Encoding"
            return Response(status_code=304, headers=headers)
    return _either_form(request, file, headers=headers)


def _read_folder(
    folder: Path, read: Callable[[Path], bytes] = Path.read_bytes
) -> dict[str, WebFile]:
    return {
        file.name: _make_file(read(file), _TYPES[file.suffix])
        for file in folder.glob("*")
        if file.suffix in _TYPES
    }


def _read_file(file: Path) -> bytes:
    if file.suffix not in (".js", ".css"):
        return file.read_bytes()
    # The first line says under which licence the file is.
    licence, rest = file.read_text().split("\n", 1)
    return f"{licence}\n{_COMMENTS.sub('', rest)}".encode()


def _make_file(body: bytes, media_type: str) -> WebFile:
    packed = gzip.compress(body, mtime=0)
    smaller = len(packed) < len(body) * _WORTH_IT
    return WebFile(
        body=body,
        packed=packed if smaller else None,
        media_type=media_type,
        # Weak: the same for the packed form and the plain one.
        etag=f'W/"{hashlib.sha256(body).hexdigest()[:16]}"',
    )


def _fill_service_worker(
    source: str, pages: Mapping[str, str], static: Mapping[str, WebFile]
) -> WebFile:
    """Write into the worker what it keeps, and a version that changes with it."""
    needed = {
        path: sorted(_walk_links(pages[name], static))
        for path, name in _FILES_OF.items()
    }
    digest = hashlib.sha256(source.encode())
    for name in sorted(pages):
        digest.update(pages[name].encode())
    for name in sorted(static):
        digest.update(static[name].body)
    paths = {
        path: [path, *(f"/static/{name}" for name in names)]
        for path, names in needed.items()
    }
    body = source.replace("'__VERSION__'", json.dumps(digest.hexdigest()[:16]))
    body = body.replace("'__PATHS__'", json.dumps(paths))
    return _make_file(body.encode(), _TYPES[".js"])


def _walk_links(page: str, static: Mapping[str, WebFile]) -> set[str]:
    """Return the static files that a page needs, and those that they need."""
    found: set[str] = set()
    waiting = set(_LINKED.findall(page))
    while waiting:
        name = waiting.pop()
        if name in found or name not in static:
            continue
        found.add(name)
        if name.endswith((".js", ".css")):
            text = static[name].body.decode()
            for links in (_LINKED, _IMPORTED, _WORKER):
                waiting.update(links.findall(text))
    return found


def _either_form(
    request: Request,
    file: WebFile,
    *,
    headers: Mapping[str, str],
    status: int = 200,
) -> Response:
    """Answer with the file, packed for a browser that takes it so."""
    about, body = {**headers, "Vary": "Accept-Encoding"}, file.body
    if file.packed is not None and _accepts_gzip(request):
        about["Content-Encoding"] = "gzip"
        body = file.packed
    return Response(body, status_code=status, media_type=file.media_type, headers=about)


def _accepts_gzip(request: Request) -> bool:
    codings = request.headers.get("accept-encoding", "").lower().replace(" ", "")
    return any(_GZIP.fullmatch(coding) for coding in codings.split(","))
