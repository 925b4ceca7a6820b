"""One WebSocket to one Asterisk: events in, requests out, replies matched by id; long answers over HTTP.

No reconnecting here.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import aiohttp
import orjson

from ct112.asterisk.ari.errors import AriError, Disconnected, Unreadable, refusal
from ct112.asterisk.ari.http import FETCH_SECONDS, Http
from ct112.asterisk.ari.replies import parse
from ct112.asterisk.ari.request import Request
from ct112.asterisk.ari.unanswered import Answer, Answered, Observe, Unanswered

OnEvent = Callable[[Mapping[str, Any]], None]

REPLY_SECONDS = 5.0
HANDSHAKE_SECONDS = 5.0
PING_SECONDS = 3.0


async def connect(
    session: aiohttp.ClientSession,
    url: str,
    *,
    application: str,
    user: str,
    password: str,
    on_event: OnEvent,
    observe: Observe = lambda _seconds: None,
) -> "Connection":
    """Open the WebSocket at `url` (…/ari) for an application. Raises AriError when that does not work.

    `on_event` gets every event as it came, in the reader: it must not wait. `observe` gets each
    request's time in seconds. A peer that answers no ping for about three seconds is lost.
    """
    headers = {"Authorization": aiohttp.encode_basic_auth(user, password)}
    try:
        async with asyncio.timeout(HANDSHAKE_SECONDS):
            socket = await session.ws_connect(
                f"{url}/events",
                params={"app": application, "subscribeAll": "false"},
                headers=headers,
                heartbeat=PING_SECONDS,
                max_msg_size=16 * 1024 * 1024,
                timeout=aiohttp.ClientWSTimeout(ws_close=1.0),
            )
    except aiohttp.WSServerHandshakeError as error:
        raise refusal(error.status, error.message) from error
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        raise Disconnected(f"{url}: {error or type(error).__name__}") from error
    return Connection(socket, Http(session, url, headers), on_event, observe)


class Connection:
    """An open WebSocket. `run` reads and writes until it is closed; requests may be started before."""

    def __init__(
        self, socket: aiohttp.ClientWebSocketResponse, http: Http, on_event: OnEvent, observe: Observe
    ) -> None:
        """Take the socket over; `http` reaches the same Asterisk."""
        self._socket = socket
        self._http = http
        self._on_event = on_event
        self._out: asyncio.Queue[str] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()
        self._unanswered = Unanswered(self._loop, observe)
        self._closed = False

    def send(self, requests: Sequence[Request], answered: Answered, seconds: float = REPLY_SECONDS) -> None:
        """Send requests together, after those sent before; `answered` gets all their answers at once.

        Asterisk carries a socket's requests out one after another, so the order sent is the order done.
        `answered` is called in the reader, or at once when the socket is closed: it must not wait or raise.
        Raises ValueError for a request whose answer may be long: Asterisk could die of it.
        """
        for request in requests:
            if request.long_answer:
                raise ValueError(f"{request.method} {request.path} has to be fetched over HTTP")
        if self._closed or not requests:
            answered([Disconnected(f"{one.method} {one.path}: not connected") for one in requests])
            return
        names = self._unanswered.add(requests, answered, seconds)
        for name, request in zip(names, requests, strict=True):
            try:
                self._out.put_nowait(_message(name, request))
            except TypeError as error:  # text that is no Unicode
                self._unanswered.answer(name, Unreadable(f"{request.method} {request.path}: {error}"))

    def start(self, request: Request, seconds: float = REPLY_SECONDS) -> "asyncio.Future[Any]":
        """Send a request; the future gets the parsed reply or an AriError."""
        reply: asyncio.Future[Any] = self._loop.create_future()

        def answered(answers: list[Answer]) -> None:
            if reply.done():
                return  # whoever waited has gone
            if isinstance(answers[0], AriError):
                reply.set_exception(answers[0])
            else:
                reply.set_result(answers[0])

        self.send((request,), answered, seconds)
        return reply

    async def ask(self, request: Request, seconds: float = REPLY_SECONDS) -> Any:
        """Send a request and return its parsed reply. Raises AriError."""
        return await self.start(request, seconds)

    async def fetch(self, request: Request, seconds: float = FETCH_SECONDS) -> Any:
        """Send a request over HTTP and return its parsed reply, however long. Raises AriError."""
        if self._closed:
            raise Disconnected(f"{request.method} {request.path}: not connected")
        return await self._http.fetch(request, seconds)

    async def run(self) -> None:
        """Read and write until the socket closes, for whatever reason; then every open request fails."""
        writer = asyncio.create_task(self._write(), name="ari writer")
        try:
            await self._read()
        finally:
            self._closed = True
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)
            self._unanswered.fail_all(Disconnected("the connection to Asterisk is lost"))
            await self._socket.close()

    async def close(self) -> None:
        """Close the socket; `run` comes to its end."""
        await self._socket.close()

    async def _write(self) -> None:
        """Write what waits; when that fails the connection is of no use any more, and the reader ends."""
        try:
            while True:
                await self._socket.send_str(await self._out.get())
        except (aiohttp.ClientError, OSError, RuntimeError, ValueError):
            await self._socket.close()

    async def _read(self) -> None:
        async for message in self._socket:
            if message.type != aiohttp.WSMsgType.TEXT:
                continue
            try:
                data = orjson.loads(message.data)
            except ValueError:
                continue  # one unreadable message must not cost the link
            if not isinstance(data, dict):
                continue
            if data.get("type") == "RESTResponse":
                self._take_reply(data)
            else:
                self._on_event(data)

    def _take_reply(self, data: Mapping[str, Any]) -> None:
        try:
            status = int(data["status_code"])
        except (KeyError, TypeError, ValueError):
            status = 500  # an answer all the same: whoever asked need not wait for the time limit
        body = data.get("message_body") or ""
        answer = parse(status, body if isinstance(body, str) else "", str(data.get("reason_phrase", "")))
        self._unanswered.answer(str(data.get("request_id")), answer)


def _message(name: str, request: Request) -> str:
    message: dict[str, Any] = {
        "type": "RESTRequest",
        "transaction_id": name,
        "request_id": name,
        "method": request.method,
        "uri": request.uri,
    }
    if request.query:
        message["query_strings"] = [{"name": key, "value": value} for key, value in request.query.items()]
    if request.body is not None:
        message["content_type"] = "application/json"
        message["message_body"] = orjson.dumps(request.body).decode()
    return orjson.dumps(message).decode()
