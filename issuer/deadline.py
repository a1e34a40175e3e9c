# SPDX-License-Identifier: Apache-2.0
"""One time limit for a whole exchange over HTTP, kept at each use of its socket.

The time-outs of HTTP clients begin anew with every byte that comes, so a server that
sends its headers one by one holds them for as long as it likes.
"""

import socket
import ssl
import threading
import time
from collections.abc import Iterable
from typing import Any

import httpcore


class Deadline(threading.local):
    """When the exchange of this thread is to be over; each thread has its own."""

    ends = 0.0
    """Monotonic; until the first exchange begins, nothing may be done."""

    def begin(self, seconds: float) -> None:
        """Begin an exchange that may take some seconds in all."""
        self.ends = time.monotonic() + seconds

    def left(self, timeout: type[httpcore.TimeoutException]) -> float:
        """Return how many seconds are left.

        Raises:
            TimeoutException: none is; of the kind given.
        """
        seconds = self.ends - time.monotonic()
        if seconds <= 0:
            raise timeout("the exchange takes too long")
        return seconds


class DeadlineBackend(httpcore.NetworkBackend):
    """Opens connections that keep to a deadline, whatever time-out they are given.

    To look up a name is the system's, and so is its time limit.
    """

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - the deadline is the limit
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of a host that answers.

        Raises:
            ConnectError: none does.
            ConnectTimeout: none did in time.
        """
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        failure = httpcore.ConnectError(f"{host} has no address")
        for *_, place in found:
            try:
                stream = self._inner.connect_tcp(
                    str(place[0]),
                    port,
                    self._deadline.left(httpcore.ConnectTimeout),
                    local_address,
                    socket_options,
                )
            except httpcore.ConnectError as error:
                failure = error
            else:
                return _DeadlineStream(stream, self._deadline)
        raise failure


class _DeadlineStream(httpcore.NetworkStream):
    """A connection of which each use has the time that is left."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        """Read what is there within the time that is left."""
        return self._inner.read(max_bytes, self._deadline.left(httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        """Write within the time that is left."""
        self._inner.write(buffer, self._deadline.left(httpcore.WriteTimeout))

    def close(self) -> None:
        """Close the connection."""
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        """Shake hands within the time that is left."""
        left = self._deadline.left(httpcore.ConnectTimeout)
        stream = self._inner.start_tls(ssl_context, server_hostname, left)
        return _DeadlineStream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - as the library wants it
        """Return what is known of the connection."""
        return self._inner.get_extra_info(info)
