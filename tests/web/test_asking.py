"""What each answer of the floor becomes over HTTP, and that an ask waits for no database."""

import asyncio

import pytest

from ct112.control.asks import Answer
from ct112.store.roles import Role
from lab.throwaway import Server
from tests.web.people import Browser, add
from tests.web.site import BEARER, CALL, Site


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("stale", 412, "stale"),
        ("unknown", 404, "not-found"),
        ("repeated-differs", 422, "key-reused"),
        ("busy", 409, "conflict"),
        ("not-possible", 409, "conflict"),
        ("failed", 409, "conflict"),
        ("unavailable", 503, "away"),
        ("unanswered", 503, "live-away"),
        (None, 409, "conflict"),
    ],
)
async def test_each_answer_of_the_floor_is_one_problem(
    site: Site, code: str | None, status: int, kind: str
) -> None:
    site.serve.answer = Answer(accepted=False, code=code, reason="because: do this")
    url = f"/api/v1/calls/{CALL}/class"
    async with site.client.post(url, json={"service_class": "urgent"}, headers=BEARER) as answer:
        told = await answer.json(content_type=None)
    assert (answer.status, told["type"]) == (status, f"urn:ct112:problem:{kind}")


async def test_who_changes_an_operator_may_say_on_which_view(site: Site) -> None:
    versioned = BEARER | {"If-Match": '"3"'}
    url, body = "/api/v1/operators/operator-1/state", {"ready": False, "reason": "break"}
    async with site.client.post(url, json=body, headers=versioned) as answer:
        assert answer.status == 202
    async with site.client.delete("/api/v1/positions/pos-1/operator", headers=versioned) as answer:
        assert answer.status == 202
    async with site.client.post(url, json=body, headers=BEARER) as answer:
        assert answer.status == 202
    assert [asked["revision"] for asked in site.serve.asked] == [3, 3, None]


async def test_an_operator_calls_a_supervisor_to_their_own_position_alone(site: Site) -> None:
    await add(site.store, "siti", Role.OPERATOR, operator="operator-1")
    await add(site.store, "budi", Role.OPERATOR, operator="operator-2")
    siti, budi = Browser(site), Browser(site)
    await siti.sign_in("siti")
    await budi.sign_in("budi")
    url = "/api/v1/positions/pos-1/summons"
    assert (await siti.ask("PUT", url, {"state": "asked"}))[0] == 202
    assert (await siti.ask("PUT", url, {"state": "coming"}))[0] == 403
    assert (await budi.ask("PUT", url, {"state": "asked"}))[0] == 403
    assert (await siti.ask("PUT", url, {"state": "now"}))[0] == 400
    async with site.client.put(url, json={"state": "coming"}, headers=BEARER) as answer:
        assert answer.status == 202
    assert [(asked["kind"], asked["state"]) for asked in site.serve.asked] == [
        ("summon", "asked"),
        ("summon", "coming"),
    ]


async def test_an_ask_waits_for_no_database(site: Site, server: Server) -> None:
    await site.get("/api/v1/positions", headers=BEARER)
    server.freeze()
    try:
        async with asyncio.timeout(3):
            async with site.client.post(
                f"/api/v1/calls/{CALL}/class", json={"service_class": "urgent"}, headers=BEARER
            ) as answer:
                assert answer.status == 202
    finally:
        server.thaw()


async def test_a_person_who_was_let_in_waits_for_no_database_that_hangs(site: Site, server: Server) -> None:
    await add(site.store, "siti", Role.OPERATOR, operator="operator-1")
    browser, url = Browser(site), f"/api/v1/calls/{CALL}/class"
    await browser.sign_in("siti")
    await browser.ask("GET", "/api/v1/session")
    server.freeze()
    try:
        async with asyncio.timeout(4):  # the first who asks waits, and the others not
            assert (await browser.ask("POST", url, {"service_class": "urgent"}))[0] == 202
        async with asyncio.timeout(2):
            found = await asyncio.gather(
                *(browser.ask("POST", url, {"service_class": "urgent"}) for _ in range(10))
            )
        assert {status for status, _, _ in found} == {202}
    finally:
        server.thaw()
    async with asyncio.timeout(20):
        while (await browser.ask("GET", "/api/v1/calls"))[0] != 200:  # noqa: ASYNC110 (asked again)
            await asyncio.sleep(0.2)
