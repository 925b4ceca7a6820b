"""Operators, positions and roster over HTTP: made, changed on the version that was read, removed."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from ct112.core.ids import OperatorName, PositionName
from ct112.core.stays import Stay, StayKind, fact_of, stay_id
from ct112.store import Store, calls
from ct112.store.roles import Role
from tests.store.examples import ARRIVED
from tests.web import people
from tests.web.site import BEARER, Site

TABLES = ("idempotency_key", "audit", "operator")


async def ask(
    site: Site, method: str, path: str, body: Any = None, as_: dict[str, str] = BEARER, **headers: str
) -> tuple[int, Any, Any]:
    """Send a request; return status, answer, headers."""
    said = as_ | {name.replace("_", "-"): value for name, value in headers.items()}
    async with site.client.request(method, f"/api/v1{path}", json=body, headers=said) as answer:
        raw = await answer.read()
        return answer.status, await answer.json(content_type=None) if raw else None, answer.headers


async def test_an_operator_is_made_changed_on_what_was_read_and_removed(site: Site) -> None:
    status, made, headers = await ask(
        site, "POST", "/operators", {"name": "siti", "full_name": "Siti Aminah"}
    )
    assert (status, headers["Location"], headers["ETag"]) == (201, "/api/v1/operators/siti", '"1"')
    assert made == {
        "name": "siti",
        "full_name": "Siti Aminah",
        "active": True,
        "has_pin": False,
        "version": 1,
    }
    change = {"pin": "4711"}
    status, changed, headers = await ask(site, "PATCH", "/operators/siti", change, If_Match='"1"')
    assert (status, changed["has_pin"], changed["full_name"], headers["ETag"]) == (
        200,
        True,
        "Siti Aminah",
        '"2"',
    )
    assert (await ask(site, "PATCH", "/operators/siti", {"active": False}, If_Match='"1"'))[0] == 412
    assert (await ask(site, "PATCH", "/operators/siti", {"active": False}))[0] == 428
    _, changed, _ = await ask(site, "PATCH", "/operators/siti", {"pin": None}, If_Match='"2"')
    assert (changed["has_pin"], changed["active"]) == (False, True)
    assert (await ask(site, "DELETE", "/operators/siti", If_Match='"2"'))[0] == 412
    assert (await ask(site, "DELETE", "/operators/siti", If_Match='"3"'))[0] == 204
    status, told, _ = await ask(site, "GET", "/operators/siti")
    assert (status, told["type"]) == (404, "urn:ct112:problem:not-found")


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"name": "Siti"}, 400, "name"),
        ({"name": ""}, 400, "name"),
        ({"name": "a" * 32}, 400, "name"),
        ({"name": "siti", "full_name": "a\u0000b"}, 400, "full_name"),
        ({"name": "siti", "full_name": "a" * 121}, 400, "full_name"),
        ({"name": "siti", "pin": "12"}, 400, "pin"),
        ({"name": "siti", "pin": "1111"}, 422, "pin"),
        ({"name": "siti", "pin": "abcd"}, 422, "pin"),
        ({"name": "siti", "pin": 4711}, 400, "pin"),
    ],
)
async def test_a_bad_operator_names_the_field(
    site: Site, body: dict[str, Any], status: int, field: str
) -> None:
    found, told, _ = await ask(site, "POST", "/operators", body)
    assert (found, told["fields"][0]["field"]) == (status, field)
    assert "4711" not in str(told)


async def test_of_one_name_there_is_one(site: Site) -> None:
    answers = await asyncio.gather(*(ask(site, "POST", "/operators", {"name": "siti"}) for _ in range(4)))
    assert sorted(status for status, _, _ in answers) == [201, 409, 409, 409]
    _, listed, _ = await ask(site, "GET", "/operators")
    assert listed["total"] == 1


async def test_no_pin_and_no_password_lies_in_the_database_in_clear_or_guessable(
    site: Site, database_url: str
) -> None:
    for pin in ("4711", "4712"):  # the digest of a request does not tell a PIN, so it cannot tell two apart
        siti = {"name": "siti", "pin": pin}
        assert (await ask(site, "POST", "/operators", siti, Idempotency_Key="k"))[0] == 201
    connection = await asyncpg.connect(database_url)
    tables = [await connection.fetch(f"SELECT * FROM {table}") for table in TABLES]
    await connection.close()
    assert "4711" not in str(tables)


async def test_a_position_shows_its_password_once_and_to_admins_alone(site: Site) -> None:
    status, made, _ = await ask(site, "POST", "/positions", {"name": "pos-9"})
    assert status == 201
    assert len(made["sip_password"]) >= 20
    status, known, headers = await ask(site, "GET", "/positions/pos-9")
    assert (status, known, headers["ETag"]) == (200, {"name": "pos-9", "version": 1, "live": None}, '"1"')
    status, other, _ = await ask(site, "POST", "/positions/pos-9/sip-password", {}, If_Match='"1"')
    assert (status, other["version"]) == (200, 2)
    assert other["sip_password"] != made["sip_password"]
    for name in ("trunk", "fallback"):
        assert (await ask(site, "POST", "/positions", {"name": name}))[0] == 422
    bad = {"name": "pos-8", "sip_password": "has a space in it"}
    assert (await ask(site, "POST", "/positions", bad))[0] == 422
    await people.add(site.store, "the-boss", Role.SUPERVISOR)
    boss = await people.bearer(site.store, "the-boss")
    assert (await ask(site, "POST", "/positions", {"name": "pos-7"}, boss))[0] == 403
    assert (await ask(site, "DELETE", "/positions/pos-9", If_Match='"2"'))[0] == 204


async def test_who_sits_down_is_asked_of_the_floor_and_an_operator_asks_for_themselves(site: Site) -> None:
    async with site.store.transaction() as connection:
        from ct112.store import operators

        await operators.add(connection, "siti")
    await people.add(site.store, "siti-account", Role.OPERATOR, operator="siti")
    siti = await people.bearer(site.store, "siti-account")
    sit = {"operator": "siti", "ready": False, "reason": "break"}
    site.serve.answer = None
    status, _, _ = await ask(site, "PUT", "/positions/pos-1/operator", sit | {"operator": "operator-1"}, siti)
    assert status == 403
    status, _, _ = await ask(site, "PUT", "/positions/pos-1/operator", {"operator": "operator-1"})
    assert status == 202
    asked = site.serve.asked[-1]
    assert (asked["kind"], asked["position"], asked["operator"], asked["by"]) == (
        "sit", "pos-1", "operator-1", "api-token",
    )  # fmt: skip
    assert (await ask(site, "DELETE", "/positions/pos-1/operator", None, siti))[0] == 403
    assert (await ask(site, "DELETE", "/positions/pos-1/operator"))[0] == 202
    state = {"ready": False, "reason": "meal"}
    assert (await ask(site, "POST", "/operators/operator-1/state", state, siti))[0] == 403
    assert (await ask(site, "POST", "/operators/operator-1/state", state))[0] == 202
    assert site.serve.asked[-1]["reason"] == "meal"


async def test_pause_reasons_are_listed_in_both_languages(site: Site) -> None:
    status, body, _ = await ask(site, "GET", "/pause-reasons")
    assert status == 200
    assert body["reasons"][0] == {"code": "break", "indonesian": "Istirahat", "english": "Break"}


async def test_duties_are_planned_listed_and_cancelled(site: Site, store: Store) -> None:
    await ask(site, "POST", "/operators", {"name": "siti"})
    start = datetime(2026, 12, 1, 0, 0, tzinfo=UTC)
    duty = {
        "starts_at": start.isoformat(),
        "ends_at": (start + timedelta(hours=8)).isoformat(),
        "operator": "siti",
    }
    status, body, _ = await ask(site, "POST", "/roster", {"duties": [duty, duty]})
    assert (status, body) == (201, {"planned": 1})
    span = "/roster?since=2026-11-30T00:00:00Z&until=2026-12-02T00:00:00Z"
    _, body, _ = await ask(site, "GET", span)
    assert (body["total"], body["duties"][0]["operator"]) == (1, "siti")
    assert (await ask(site, "DELETE", f"/roster/{body['duties'][0]['id']}"))[0] == 204
    assert (await ask(site, "DELETE", f"/roster/{body['duties'][0]['id']}"))[0] == 404
    wrong = duty | {"ends_at": duty["starts_at"]}
    assert (await ask(site, "POST", "/roster", {"duties": [wrong]}))[0] == 422
    nobody = duty | {"operator": "nobody"}
    assert (await ask(site, "POST", "/roster", {"duties": [nobody]}))[0] == 404
    assert (await ask(site, "GET", "/roster"))[0] == 400
    long = "/roster?since=2026-01-01T00:00:00Z&until=2026-12-02T00:00:00Z"
    assert (await ask(site, "GET", long))[0] == 400


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("calls_per_hour=60&handle_seconds=180", 200),
        ("calls_per_hour=60&handle_seconds=180&patience_seconds=60&operators=3", 200),
        ("calls_per_hour=60&handle_seconds=5", 400),
        ("calls_per_hour=60", 400),
        ("calls_per_hour=1e9&handle_seconds=180", 400),
        ("calls_per_hour=nan&handle_seconds=180", 400),
        ("calls_per_hour=60&handle_seconds=180&target_share=1", 400),
        ("calls_per_hour=60&handle_seconds=180&patience_seconds=1e999", 400),
    ],
)
async def test_a_busy_hour_is_planned(site: Site, query: str, status: int) -> None:
    found, body, _ = await ask(site, "GET", f"/capacity?{query}")
    assert found == status, body
    if status == 200:
        assert body["operators_needed"] == 6
        assert body["lines_needed"] >= 6


async def test_who_sat_where_is_read_page_by_page(site: Site) -> None:
    told = []
    for number in range(1, 6):
        operator, position = OperatorName(f"op-{number}"), PositionName(f"pos-{number}")
        since = ARRIVED + number
        stay = Stay(
            id=stay_id(operator, position, since),
            operator=operator,
            position=position,
            since=since,
            ready=True,
        )
        told.append(fact_of(stay, StayKind.LOGGED_IN, since, "boss"))
    async with site.store.transaction() as connection:
        await calls.write(connection, [], told)
    status, body, _ = await ask(site, "GET", "/seating?limit=2")
    assert (status, body["total"]) == (200, 5)
    assert [stay["position"] for stay in body["stays"]] == ["pos-5", "pos-4"]
    _, body, _ = await ask(site, "GET", f"/seating?limit=4&after={body['next']}")
    assert ([stay["position"] for stay in body["stays"]], body["next"]) == (["pos-3", "pos-2", "pos-1"], None)
    _, body, _ = await ask(site, "GET", "/seating?operator=op-3&position=pos-3")
    assert [stay["operator"] for stay in body["stays"]] == ["op-3"]
    assert (await ask(site, "GET", "/seating?after=x"))[0] == 400
