"""A server some way off: a TCP proxy that delays what goes each way."""

import asyncio
import time
from types import TracebackType
from urllib.parse import urlsplit, urlunsplit


class FarAway:
    """`async with FarAway(url, seconds) as url`: the same server, a round trip takes `seconds`."""

    def __init__(self, url: str, round_trip: float) -> None:
        """Nothing is open yet."""
        self._url = urlsplit(url)
        self._delay = round_trip / 2
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> str:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        user, _, _ = self._url.netloc.rpartition("@")
        return urlunsplit(self._url._replace(netloc=f"{user}@127.0.0.1:{port}"))

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        there = await asyncio.open_connection(self._url.hostname, self._url.port or 5432)
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pump(reader, there[1]))
                both.create_task(self._pump(there[0], writer))
        finally:
            writer.close()
            there[1].close()
            self._connections.discard(task)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        on_the_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        async with asyncio.TaskGroup() as both:
            both.create_task(self._deliver(on_the_way, writer))
            data = b"?"
            while data:
                data = await reader.read(65536)
                on_the_way.put_nowait((time.monotonic() + self._delay, data))

    async def _deliver(
        self, on_the_way: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter
    ) -> None:
        while True:
            at, data = await on_the_way.get()
            await asyncio.sleep(max(0.0, at - time.monotonic()))
            if not data:
                writer.close()
                return
            writer.write(data)
