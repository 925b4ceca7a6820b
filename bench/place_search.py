"""Searching places by what people say, among 100,000 names: how long it takes, and how often it is right."""

import asyncio
import csv
import time
from dataclasses import dataclass

from bench.quantiles import quantile
from ct112.incidents.places import Area
from ct112.places.importing import Files, take_in
from ct112.store import Store, places
from lab.made_places import crowd
from lab.places import REPOSITORY
from lab.throwaway import Server, migrated

DATA = REPOSITORY / "tests" / "places"
LOAD_SECONDS = 600.0
SHOWN = 3  # the answer has to be among so many


@dataclass(frozen=True, slots=True)
class PlacesFigure:
    """Searches of `names` names. A time is a whole transaction, from asking for a connection to the order."""

    names: int
    queries: int
    missed: int
    p50_ms: float
    p99_ms: float
    slowest_ms: float


async def load(store: Store, names: int) -> None:
    """Take in the test's places and made ones, `names` in all."""
    with (DATA / "gazetteer.csv").open(encoding="utf-8") as file:
        own = sorted({row["area"] for row in csv.DictReader(file)})
    around = sorted({code.rpartition(".")[0] for code in own})
    made = {"99.01.02.1004": "Bojongsari", "99.01.01.1002": "Karangwaru", "99.01.02.1001": "Tirtasari"}
    made["99.01.02"] = "Pasir Lor"
    areas = [Area(code=code, name=made.get(code, f"Kelurahan {code}")) for code in (*around, *own)]
    async with store.long_transaction(LOAD_SECONDS) as connection:
        await places.take_areas(connection, [(area, None) for area in areas], by="bench", digest="-")
        report = await take_in(connection, Files(names=DATA / "gazetteer.csv"), by="bench")
        rest = names - len(areas) - sum(taken.added for _, taken in report.taken)
        await places.take_names(connection, list(crowd(rest, own)), by="bench", digest="-")


async def measure(url: str, names: int, times: int) -> PlacesFigure:
    """Load, and ask every query so many times."""
    store = await Store.create(url)
    with (DATA / "queries.csv").open(encoding="utf-8") as file:
        queries = [(row["query"], row["code"]) for row in csv.DictReader(file)]
    spent: list[float] = []
    missed = 0
    try:
        await load(store, names)
        for turn in range(times + 1):
            for said, code in queries:
                begun = time.perf_counter()
                async with store.transaction() as connection:
                    found = await places.search(connection, said, limit=SHOWN)
                if turn:  # the first reads the index into memory
                    spent.append((time.perf_counter() - begun) * 1000)
                else:
                    missed += code not in [place.code for place in found]
    finally:
        await store.close()
    return PlacesFigure(names, len(queries), missed, quantile(spent, 0.5), quantile(spent, 0.99), max(spent))


def played(names: int, times: int) -> list[PlacesFigure]:
    """Return the figures, from a database of their own."""
    server = Server()
    try:
        server.start()
        migrated(server)
        return [asyncio.run(measure(server.url("migrated"), names, times))]
    finally:
        server.remove()
