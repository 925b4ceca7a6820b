"""The server's side of a stream over a WebSocket: it sends, and listens to nothing but pings."""

import asyncio
import contextlib
import struct
from functools import partial

from aiohttp import WSCloseCode, WSMsgType, web

from ct112 import logs
from ct112.control.outflow import Outflow
from ct112.http.server import cut
from ct112.tasks import at, why

log = logs.get("stream")

HEARTBEAT_SECONDS = 10.0  # a ping so often; no answer in half of it: the reader is gone
SEND_SECONDS = 5.0  # for one message, once the kernel's buffers are full
TEXT = 0x81  # a whole message of text
LARGEST_FRAME = 1024  # bytes a reader may send, though it has nothing to say


async def stream(request: web.Request, outflow: Outflow) -> web.WebSocketResponse:
    """Send what flows out until the reader leaves, is too slow, or says something."""
    socket = web.WebSocketResponse(
        heartbeat=HEARTBEAT_SECONDS, compress=False, max_msg_size=LARGEST_FRAME, timeout=1.0
    )
    await socket.prepare(request)
    transport = request.transport
    assert transport is not None
    outflow.on_full = partial(cut, transport)  # no close frame: it would wait behind what is not read
    outflow.direct = partial(_at_once, socket, transport)
    sending = asyncio.create_task(_send(socket, outflow), name="stream")
    sending.add_done_callback(partial(_sent, transport))
    try:
        message = await socket.receive()
        if message.type in (WSMsgType.TEXT, WSMsgType.BINARY):
            await socket.close(code=WSCloseCode.UNSUPPORTED_DATA, message=b"nothing is expected here")
    finally:
        outflow.close()
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        if transport.get_write_buffer_size():
            cut(transport)  # closed in good order it would keep what nobody takes for as long as they like
    return socket


class _Framed:
    """The last message as a WebSocket frame: all readers of one stream get the same bytes (RFC 6455, 5.2)."""

    def __init__(self) -> None:
        self._message = self._frame = b""

    def frame(self, message: bytes) -> bytes:
        """Return one unmasked text frame."""
        if message is not self._message:
            length = len(message)
            if length < 126:
                head = struct.pack("!BB", TEXT, length)
            elif length < 1 << 16:
                head = struct.pack("!BBH", TEXT, 126, length)
            else:
                head = struct.pack("!BBQ", TEXT, 127, length)
            self._message, self._frame = message, head + message
        return self._frame


_framed = _Framed()


def _at_once(socket: web.WebSocketResponse, transport: asyncio.Transport, message: bytes) -> bool:
    """Send to a reader that has taken everything so far: it costs less than half of waking its sender."""
    if socket.closed or transport.is_closing() or transport.get_write_buffer_size():
        return False
    transport.write(_framed.frame(message))
    return True


def _sent(transport: asyncio.Transport, sending: "asyncio.Task[None]") -> None:
    """Leave no reader without a sender: whatever went wrong, it has to begin anew."""
    if not sending.cancelled() and sending.exception() is not None:
        log.error("a stream's sender died", error=why(sending.exception()), at=at(sending.exception()))
        cut(transport)


async def _send(socket: web.WebSocketResponse, outflow: Outflow) -> None:
    with contextlib.suppress(ConnectionError):  # the reader left: `receive` says so too
        while (message := await outflow.next()) is not None:
            try:
                async with asyncio.timeout(SEND_SECONDS):
                    await socket.send_frame(message, WSMsgType.TEXT)
            except TimeoutError:
                outflow.too_slow()
                return
        if not socket.closed:
            await socket.close(code=outflow.code)
