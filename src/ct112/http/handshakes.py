"""Accepting TLS: one too many is closed before its handshake, not after, and a handshake has an end."""

import asyncio
import socket
import ssl
from collections.abc import Callable, Sequence

HANDSHAKE_SECONDS = 5.0
BACKLOG = 100
PAUSE_SECONDS = 0.1  # when the process has no file left for one more


class TlsListener:
    """Accepts on a host's addresses; what it makes of a connection is the same as of a plain one."""

    def __init__(
        self,
        make: Callable[[], asyncio.Protocol],
        context: ssl.SSLContext,
        room: Callable[[int], bool],
    ) -> None:
        """`make` is called for each connection; `room`, with the handshakes under way, before each."""
        self._make = make
        self._context = context
        self._room = room
        self._handshakes: set[asyncio.Task[None]] = set()
        self.sockets: Sequence[socket.socket] = ()

    async def listen(self, host: str, port: int) -> None:
        """Take the port on all addresses of the host. Raises OSError."""
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        taken: list[socket.socket] = []
        try:
            for family, address in dict.fromkeys((each[0], each[4]) for each in found):
                taken.append(_taken(family, address))
        except OSError:
            for each in taken:
                each.close()
            raise
        self.sockets = tuple(taken)

    async def run(self) -> None:
        """Accept until cancelled, then close what is not open yet."""
        try:
            async with asyncio.TaskGroup() as group:
                for each in self.sockets:
                    group.create_task(self._accept(each), name="accept")
        finally:
            for each in self.sockets:
                each.close()
            for task in self._handshakes:
                task.cancel()
            await asyncio.gather(*self._handshakes, return_exceptions=True)

    async def _accept(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                peer, _ = await loop.sock_accept(listener)
            except OSError:  # the peer has gone already, or there is no file left
                await asyncio.sleep(PAUSE_SECONDS)
                continue
            if not self._room(len(self._handshakes)):
                peer.close()
                continue
            task = asyncio.create_task(self._open(peer), name="handshake")
            self._handshakes.add(task)
            task.add_done_callback(self._handshakes.discard)

    async def _open(self, peer: socket.socket) -> None:
        """Shake hands; from then on the protocol has the connection."""
        loop = asyncio.get_running_loop()
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            await loop.connect_accepted_socket(
                self._make, peer, ssl=self._context, ssl_handshake_timeout=HANDSHAKE_SECONDS
            )
        except (OSError, ssl.SSLError, TimeoutError):
            peer.close()  # whoever speaks no TLS is not worth a line
        except BaseException:
            peer.close()
            raise


def _taken(family: int, address: tuple[object, ...]) -> socket.socket:
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.setblocking(False)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener
