# SPDX-License-Identifier: Apache-2.0
"""Reads an uploaded form within limits: counted while it arrives, never on disk.

A form that is too large is refused by its announced length, or while it is
read if it announces none; 100 MB are never kept in memory.
"""

from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from verifier.errors import UploadFormatError, UploadTooLargeError

FORM_OVERHEAD_BYTES = 64 * 1024
"""Bytes of a form besides the file: boundaries, headers, a password."""

_MAX_FIELDS = 4
_MAX_PASSWORD_CHARS = 512


@dataclass(frozen=True, kw_only=True)
class Upload:
    """What was uploaded; an absent file is None, an empty one has no bytes."""

    file: bytes | None
    password: str | None


async def read_upload(request: Request, *, max_bytes: int) -> Upload:
    """Return the file and password of a multipart form.

    Raises:
        UploadTooLargeError: the file is larger than `max_bytes`.
        UploadFormatError: the body is not such a form.
    """
    limit = max_bytes + FORM_OVERHEAD_BYTES
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > limit:
        raise UploadTooLargeError(f"{announced} bytes announced, limit {max_bytes}")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "multipart/form-data":
        raise UploadFormatError("the request is not multipart/form-data")
    parser = MultiPartParser(
        request.headers,
        _count_bytes(request.stream(), limit),
        max_files=1,
        max_fields=_MAX_FIELDS,
    )
    # What people upload is personal: it stays in memory and is gone with it.
    parser.spool_max_size = limit
    try:
        form = await parser.parse()
    except MultiPartException as error:
        raise UploadFormatError(str(error)) from error
    try:
        part, password = form.get("file"), form.get("password")
        data = await part.read() if isinstance(part, UploadFile) else None
    finally:
        await form.close()
    if data is not None and len(data) > max_bytes:
        raise UploadTooLargeError(f"{len(data)} bytes, limit {max_bytes}")
    if isinstance(password, str) and 0 < len(password) <= _MAX_PASSWORD_CHARS:
        return Upload(file=data, password=password)
    return Upload(file=data, password=None)


async def read_body(request: Request, *, max_bytes: int) -> bytes:
    """Return a small request body.

    Raises:
        UploadTooLargeError: it is larger than `max_bytes`.
    """
    body = bytearray()
    async for part in _count_bytes(request.stream(), max_bytes):
        body += part
    return bytes(body)


async def _count_bytes(
    stream: AsyncIterator[bytes], limit: int
) -> AsyncGenerator[bytes, None]:
    received = 0
    async for part in stream:
        received += len(part)
        if received > limit:
            raise UploadTooLargeError(f"more than {limit} bytes")
        yield part
