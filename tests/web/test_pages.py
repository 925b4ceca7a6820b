"""Positions and call-backs over HTTP: lists with pages and totals, and taking a call-back."""

import pytest

from ct112.store.roles import Role
from tests.web.people import add, bearer
from tests.web.site import BEARER, Site, fill

JSON = BEARER | {"Content-Type": "application/json"}


async def test_positions_are_as_they_are_now_for_those_with_the_token(site: Site) -> None:
    assert (await site.get("/api/v1/positions"))[0] == 401
    status, body, _ = await site.get("/api/v1/positions", headers=BEARER)
    assert (status, body["total"], body["positions"][0]["state"]) == (200, 1, "on_call")
    assert body["positions"][0]["registered_at"] == ["a"]


async def test_call_backs_are_listed_with_how_many_cannot_be(site: Site) -> None:
    await fill(site.store, 6)
    assert (await site.get("/api/v1/callbacks"))[0] == 401
    status, body, _ = await site.get("/api/v1/callbacks", params={"limit": "2"}, headers=BEARER)
    assert status == 200
    assert (body["withheld"], body["total"], len(body["callbacks"])) == (0, 6, 2)
    assert {task["service_class"] for task in body["callbacks"]} == {"emergency"}
    rest = {"after": str(body["next"]), "limit": "4"}
    _, body, _ = await site.get("/api/v1/callbacks", params=rest, headers=BEARER)
    assert (len(body["callbacks"]), body["next"]) == (4, None)


@pytest.mark.parametrize(
    ("query", "status"),
    [({"after": "404"}, 400), ({"after": "x"}, 400), ({"after": "9" * 5000}, 400), ({"limit": "0"}, 400),
     ({"limit": "9" * 5000}, 400), ({"closed": "perhaps"}, 400), ({"colour": "red"}, 400)],
)  # fmt: skip
async def test_a_wrong_page_of_call_backs_is_told(site: Site, query: dict[str, str], status: int) -> None:
    found, body, _ = await site.get("/api/v1/callbacks", params=query, headers=BEARER)
    assert (found, body["status"]) == (status, status)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("1", {"operator": "operator-1"}, 202),
        ("1", {"operator": "operator-2"}, 409),
        ("1", {"operator": ""}, 400),
        ("1", {}, 400),
        ("1", {"operator": "operator-1", "colour": "red"}, 400),
        ("seven", {"operator": "operator-1"}, 404),
        ("9" * 40, {"operator": "operator-1"}, 404),
        ("9" * 5000, {"operator": "operator-1"}, 404),
        ("%D9%A3", {"operator": "operator-1"}, 404),
    ],
)
async def test_taking_a_call_back(site: Site, path: str, body: dict[str, str], status: int) -> None:
    url = f"/api/v1/callbacks/{path}/take"
    async with site.client.post(url, json=body) as answer:
        assert answer.status == 401
    async with site.client.post(url, json=body, headers=BEARER) as answer:
        assert answer.status == status
        told = await answer.json(content_type=None)
    assert told["ask"] if status == 202 else told["detail"]


@pytest.mark.parametrize(
    ("role", "operator", "status"),
    [
        (Role.OPERATOR, "operator-1", 202),
        (Role.OPERATOR, "operator-2", 403),
        (Role.SUPERVISOR, "operator-1", 202),
    ],
)
async def test_an_operator_has_their_own_phone_rung_alone(
    site: Site, role: Role, operator: str, status: int
) -> None:
    await add(site.store, "siti", role, operator="operator-1" if role is Role.OPERATOR else None)
    headers = await bearer(site.store, "siti")
    url = "/api/v1/callbacks/1/take"
    async with site.client.post(url, json={"operator": operator}, headers=headers) as answer:
        assert answer.status == status
    assert len(site.serve.asked) == (status == 202)


async def test_the_result_of_a_call_back_is_noted_once(site: Site) -> None:
    await fill(site.store, 1)
    for status, key in ((200, "a"), (200, "a"), (409, "b")):
        async with site.client.post(
            "/api/v1/callbacks/1/result",
            json={"result": "reached"},
            headers=BEARER | {"Idempotency-Key": key},
        ) as answer:
            assert answer.status == status
            told = await answer.json(content_type=None)
    assert "closed" in told["detail"]
    _, body, _ = await site.get("/api/v1/callbacks", params={"closed": "true"}, headers=BEARER)
    assert [(task["state"], task["result"]) for task in body["callbacks"]] == [("closed", "reached")]


async def test_a_body_that_is_no_json_is_told_so(site: Site) -> None:
    async with site.client.post("/api/v1/callbacks/1/take", data=b"{", headers=JSON) as answer:
        assert answer.status == 400
