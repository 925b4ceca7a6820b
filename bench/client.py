"""One request to Asterisk and its answer: our client over the websocket, the others over HTTP."""

import asyncio
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from bench import peer_libraries
from bench.exchange import Exchange
from ct112.asterisk.ari import bridges, connect

SCRIPT = Path(__file__).parent / "peers" / "round_trips.py"
PEERS = ("asyncari", "aioari", "ari-client")


@dataclass(frozen=True, slots=True)
class ClientFigure:
    """Time of a request, µs, mean over one round."""

    library: str
    microseconds: float


def rounds(exchange: Exchange, requests: int, count: int) -> list[ClientFigure]:
    """Measure every client in turn, `count` times over."""
    ari, python = exchange.lab.info["ari"][0], peer_libraries.python()
    figures = []
    for _ in range(count):
        figures.append(ClientFigure("ct112", asyncio.run(_ours(ari, requests)) * 1e6))
        for library in PEERS:
            command = [str(python), str(SCRIPT), library, ari["url"].removesuffix("ari")]
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
