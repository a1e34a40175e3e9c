# SPDX-License-Identifier: Apache-2.0
"""What holds for every answer, whoever gives it: headers, HEAD, hearing out."""

from asyncio import timeout
from contextlib import suppress

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HEAR_SECONDS = 15.0
_HEAR_BYTES = 256 * 1024 * 1024
"""How long and how much is heard out: ten times what a verifier takes."""

_BODILESS = frozenset({"GET", "HEAD"})
"""Methods whose requests have no body; one that is sent all the same is nobody's."""

_CONTENT_SOURCES = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
)

SECURITY_HEADERS = {
    "Content-Security-Policy": "; ".join(_CONTENT_SOURCES),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=()",
}


_RAW_HEADERS = tuple(
    (name.lower().encode("ascii"), value.encode("ascii"))
    for name, value in SECURITY_HEADERS.items()
)
"""As servers send them: encoded once, not for each answer."""

_NOT_MODIFIED = 304
"""Says that what the browser has still holds, with the headers it had."""


class SecurityHeaders:
    """Adds the headers that an answer does not set itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""

        async def send_with_headers(message: Message) -> None:
            start = message["type"] == "http.response.start"
            if start and message["status"] != _NOT_MODIFIED:
                given = list(message.get("headers", ()))
                names = {name.lower() for name, _ in given}
                given += [pair for pair in _RAW_HEADERS if pair[0] not in names]
                message["headers"] = given
            await send(message)

        await self._app(scope, receive, send_with_headers)


class HeadLikeGet:
    """Answers HEAD as GET, without the body (RFC 9110 §9.3.2)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def send_without_body(message: Message) -> None:
            if message["type"] != "http.response.body":
                await send(message)
            elif not message.get("more_body", False):
                await send({"type": "http.response.body", "body": b""})

        await self._app({**scope, "method": "GET"}, receive, send_without_body)


class HearOut:
    """Lets a sender finish after an answer that came before the end of its body.

    A connection that is closed while its sender sends is reset, and a reset loses
    the answer: whoever sent too much would see a network failure and no reason.
    What still comes is thrown away, within bounds of size and time.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http" or scope["method"] in _BODILESS:
            await self._app(scope, receive, send)
            return
        heard = False

        async def receive_and_note() -> Message:
            nonlocal heard
            message = await receive()
            heard = not message.get("more_body", False)
            return message

        async def send_and_hear_out(message: Message) -> None:
            last = not message.get("more_body", False)
            if message["type"] != "http.response.body" or not last or heard:
                await send(message)
                return
            await send({**message, "more_body": True})
            await _throw_away(receive)
            await send({"type": "http.response.body", "body": b""})

        await self._app(scope, receive_and_note, send_and_hear_out)


async def _throw_away(receive: Receive) -> None:
    received = 0
    with suppress(TimeoutError):
        async with timeout(_HEAR_SECONDS):
            while received < _HEAR_BYTES:
                message = await receive()
                received += len(message.get("body", b""))
                if not message.get("more_body", False):
                    return
