"""ARI clients beside each other: one request and its answer, and how many events a second are taken in."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from bench import peer_libraries
from bench.exchange import Exchange
from ct112.asterisk.ari import bridges, connect
from ct112.asterisk.ari.models import EVENT, ChannelDtmfReceived

FOLDER = Path(__file__).parent / "peers"
PEERS = ("asyncari", "aioari", "ari-client")
EVENTS_SECONDS = 15.0  # a client that does not get through all of them by then is measured by what it took


@dataclass(frozen=True, slots=True)
class ClientFigure:
    """Time of a request, µs, mean over one round."""

    library: str
    microseconds: float


@dataclass(frozen=True, slots=True)
class EventsFigure:
    """Events decoded and handed to a handler each second, and how many there were, in one round."""

    library: str
    per_second: float
    events: int


def rounds(exchange: Exchange, requests: int, count: int) -> list[ClientFigure]:
    """Measure every client in turn, `count` times over."""
    ari, python = exchange.lab.description()["ari"][0], peer_libraries.python()
    figures = []
    for _ in range(count):
        figures.append(ClientFigure("ct112", asyncio.run(_ours(ari, requests)) * 1e6))
        for library in PEERS:
            command = [str(python), str(FOLDER / "round_trips.py"), library, ari["url"].removesuffix("ari")]
            command += [ari["user"], ari["password"], str(requests)]
            said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            figures.append(ClientFigure(library, float(said.split()[-1]) * 1e6))
    return figures


async def _ours(ari: dict[str, Any], requests: int) -> float:
    """Return seconds for each request. A bridge may outlive its deletion a moment, so each has a new name."""
    async with aiohttp.ClientSession() as session:
        connection = await connect(
            session,
            ari["url"],
            application="bench-round-trips",
            user=ari["user"],
            password=ari["password"],
            on_event=lambda _event: None,
        )
        reader = asyncio.create_task(connection.run())
        began = 0.0
        for number in range(requests + 1):
            await connection.ask(bridges.create(f"bench-{number}"))
            await connection.ask(bridges.destroy(f"bench-{number}"))
            if not number:
                began = time.perf_counter()
        seconds = (time.perf_counter() - began) / (2 * requests)
        await connection.close()
        await asyncio.gather(reader, return_exceptions=True)
        return seconds


def events(exchange: Exchange, count: int, times: int) -> list[EventsFigure]:
    """Let every client take in so many events in turn, `times` times over."""
    ari, python = exchange.lab.description()["ari"][0], peer_libraries.python()
    figures = []
    with _source(ari["url"].removesuffix("ari"), count) as url:
        for _ in range(times):
            figures.append(EventsFigure("ct112", *asyncio.run(_taken(url, ari, count))))
            for library in PEERS:
                command = [str(python), str(FOLDER / "events.py"), library, f"{url}/"]
                command += [ari["user"], ari["password"], str(count), str(EVENTS_SECONDS)]
                said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
                rate, seen = said.split()[-2:]
                figures.append(EventsFigure(library, float(rate), int(seen)))
    return figures


@contextmanager
def _source(upstream: str, count: int) -> Iterator[str]:
    command = [sys.executable, "-m", "bench.event_source", upstream, str(count)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.kill()


async def _taken(url: str, ari: dict[str, Any], count: int) -> tuple[float, int]:
    """Return events a second, each made a typed model as in the service, and how many came."""
    times: list[float] = []
    done = asyncio.Event()

    def take(data: Mapping[str, Any]) -> None:
        if isinstance(EVENT.validate_python(data), ChannelDtmfReceived):
            times.append(time.perf_counter())
        if len(times) == count:
            done.set()

    async with aiohttp.ClientSession() as session:
        connection = await connect(
            session,
            f"{url}/ari",
            application="bench-events",
            user=ari["user"],
            password=ari["password"],
            on_event=take,
        )
        reader = asyncio.create_task(connection.run())
        with suppress(TimeoutError):
            await asyncio.wait_for(done.wait(), EVENTS_SECONDS)
        await connection.close()
        await asyncio.gather(reader, return_exceptions=True)
    return (len(times) - 1) / (times[-1] - times[0]), len(times)
