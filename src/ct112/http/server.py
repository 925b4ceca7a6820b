"""The HTTP server: no stranger holds it, learns what it is made of, or fills its log."""

import asyncio
import contextlib
import logging
import ssl
import struct
from http import HTTPStatus
from socket import SO_LINGER, SOL_SOCKET
from typing import Any, cast

from aiohttp import web

from ct112.http.handshakes import TlsListener
from ct112.http.problems import problem

IDLE_SECONDS = 10.0  # for the head of a request, from the connection or the request before
UNREAD_SECONDS = 15.0  # for 48 kB of an answer to be taken: a modem of 1995 would do
MOST_CONNECTIONS = 200  # the process has a thousand files in all, and Asterisk's links need some
LARGEST_BODY = 64 * 1024  # bytes
LONGEST_LINE = 4096  # bytes of method, path and query
LONGEST_FIELD = 8192  # bytes of a header
MOST_HEADERS = 64

quiet = logging.getLogger("ct112.http.quiet")
quiet.setLevel(logging.CRITICAL)  # what strangers send is not worth a line each


class Handler(web.RequestHandler):
    """One connection. What is no HTTP is answered without saying who we are; who does not read is cut off."""

    __slots__ = ("_unread",)

    def __init__(self, manager: web.Server, **more: Any) -> None:
        """Take what aiohttp's takes."""
        super().__init__(manager, **more)
        self._unread: asyncio.TimerHandle | None = None

    def pause_writing(self) -> None:
        """Give whoever reads a while: the library would wait for ever."""
        super().pause_writing()
        self._cut_soon()

    def resume_writing(self) -> None:
        """Go on: enough was read."""
        super().resume_writing()
        self._cut_never()

    def force_close(self) -> None:
        """Close; what is not read yet is kept for a while alone."""
        self._cut_soon()
        super().force_close()

    def connection_lost(self, exc: BaseException | None) -> None:
        """Forget the connection."""
        super().connection_lost(exc)
        self._cut_never()

    def _cut_soon(self) -> None:
        if self._unread is None and self.transport is not None and self.transport.get_write_buffer_size():
            self._unread = self._loop.call_later(UNREAD_SECONDS, cut, self.transport)

    def _cut_never(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def handle_error(
        self,
        request: web.BaseRequest,  # noqa: ARG002
        status: int = 500,
        exc: BaseException | None = None,  # noqa: ARG002
        message: str | None = None,  # noqa: ARG002
    ) -> web.StreamResponse:
        """Return the answer to what could not be read, and close."""
        title = HTTPStatus(status).phrase if status in set(HTTPStatus) else "bad request"
        response = problem(status, title, "send a request as HTTP/1.1 has it")
        response.headers["Server"] = "ct112"  # else the library's name and version
        response.force_close()
        return response


def cut(transport: asyncio.Transport) -> None:
    """End the connection at once, and forget what was to be sent, in the kernel too (RST)."""
    connection = transport.get_extra_info("socket")
    if connection is not None:
        with contextlib.suppress(OSError):
            connection.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


class Refusal(asyncio.Protocol):
    """A connection too many: closed at once."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Close."""
        cast(asyncio.Transport, transport).abort()  # uvloop's is no subclass of it


async def hide(_request: web.BaseRequest, response: web.StreamResponse) -> None:
    """Leave out who we are, and let no browser guess what this is."""
    response.headers.pop("Server", None)
    response.headers["X-Content-Type-Options"] = "nosniff"


class HttpServer:
    """Serves an application until cancelled."""

    def __init__(
        self,
        app: web.Application,
        host: str,
        port: int,
        most_connections: int | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Port 0 takes a free one. `most_connections`: one more is closed at once; by default 200.

        `tls` None: plain HTTP.
        """
        self._most = most_connections
        self._tls = tls
        self._app = app
        self._host = host
        self._port = port
        self.listening = asyncio.Event()
        self.address = (host, port)

    async def run(self) -> None:
        """Serve; raises OSError when the port is taken."""
        loop = asyncio.get_running_loop()
        runner = web.AppRunner(self._app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        manager = runner.server
        assert manager is not None

        def has_room(handshakes: int = 0) -> bool:
            return len(manager.connections) + handshakes < (self._most or MOST_CONNECTIONS)

        def handler() -> asyncio.Protocol:
            none: Any = None  # an access log would hold what strangers ask
            return Handler(
                manager,
                loop=loop,
                access_log=none,
                logger=quiet,
                keepalive_timeout=IDLE_SECONDS,
                max_line_size=LONGEST_LINE,
                max_field_size=LONGEST_FIELD,
                max_headers=MOST_HEADERS,
                auto_decompress=False,  # 400 kB may be 400 MB: a second without service
            )

        try:
            if self._tls is not None:
                await self._run_tls(TlsListener(handler, self._tls, has_room))
                return
            listener = await loop.create_server(
                lambda: handler() if has_room() else Refusal(), self._host, self._port
            )
            try:
                self.address = listener.sockets[0].getsockname()[:2]
                self.listening.set()
                await asyncio.Event().wait()
            finally:
                listener.close()
        finally:
            await runner.cleanup()

    async def _run_tls(self, listener: TlsListener) -> None:
        await listener.listen(self._host, self._port)
        self.address = listener.sockets[0].getsockname()[:2]
        self.listening.set()
        await listener.run()


WebServer = HttpServer  # the name of before
