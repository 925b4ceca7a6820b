"""What a neighbouring centre may send, and what is refused of it: over HTTP, on PostgreSQL."""

import json
import time
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from ct112.incidents.signature import signed
from ct112.store.dispatches_watching import late
from ct112.worker.tidying import tidy
from tests.web.site import BEARER, Site

SECRET = "the-secret-of-both-centres"
NEIGHBOUR = {
    "code": "kota_kita",
    "name": "Kota kita",
    "url": "https://112.example.id",
    "secret": SECRET,
    "token": "an-account-we-are-there",
}
PATH = "/api/v1/neighbours/kota_kita/offers"


def told(**more: Any) -> dict[str, Any]:
    return {
        "delivery": str(uuid4()),
        "telling": "new",
        "dispatch": {"id": str(uuid4()), "version": 1, "agency": "kota_seberang", "status": "sent"},
        "incident": {
            "number": "261126-7",
            "version": 1,
            "category": "kebakaran",
            "category_name": "Kebakaran",
            "service_class": "emergency",
            "priority": 1,
            "opened_at": "2026-11-26T01:02:03Z",
            "place": {"text": "Jalan Perbatasan 7"},
        },
        **more,
    }


async def send(site: Site, sent: Any, *, path: str = PATH, off: float = 0, secret: str = SECRET) -> Any:
    body = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
    timestamp = str(int(time.time() + off))
    key = sent.get("delivery", "") if isinstance(sent, dict) else ""
    headers = {
        "Content-Type": "application/json",
        "Idempotency-Key": key,
        "Ct112-Timestamp": timestamp,
        "Ct112-Signature": signed(secret, timestamp, body),
    }
    async with site.client.post(path, data=body, headers=headers) as answer:
        return answer.status, await answer.json()


async def offers(site: Site) -> list[dict[str, Any]]:
    async with site.client.get("/api/v1/neighbour-offers", headers=BEARER) as answer:
        assert answer.status == 200
        return list((await answer.json())["offers"])


@pytest.fixture
async def known(site: Site) -> Site:
    """Give a site that knows one neighbour."""
    async with site.client.post("/api/v1/neighbours", json=NEIGHBOUR, headers=BEARER) as answer:
        assert answer.status == 201
        assert SECRET not in await answer.text()
    return site


async def test_what_is_sent_again_is_one_offer_with_the_newest_of_it(known: Site) -> None:
    first = told()
    assert await send(known, first) == (200, {"status": "offered"})
    newer = json.loads(json.dumps(first))
    newer["incident"] |= {"version": 3, "people_in_danger": 4}
    assert (await send(known, newer))[0] == 200
    assert (await send(known, first))[0] == 200, "what is late says nothing"
    (offer,) = await offers(known)
    assert (offer["number"], offer["incident"]["people_in_danger"]) == ("261126-7", 4)


@pytest.mark.parametrize(
    ("wrong", "what_to_do"),
    [
        ({"secret": "another-secret-of-theirs"}, "sign with the secret"),
        ({"off": -3600.0}, "set your clock"),
        ({"off": 3600.0}, "set your clock"),
        ({"path": "/api/v1/neighbours/nobody/offers"}, "sign with the secret"),
    ],
)
async def test_who_does_not_sign_as_a_neighbour_is_told_how_and_leaves_nothing(
    known: Site, wrong: dict[str, Any], what_to_do: str
) -> None:
    status, problem = await send(known, told(), **wrong)
    assert (status, problem["title"]) == (401, "sign in")
    assert what_to_do in problem["detail"]
    assert await offers(known) == []


async def test_keys_are_forgotten_when_nothing_can_come_under_them_any_more(known: Site) -> None:
    await send(known, told())
    await send(known, old := told())
    async with known.store.transaction() as connection:
        age = "UPDATE neighbour_key SET received_at = now() - interval '91 days' WHERE key = :key"
        await connection.execute(text(age), {"key": old["delivery"]})
    await tidy(known.store)
    async with known.store.transaction() as connection:
        keys = (await connection.execute(text("SELECT key::text FROM neighbour_key"))).scalars().all()
    assert len(keys) == 1
    assert old["delivery"] not in keys


async def test_who_forges_again_and_again_has_to_wait(known: Site) -> None:
    seen = {(await send(known, told(), secret="another-secret-of-theirs"))[0] for _ in range(40)}
    assert seen == {401, 429}


async def test_one_that_is_set_inactive_offers_nothing_any_more(known: Site) -> None:
    headers = {**BEARER, "If-Match": '"1"'}
    changed = known.client.patch("/api/v1/neighbours/kota_kita", json={"active": False}, headers=headers)
    async with changed as answer:
        assert answer.status == 200
    assert (await send(known, told()))[0] == 401


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"[]",
        b"{" * 5000,
        b'{"delivery": 1}',
        told(delivery="7"),
        told(telling="ask"),
        told(dispatch={"id": str(uuid4()), "version": 2**63}),
        told(came_by=[str(uuid4())] * 21),
        told(incident=told()["incident"] | {"description": "a\0b"}),
        told(incident=told()["incident"] | {"place": {"latitude": 1e400}}),
        told(incident=told()["incident"] | {"place": {"latitude": 6.9}}),
        told(incident=told()["incident"] | {"place": {"latitude": 91.0, "longitude": 0}}),
    ],
    ids=range(12),
)
async def test_what_is_no_offer_is_refused_with_the_fields(known: Site, bad: Any) -> None:
    status, problem = await send(known, bad)
    assert status == 400
    assert "docs/neighbours.md" in problem["detail"]
    assert await offers(known) == []


async def test_a_body_too_large_is_refused(known: Site) -> None:
    assert (await send(known, b'"' + b"a" * 70_000 + b'"'))[0] == 413


async def test_an_offer_is_answered_once(known: Site) -> None:
    await send(known, told())
    (offer,) = await offers(known)
    path = f"/api/v1/neighbour-offers/{offer['id']}"
    async with known.client.post(f"{path}/refuse", json={"cause": "no_means"}, headers=BEARER) as answer:
        assert (await answer.json())["status"] == "refused"
    async with known.client.post(f"{path}/accept", json={}, headers=BEARER) as answer:
        assert answer.status == 409
    async with known.client.post(f"{path}/refuse", json={"cause": "bored"}, headers=BEARER) as answer:
        assert answer.status == 400


async def test_a_category_that_is_none_of_ours_is_asked_for(known: Site) -> None:
    sent = told()
    sent["incident"]["category"] = "gunung_meletus"
    await send(known, sent)
    (offer,) = await offers(known)
    path = f"/api/v1/neighbour-offers/{offer['id']}/accept"
    async with known.client.post(path, json={}, headers=BEARER) as answer:
        assert answer.status == 422
        assert "category" in (await answer.json())["detail"]
    async with known.client.post(path, json={"category": "kebakaran"}, headers=BEARER) as answer:
        assert (await answer.json())["status"] == "accepted"


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "http://127.0.0.1/"},
        {"url": "ftp://a.example"},
        {"secret": "kurz"},
        {"secret": "with a space in it"},
    ],
)
async def test_a_neighbour_that_could_not_be_answered_is_not_registered(
    site: Site, wrong: dict[str, Any]
) -> None:
    async with site.client.post("/api/v1/neighbours", json=NEIGHBOUR | wrong, headers=BEARER) as answer:
        assert answer.status in (400, 422)
        assert wrong.get("secret", "?") not in await answer.text()


async def test_one_that_waits_for_an_answer_is_late_until_it_has_one(known: Site) -> None:
    await send(known, told())
    assert await unanswered(known) == 0
    async with known.store.transaction() as connection:
        await connection.execute(text("UPDATE neighbour_offer SET received_at = now() - interval '61 s'"))
    assert await unanswered(known) == 1
    (offer,) = await offers(known)
    path = f"/api/v1/neighbour-offers/{offer['id']}/refuse"
    async with known.client.post(path, json={"cause": "no_means"}, headers=BEARER) as answer:
        assert answer.status == 200
    assert await unanswered(known) == 0


async def unanswered(site: Site) -> int:
    async with site.store.transaction() as connection:
        return (await late(connection)).not_answered
