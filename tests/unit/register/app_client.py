# SPDX-License-Identifier: Apache-2.0
"""Asks an app in the same process, without a socket, and waits for the answer."""

import asyncio
from typing import Any

import httpx
from fastapi import FastAPI


class AppClient:
    """A synchronous client; what the app raises arrives as its answer."""

    def __init__(self, app: FastAPI) -> None:
        self._transport = httpx.ASGITransport(app, raise_app_exceptions=False)

    def request(
        self,
        method: str,
        path: str,
        **options: Any,  # noqa: ANN401 - any option of httpx
    ) -> httpx.Response:
        """Send one request."""

        async def send() -> httpx.Response:
            async with httpx.AsyncClient(
                transport=self._transport, base_url="http://app.test"
            ) as client:
                client.headers["accept-encoding"] = "identity"
                return await client.request(method, path, **options)

        return asyncio.run(send())

    def get(self, path: str, **options: Any) -> httpx.Response:  # noqa: ANN401 - any option of httpx
        """Send one GET request."""
        return self.request("GET", path, **options)
