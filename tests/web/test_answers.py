"""What a neighbouring centre answers to an offer: signed, taken once, and moving the dispatch."""

import asyncio
import json
import time
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import text

from ct112.incidents.neighbours import FRESH_SECONDS, signed
from tests.web.site import Site
from tests.web.test_people import ask
from tests.worker.test_deliveries import until, working

SECRET = "a-secret-of-sixteen"
WAYS = [{"kind": "centre", "url": "https://b.example/offers", "secret": SECRET}, {"kind": "page"}]


async def offered(site: Site, url: str = "https://b.example/offers", *, told: bool = True) -> str:
    """Offer an incident by the way `centre`, as if a worker had; return the dispatch's id."""
    agency, given = "damkar", [{**WAYS[0], "url": url}, *WAYS[1:]]
    async with site.store.transaction() as connection:
        change = text("UPDATE agency SET ways = cast(:ways AS jsonb) WHERE code = :code")
        await connection.execute(change, {"ways": json.dumps(given), "code": agency})
    _, incident, _ = await ask(site, "POST", "/incidents", {"category": "kebakaran", "priority": 1})
    _, asked, _ = await ask(site, "POST", f"/incidents/{incident['id']}/dispatches", {"agencies": [agency]})
    async with site.store.transaction() as connection:
        if told:
            await connection.execute(text("UPDATE delivery SET state = 'delivered', attempts = 1"))
    return str(asked["dispatches"][0]["id"])


async def post(
    site: Site,
    dispatch: str,
    body: bytes | dict[str, Any],
    secret: str = SECRET,
    late: int = 0,
    **more: str,
) -> tuple[int, Any]:
    """Post a signed answer."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    timestamp = str(int(time.time()) - late)
    headers = {
        "Content-Type": "application/json",
        "Ct112-Timestamp": timestamp,
        "Ct112-Signature": signed(secret, timestamp, raw),
        **{name.replace("_", "-"): value for name, value in more.items()},
    }
    path = f"/api/v1/dispatches/{dispatch}/answers"
    async with site.client.post(path, data=raw, headers=headers) as answer:
        return answer.status, await answer.json(content_type=None)


def says(dispatch: str, status: str, **more: Any) -> dict[str, Any]:
    return {"protocol": 1, "answer": str(uuid4()), "dispatch": dispatch, "status": status, **more}


async def shown(site: Site, dispatch: str) -> Any:
    return (await ask(site, "GET", f"/dispatches/{dispatch}"))[1]


async def live(site: Site) -> list[str]:
    async with site.store.transaction() as connection:
        query = text("SELECT way FROM delivery WHERE due_at IS NOT NULL")
        return list((await connection.execute(query)).scalars())


async def test_an_accepted_offer_is_acknowledged_and_goes_on_to_its_end(site: Site) -> None:
    dispatch = await offered(site)
    for status in ("acknowledged", "en_route", "on_scene", "done"):
        code, told = await post(site, dispatch, says(dispatch, status))
        assert (code, told["status"]) == (200, status)
        assert await live(site) == []
    found = await shown(site, dispatch)
    assert (found["status"], found["changed_by"], found["how"]) == ("done", "agency damkar", "centre")


async def test_a_refused_offer_is_followed_by_the_next_way_at_once(site: Site) -> None:
    dispatch = await offered(site)
    code, told = await post(site, dispatch, says(dispatch, "declined", cause="no_units", words="banjir"))
    assert (code, told["status"]) == (200, "declined")
    assert (await shown(site, dispatch))["reason"] == "nobody is free there: banjir"
    assert await live(site) == ["page"]


async def test_an_answer_sent_again_is_taken_once_also_at_once(site: Site) -> None:
    """The second one would decline for the next of the agency's ways, which has been told meanwhile."""
    dispatch = await offered(site)
    said = says(dispatch, "declined", cause="no_units")
    first = await asyncio.gather(*(post(site, dispatch, said) for _ in range(4)))
    async with site.store.transaction() as connection:
        await connection.execute(text("UPDATE delivery SET state = 'delivered' WHERE due_at IS NOT NULL"))
    assert [*first, await post(site, dispatch, said)] == [first[0]] * 5
    assert first[0][0] == 200
    assert await live(site) == ["page"]


async def test_an_answer_with_the_id_of_another_one_is_refused(site: Site) -> None:
    dispatch = await offered(site)
    said = says(dispatch, "acknowledged")
    assert (await post(site, dispatch, said))[0] == 200
    code, told = await post(site, dispatch, {**said, "status": "done"})
    assert (code, told["fields"][0]["field"]) == (422, "answer")
    assert (await shown(site, dispatch))["status"] == "acknowledged"


async def test_what_is_not_signed_by_who_was_offered_it_changes_nothing(site: Site) -> None:
    dispatch = await offered(site)
    said = says(dispatch, "acknowledged")
    other = str(UUID(int=7))
    tries = [
        await post(site, dispatch, said, secret="another secret"),
        await post(site, dispatch, said, Ct112_Timestamp=str(int(time.time()) - 1)),
        await post(site, dispatch, said, Ct112_Signature="v1=\u00e9"),
        await post(site, other, says(other, "acknowledged")),
        await post(site, dispatch, said, late=FRESH_SECONDS + 5),
        await post(site, dispatch, said, late=-FRESH_SECONDS - 5),
    ]
    assert [code for code, _ in tries] == [401] * 6
    assert (await shown(site, dispatch))["status"] == "sent"
    assert (await post(site, dispatch, said))[0] == 200


async def test_an_answer_to_one_offer_is_none_to_another(site: Site) -> None:
    one, other = await offered(site), await offered(site)
    assert (await post(site, other, says(one, "done")))[0] == 422
    assert (await shown(site, other))["status"] == "sent"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"protocol": 2}, "protocol"),
        ({"status": "cancelled"}, "status"),
        ({"cause": "no idea"}, "cause"),
        ({"words": "x" * 301}, "words"),
        ({"words": "a\u0000b"}, "words"),
        ({"answer": "x"}, "answer"),
        ({"more": 1}, "more"),
    ],
)
async def test_what_cannot_be_read_is_refused_by_its_field(
    site: Site, change: dict[str, Any], field: str
) -> None:
    dispatch = await offered(site)
    code, told = await post(site, dispatch, {**says(dispatch, "declined"), **change})
    assert (code, told["fields"][0]["field"]) == (400, field)
    assert (await shown(site, dispatch))["status"] == "sent"


async def test_no_json_and_too_much_of_it_are_refused(site: Site) -> None:
    dispatch = await offered(site)
    assert (await post(site, dispatch, b"{"))[0] == 400
    assert (await post(site, dispatch, b" " * 5000))[0] == 413
    assert (await post(site, dispatch, b"{}", Content_Type="text/plain"))[0] == 415


async def test_whoever_signs_wrongly_again_and_again_has_to_wait(site: Site) -> None:
    dispatch = await offered(site)
    codes = [(await post(site, dispatch, b"{}", secret="x"))[0] for _ in range(12)]
    assert (codes[0], codes[-1]) == (401, 429)


async def test_a_stand_down_is_acknowledged_and_what_is_over_cannot_be_refused(site: Site) -> None:
    dispatch = await offered(site)
    assert (await post(site, dispatch, says(dispatch, "acknowledged")))[0] == 200
    over = {"status": "cancelled", "reason": "a false alarm"}
    assert (await ask(site, "POST", f"/dispatches/{dispatch}/status", over))[0] == 200
    assert await live(site) == ["centre"]
    late = says(dispatch, "declined", cause="no_units")
    assert (await post(site, dispatch, late))[0] == 409
    assert (await post(site, dispatch, says(dispatch, "acknowledged")))[0] == 200
    assert await live(site) == []
    assert (await post(site, dispatch, late))[0] == 409


async def test_the_way_is_given_over_the_api_and_its_secret_is_not_shown(site: Site) -> None:
    status, made, headers = await ask(site, "POST", "/agencies", {"code": "kota_b", "name": "112 Kota B"})
    assert status == 201
    status, changed, _ = await ask(
        site, "PATCH", "/agencies/kota_b", {"ways": WAYS}, If_Match=headers.get("ETag", '"1"')
    )
    assert (status, made["code"], SECRET in json.dumps(changed)) == (200, "kota_b", False)
    _, shown_, _ = await ask(site, "GET", "/agencies/kota_b")
    assert [(way["kind"], way["has_secret"]) for way in shown_["ways"]] == [("centre", True), ("page", False)]


async def test_an_offer_answered_before_its_post_is_replied_to_is_acknowledged(site: Site) -> None:
    """The neighbour's answer and the worker's outcome are written in any order."""

    async def take(request: web.Request) -> web.Response:
        dispatch = str((await request.json())["dispatch"]["id"])
        replies.append((await post(site, dispatch, says(dispatch, "acknowledged")))[0])
        return web.json_response({"status": "received"})

    replies: list[int] = []
    app = web.Application()
    app.router.add_post("/offers", take)
    async with TestServer(app) as server:
        dispatch = await offered(site, url=str(server.make_url("/offers")), told=False)
        async with working(site.store):
            await until(lambda: shown(site, dispatch), lambda found: found["status"] == "acknowledged")
    assert replies == [200]
    assert await live(site) == []
