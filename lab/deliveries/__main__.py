"""`./run drill deliveries`: each dispatch reaches its agency, under one key, whatever is killed."""

import asyncio
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import aiohttp
import typer
from aiohttp.test_utils import TestServer
from rich.console import Console

from bench.quantiles import quantile
from lab.deliveries.house import TOKEN, House
from lab.deliveries.receiver import PATH, Receiver
from lab.supervise import as_interrupt

WORKERS = ("worker-1", "worker-2")
QUIET_SECONDS = 10.0
START_SECONDS = 30.0
PATIENCE_SECONDS = 90.0
TARGET_SECONDS = 0.3
console = Console(highlight=False, width=150)
app = typer.Typer(add_completion=False)


class Poster:
    """Opens incidents and asks an agency for each, as a console does: again until it is through."""

    def __init__(self, http: aiohttp.ClientSession, url: str, agencies: list[str]) -> None:
        self._http, self._url, self._agencies = http, f"{url}/api/v1", agencies
        self.posted: dict[str, float] = {}

    async def post(self, number: int) -> None:
        """Do one; `posted` has when its dispatch was first accepted."""
        path = f"/incidents/{uuid4()}"
        agency = self._agencies[number % len(self._agencies)]
        await self._ask("PUT", path, {"category": "kebakaran", "description": f"drill {number}"})
        began, incident = await self._ask("POST", f"{path}/dispatches", {"agencies": [agency]})
        self.posted[incident["dispatches"][0]["id"]] = began

    async def _ask(self, method: str, path: str, body: dict[str, Any]) -> tuple[float, Any]:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        while True:
            began = time.monotonic()
            try:
                async with self._http.request(method, self._url + path, json=body, headers=headers) as answer:
                    if answer.status < 300:
                        return began, await answer.json()
                    if answer.status < 500 and answer.status != 429:
                        raise SystemExit(f"refused: {answer.status} {await answer.text()}")
            except (aiohttp.ClientError, TimeoutError):
                pass
            await asyncio.sleep(0.2)

    async def many(self, first: int, count: int, rate: float) -> None:
        """Post so many, evenly."""
        began = time.monotonic()
        async with asyncio.TaskGroup() as posting:
            for at in range(count):
                await asyncio.sleep(max(0.0, began + at / rate - time.monotonic()))
                posting.create_task(self.post(first + at))


async def faults(house: House, seconds: float) -> None:
    """Break one thing after another within so many seconds; one worker is stopped for 20 s at least."""
    pause = max(seconds / 6, 3.0)
    await asyncio.sleep(pause)
    house.stop("worker-2")
    stopped = time.monotonic()
    console.print("worker-2 stopped")
    for name in ("worker-1", "web", "postgres", "worker-1"):
        await asyncio.sleep(pause)
        console.print(f"{name} killed and started again")
        if name == "postgres":
            await asyncio.to_thread(house.kill_postgres, 2.0)
        else:
            house.kill(name)
            house.start(name)
    await asyncio.sleep(max(0.0, stopped + 20 - time.monotonic()))
    house.go_on("worker-2")
    console.print(f"worker-2 goes on after {time.monotonic() - stopped:.0f} s")


async def ready(http: aiohttp.ClientSession, url: str) -> None:
    """Wait until web does its work."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        try:
            async with http.get(f"{url}/readyz") as answer:
                if (await answer.json())["parts"]:
                    return
        except (aiohttp.ClientError, ValueError):
            pass
        await asyncio.sleep(0.2)
    raise SystemExit("web did not start")


async def settle(poster: Poster, receiver: Receiver, house: House) -> int:
    """Wait until the database has every dispatch as received; return how many are not."""
    end = time.monotonic() + PATIENCE_SECONDS
    left = -1
    while left and time.monotonic() < end:
        await asyncio.sleep(0.5)
        query = "SELECT count(*) FROM dispatch WHERE status <> 'received'"
        left = int((await house.run(query))[0][0]) + len(poster.posted.keys() - receiver.keys.keys())
    return left


def report(poster: Poster, receiver: Receiver, quiet: set[str], left: int, rows: int) -> bool:
    """Print what came of it; return whether every promise was kept."""
    took = {id_: receiver.first[id_] - at for id_, at in poster.posted.items() if id_ in receiver.first}
    p99 = quantile([took[id_] for id_ in quiet if id_ in took], 0.99)
    two_keys = sum(len(keys) > 1 for keys in receiver.keys.values())
    unknown = len(receiver.keys.keys() - poster.posted.keys())
    console.print(
        f"dispatches {len(poster.posted)}, deliveries in the database {rows}, posts {receiver.posts}"
    )
    console.print(f"forgotten {left}, under two keys {two_keys}, badly signed {receiver.badly_signed}")
    console.print(
        f"of no dispatch {unknown}; longest until received, faults and all: {max(took.values()):.1f} s"
    )
    console.print(f"posted until received, nothing broken: p99 {p99 * 1000:.0f} ms of {len(quiet)}")
    kept = not (left or two_keys or unknown or receiver.badly_signed) and rows == len(poster.posted)
    return kept and p99 <= TARGET_SECONDS


async def drill(count: int, rate: float, folder: Path) -> bool:
    """Run it; return whether every promise was kept."""
    receiver, house = Receiver(), House(folder)
    server = TestServer(receiver.app())
    await server.start_server()
    try:
        await asyncio.to_thread(house.begin)
        await house.receive_at(str(server.make_url(PATH)))
        agencies = [row["code"] for row in await house.run("SELECT code FROM agency ORDER BY code")]
        for name in ("web", *WORKERS):
            house.start(name)
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(10)) as http:
            await ready(http, house.url)
            poster = Poster(http, house.url, agencies)
            await poster.many(0, 5, 5)
            await settle(poster, receiver, house)
            warm, calm = len(poster.posted), min(count - 5, int(QUIET_SECONDS * rate))
            before = set(poster.posted)
            await poster.many(warm, calm, rate)
            quiet = set(poster.posted) - before
            rest = count - warm - calm
            await asyncio.gather(poster.many(warm + calm, rest, rate), faults(house, rest / rate))
            left = await settle(poster, receiver, house)
        rows = int((await house.run("SELECT count(*) FROM delivery"))[0][0])
        return report(poster, receiver, quiet, left, rows)
    finally:
        await server.close()
        await asyncio.to_thread(house.remove)


@app.command()
def main(
    count: Annotated[int, typer.Option(min=20, help="How many dispatches.")] = 500,
    rate: Annotated[float, typer.Option(min=0.5, help="How many a second.")] = 20.0,
) -> None:
    """Tell agencies while worker, web and PostgreSQL are killed and a worker is stopped for 20 s."""
    with tempfile.TemporaryDirectory(prefix="ct112-deliveries-") as folder:
        raise typer.Exit(0 if asyncio.run(drill(count, rate, Path(folder))) else 1)


if __name__ == "__main__":
    as_interrupt()
    sys.exit(app())
