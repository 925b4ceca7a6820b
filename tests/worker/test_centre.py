"""Incidents offered to a neighbouring city's centre, on a real PostgreSQL and over HTTP."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from ct112.incidents.dispatches import DispatchStatus
from ct112.incidents.neighbours import is_signed
from ct112.store import Store, dispatches
from tests.worker.receiver import SECRET
from tests.worker.test_deliveries import (
    ZONE,
    ask,
    dispatch,
    opened,
    process,
    tried,
    until,
    ways,
    working,
)

__all__ = ["opened"]


@dataclass
class Neighbour:
    """A neighbouring centre's door; says `reply` to every offer, and to the first nothing when `silent`."""

    reply: bytes = b'{"status": "received"}'
    silent: bool = False
    offers: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    url: str = ""

    async def take(self, request: web.Request) -> web.Response:
        """Take an offer, when it is signed."""
        body = await request.read()
        headers = request.headers
        assert is_signed(SECRET, headers["Ct112-Timestamp"], body, headers["Ct112-Signature"])
        self.offers.append((headers["Idempotency-Key"], orjson.loads(body)))
        if self.silent and len(self.offers) == 1:
            await asyncio.sleep(60)
        return web.Response(body=self.reply, content_type="application/json")

    def way(self) -> dict[str, Any]:
        """Return the way that leads here."""
        return {"kind": "centre", "url": self.url, "secret": SECRET, "within_seconds": 3600}


@asynccontextmanager
async def door(neighbour: Neighbour) -> AsyncIterator[Neighbour]:
    """Open it on a port of loopback."""
    app = web.Application()
    app.router.add_post("/offers", neighbour.take)
    async with TestServer(app) as server:
        neighbour.url = str(server.make_url("/offers"))
        yield neighbour


async def test_an_offer_is_signed_and_received_and_so_is_a_stand_down(opened: Store) -> None:
    async with door(Neighbour()) as neighbour:
        await ways(opened, neighbour.way())
        id_ = await ask(opened)
        async with working(opened):
            await until(lambda: dispatch(opened, id_), lambda found: found.status is DispatchStatus.RECEIVED)
            async with opened.transaction() as connection:
                await dispatches.cancel(connection, id_, by="x", zone=ZONE, reason="a false alarm")
            await until(lambda: asyncio.sleep(0, neighbour.offers), lambda came: len(came) == 2)
    (key, first), (_, then) = neighbour.offers
    assert (first["protocol"], first["delivery"], first["telling"]) == (1, key, "new")
    assert first["incident"]["place"]["landmark"] == "Pasar Induk"
    assert then["telling"] == "stand_down"
    assert UUID(first["dispatch"]["id"]) == UUID(then["dispatch"]["id"]) == id_


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (b'{"status": "declined", "cause": "no_units"}', "nobody is free there"),
        (b'{"status": "declined", "cause": "loop", "words": "112-7"}', "it came from there"),
        (b'{"status": "declined", "cause": "unheard of"}', "they refuse it"),
        (b'{"status": "declined", "cause": ["x"], "words": {}}', "they refuse it"),
    ],
)
async def test_a_refusal_is_followed_by_the_next_way_at_once(opened: Store, reply: bytes, why: str) -> None:
    async with door(Neighbour(reply)) as neighbour:
        await ways(opened, neighbour.way(), {"kind": "page"})
        id_ = await ask(opened)
        async with working(opened):
            rows = await until(lambda: tried(opened, id_), lambda rows: len(rows) == 2)
    assert rows[0] == ("centre", "over", why)
    assert rows[1][0] == "page"


@pytest.mark.parametrize("reply", [b"", b"{", b"[]", b'"declined"', b"\xff" * 9000, b'{"status": 7}'])
async def test_an_answer_that_is_no_refusal_is_an_offer_received(opened: Store, reply: bytes) -> None:
    async with door(Neighbour(reply)) as neighbour:
        await ways(opened, neighbour.way())
        id_ = await ask(opened)
        async with working(opened):
            await until(lambda: dispatch(opened, id_), lambda found: found.status is DispatchStatus.RECEIVED)
    assert await tried(opened, id_) == [("centre", "delivered", "200")]


@pytest.mark.timeout(120)
async def test_a_worker_killed_in_an_offer_is_followed_by_one_that_makes_the_same_one(
    opened: Store, database_url: str, tmp_path: Path
) -> None:
    async with door(Neighbour(silent=True)) as neighbour:
        await ways(opened, neighbour.way())
        with process(database_url, tmp_path, "one") as one:
            id_ = await ask(opened)
            await until(lambda: asyncio.sleep(0, neighbour.offers), bool, 40)
            one.kill()
        with process(database_url, tmp_path, "two"):
            await until(
                lambda: dispatch(opened, id_), lambda found: found.status is DispatchStatus.RECEIVED, 40
            )
    assert len(neighbour.offers) == 2
    assert len({key for key, _ in neighbour.offers}) == 1
