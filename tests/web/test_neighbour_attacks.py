"""What goes wrong between two centres: late, twice, with other words, into what is over; on PostgreSQL."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_network
from typing import Any
from uuid import uuid4

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import text

from ct112.store import erasing, neighbour_answers
from ct112.store.erasing import Whose
from ct112.store.personal_data import ERASABLE
from ct112.worker.neighbour_answers import NeighbourAnswerer
from lab.world import eventually
from tests.web.site import BEARER, Site
from tests.web.test_neighbours import NEIGHBOUR, known, offers, send, told

__all__ = ["known"]
LOOPBACK = (ip_network("127.0.0.0/8"),)


async def post(site: Site, path: str, body: Any, **headers: str) -> tuple[int, Any]:
    async with site.client.post(f"/api/v1{path}", json=body, headers={**BEARER, **headers}) as answer:
        return answer.status, await answer.json()


async def taken(site: Site, **more: Any) -> tuple[dict[str, Any], str]:
    """Take an offer in; return what was sent, and the offer's path."""
    sent = told(**more)
    assert (await send(site, sent))[0] == 200
    return sent, f"/neighbour-offers/{(await offers(site))[0]['id']}"


def again(sent: dict[str, Any], version: int, **more: Any) -> dict[str, Any]:
    """Return it as it is told later: of a higher version, with this else."""
    copy: dict[str, Any] = json.loads(json.dumps(sent))
    copy["dispatch"]["version"] = version
    copy["incident"] |= {"version": version}
    return copy | more


async def opened(site: Site) -> str:
    status, incident = await post(site, "/incidents", {"category": "kebakaran"})
    assert status == 201
    return str(incident["id"])


async def test_an_incident_that_is_closed_takes_no_offer(known: Site) -> None:
    _, path = await taken(known)
    incident = await opened(known)
    status, _ = await post(known, f"/incidents/{incident}/close", {"reason": "padam"}, **{"If-Match": '"1"'})
    assert status == 200
    status, problem = await post(known, f"{path}/accept", {"incident_id": incident})
    assert (status, problem["detail"]) == (409, "it is closed: reopen it first")
    assert (await offers(known))[0]["status"] == "offered"


async def test_an_incident_that_was_merged_takes_no_offer(known: Site) -> None:
    _, path = await taken(known)
    one, other = await opened(known), await opened(known)
    status, _ = await post(known, f"/incidents/{one}/merge", {"into": other}, **{"If-Match": '"1"'})
    assert status == 200
    assert (await post(known, f"{path}/accept", {"incident_id": one}))[0] == 409
    assert (await post(known, f"{path}/accept", {"incident_id": other}))[0] == 200


async def test_two_who_answer_at_once_answer_once(known: Site) -> None:
    _, path = await taken(known)
    accept, refuse = post(known, f"{path}/accept", {}), post(known, f"{path}/refuse", {"cause": "other"})
    both = await asyncio.gather(accept, refuse)
    assert sorted(status for status, _ in both) == [200, 409]


@pytest.mark.parametrize("key", ["the same", "another"])
async def test_other_words_are_to_be_seen_whatever_they_come_as(known: Site, key: str) -> None:
    sent, path = await taken(known)
    assert (await post(known, f"{path}/accept", {}))[0] == 200
    newer = again(sent, 2) | ({} if key == "the same" else {"delivery": str(uuid4())})
    assert (await send(known, newer))[0] == 200
    assert (await offers(known))[0]["unseen"] is None or newer["incident"]["version"] == 2
    newer = again(newer, 3)
    newer["incident"]["people_in_danger"] = 9
    assert (await send(known, newer))[0] == 200
    (offer,) = await offers(known)
    assert offer["incident"]["people_in_danger"] == 9
    assert offer["unseen"] is not None
    assert (await post(known, f"{path}/acknowledge", {}))[1]["unseen"] is None
    assert (await send(known, newer))[0] == 200
    assert (await offers(known))[0]["unseen"] is None, "nothing is new in it"


async def test_withdrawn_and_then_new_again_is_an_offer_again_and_what_is_late_is_none(known: Site) -> None:
    sent = told()
    stand_down = again(sent, 2, telling="stand_down", delivery=str(uuid4()))
    assert await send(known, stand_down) == (200, {"status": "withdrawn"})
    assert await send(known, sent) == (200, {"status": "withdrawn"}), "it came late"
    anew = again(sent, 3, delivery=str(uuid4()))
    assert await send(known, anew) == (200, {"status": "offered"})


async def test_who_calls_from_across_the_border_is_erased_by_the_number(known: Site) -> None:
    incident = told()["incident"] | {"caller_number": "0812-3456-7890", "description": "Gudang"}
    _, path = await taken(known, incident=incident)
    assert (await post(known, f"{path}/refuse", {"cause": "other"}))[0] == 200
    kept = next(one for one in ERASABLE if one.table == "neighbour_offer")
    found = erasing.rule(kept, Whose(number="+6281234567890"))
    assert found is not None
    async with known.store.transaction() as connection:
        query = text(f"SELECT count(*) FROM neighbour_offer WHERE {found[0]}")
        assert await connection.scalar(query, found[1]) == 1


@asynccontextmanager
async def listening(answer: Any) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_post("/{path:.*}", answer)
    server = TestServer(app)
    await server.start_server()
    try:
        yield str(server.make_url("/")).rstrip("/")
    finally:
        await server.close()


async def lead(site: Site, code: str, url: str) -> None:
    """Say where a neighbour's answers go: into loopback, which the API refuses here."""
    async with site.store.transaction() as connection:
        values = NEIGHBOUR | {"code": code, "url": url}
        row = text(
            "INSERT INTO neighbour (code, name, url, secret, token)"
            " VALUES (:code, :name, :url, :secret, :token)"
            " ON CONFLICT (code) DO UPDATE SET url = excluded.url"
        )
        await connection.execute(row, values)


async def left(site: Site) -> list[str]:
    async with site.store.transaction() as connection:
        rows = await connection.execute(text("SELECT outcome FROM neighbour_answer WHERE due_at IS NOT NULL"))
        return [row.outcome for row in rows]


async def test_a_neighbour_that_hangs_keeps_no_other_waiting(known: Site) -> None:
    over, heard = asyncio.Event(), asyncio.Event()

    async def hang(_: web.Request) -> web.Response:
        await over.wait()
        return web.Response()

    async def hear(_: web.Request) -> web.Response:
        heard.set()
        return web.Response()

    async with listening(hang) as hanging, listening(hear) as well:
        await lead(known, "kota_kita", hanging)
        await lead(known, "kota_lain", well)
        for _ in range(30):
            await send(known, told())
        answerer = NeighbourAnswerer(known.store, LOOPBACK)
        for offer in await offers(known):
            assert (await post(known, f"/neighbour-offers/{offer['id']}/refuse", {"cause": "other"}))[
                0
            ] == 200
        async with asyncio.timeout(7):  # less than the 8 seconds a neighbour may hang
            await answerer.work()
            await send(known, told(), path="/api/v1/neighbours/kota_lain/offers")
            offer = (await offers(known))[0]
            assert (await post(known, f"/neighbour-offers/{offer['id']}/refuse", {"cause": "other"}))[
                0
            ] == 200
            await answerer.work()
            await heard.wait()
        async with known.store.transaction() as connection:
            assert await neighbour_answers.lease(connection, 100, 5, 15.0) == [], "five of one are under way"
        over.set()
        await _emptied(known, answerer)


async def _emptied(site: Site, answerer: NeighbourAnswerer) -> None:
    async def work() -> list[str]:
        await answerer.work()
        return await left(site)

    await eventually(work, lambda rows: not rows, 20.0, "all answers")


@pytest.mark.parametrize(
    ("status", "headers"), [(409, {"Retry-After": "1"}), (404, {}), (302, {"Location": "/"}), (400, {})]
)
async def test_an_answer_that_may_still_arrive_is_not_forgotten(
    known: Site, status: int, headers: dict[str, str]
) -> None:
    async def refuse(_: web.Request) -> web.Response:
        return web.Response(status=status, headers=headers)

    _, path = await taken(known)
    assert (await post(known, f"{path}/refuse", {"cause": "other"}))[0] == 200
    async with listening(refuse) as url:
        await lead(known, "kota_kita", url)
        await NeighbourAnswerer(known.store, LOOPBACK).work()
        await eventually(lambda: _tried(known), lambda found: found == str(status), 20.0, "the outcome")
    assert await left(known) == [str(status)]


async def _tried(site: Site) -> str | None:
    async with site.store.transaction() as connection:
        found: str | None = await connection.scalar(text("SELECT outcome FROM neighbour_answer"))
        return found
