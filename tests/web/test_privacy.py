"""Personal data over HTTP: found, held, asked to be erased, and who saw what; by admins alone."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from ct112.store import audit
from ct112.store.privacy import SHOWN
from ct112.store.roles import Role
from ct112.web.table import TABLE
from tests.web import people
from tests.web.site import CALL, Site, fill
from tests.web.test_dispatches import sent
from tests.web.test_people import ask

NUMBER = "0812000001"


async def test_a_person_is_found_and_the_search_is_in_the_audit(site: Site) -> None:
    await fill(site.store)
    await ask(site, "GET", f"/calls/{CALL}")
    status, found, _ = await ask(site, "GET", f"/privacy/subject?number={NUMBER}")
    assert status == 200
    assert {row["table"] for row in found["found"]} == {"call_record", "callback_task"}
    assert [(row["action"], row["times"]) for row in found["seen"]] == [("call.read", 1)]
    async with site.store.transaction() as connection:
        row = (await audit.page(connection)).items[0]
    assert row.action == "privacy.find"
    assert row.personal is not None
    assert row.personal["number"] == NUMBER


@pytest.mark.parametrize("number", ["%25", "_", "0812%25", "", "*", "%00", "0812';--", "0" * 65])
async def test_a_pattern_is_refused(site: Site, number: str) -> None:
    status, _, _ = await ask(site, "GET", f"/privacy/subject?number={number}")
    assert status == 400


async def test_a_hold_is_placed_listed_and_released_once(site: Site) -> None:
    status, placed, _ = await ask(site, "POST", "/holds", {"call_id": CALL, "reason": "court"})
    assert (status, placed["placed_by"]) == (201, "api-token")
    assert (await ask(site, "GET", "/holds"))[1]["holds"] == [placed]
    path = f"/holds/{placed['id']}/release"
    assert (await ask(site, "POST", path, {"reason": "over"}))[0] == 200
    assert (await ask(site, "POST", path, {"reason": "over"}))[0] == 409
    assert (await ask(site, "GET", "/holds"))[1]["total"] == 0
    assert (await ask(site, "GET", "/holds?released=true"))[1]["total"] == 1
    assert (await ask(site, "POST", f"/holds/{CALL}/release", {"reason": "over"}))[0] == 404


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/holds", {"reason": "x"}),
        ("/holds", {"reason": "x", "call_id": CALL, "incident_id": CALL}),
        ("/erasures", {"reason": "x"}),
        ("/erasures", {"reason": "x", "call_id": CALL, "number": NUMBER}),
    ],
)
async def test_one_thing_is_named(site: Site, path: str, body: dict[str, Any]) -> None:
    status, told, _ = await ask(site, "POST", path, body)
    assert status == 422
    assert "one of them" in told["detail"]


async def test_an_erasure_is_asked_for_and_its_number_is_not_shown(site: Site) -> None:
    status, asked, _ = await ask(site, "POST", "/erasures", {"number": NUMBER, "reason": "letter"})
    assert (status, asked["done_at"], asked["rows"]) == (202, None, 0)
    assert NUMBER not in str(asked)
    assert (await ask(site, "GET", f"/erasures/{asked['id']}"))[1] == asked
    assert (await ask(site, "GET", "/erasures"))[1]["erasures"] == [asked]
    assert (await ask(site, "GET", f"/erasures/{CALL}"))[0] == 404


async def test_who_saw_what_in_a_span(site: Site) -> None:
    await fill(site.store)
    await ask(site, "GET", f"/calls/{CALL}")
    await ask(site, "GET", "/calls")
    span = "since=2001-01-01T00:00:00Z&until=9000-01-01T00:00:00Z"
    status, found, _ = await ask(site, "GET", f"/privacy/breach?{span}")
    assert (status, found["calls"], found["lists"], found["numbers"]) == (200, [CALL], 1, 1)
    assert found["sealed"] is False
    back = "since=9000-01-01T00:00:00Z&until=2001-01-01T00:00:00Z"
    assert (await ask(site, "GET", f"/privacy/breach?{back}"))[0] == 422


async def test_whoever_saw_an_incident_in_any_way_is_in_the_report(site: Site) -> None:
    incident, dispatches = await sent(site, "damkar", caller_number=NUMBER)
    begun = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    paths = (
        *(f"/incidents/{incident['id']}{what}" for what in ("/timeline", "/locations", "/like", ".geojson")),
        *(f"/dispatches/{dispatches['damkar']}{what}" for what in ("", "/deliveries")),
    )
    for path in paths:
        since = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        assert (await ask(site, "GET", path))[0] == 200
        span = f"since={since}&until=9000-01-01T00:00:00Z"
        _, found, _ = await ask(site, "GET", f"/privacy/breach?{span}")
        assert (found["incidents"], found["numbers"]) == ([incident["id"]], 1), path
    _, found, _ = await ask(site, "GET", f"/privacy/breach?since={begun}&until=9000-01-01T00:00:00Z")
    assert sum(row["times"] for row in found["seen"] if row["object_kind"] != "privacy") == len(paths)
    _, found, _ = await ask(site, "GET", f"/privacy/subject?number={NUMBER}")
    assert {"dispatch.read", "dispatch.deliveries"} <= {row["action"] for row in found["seen"]}


def test_whatever_is_read_of_people_is_in_the_report() -> None:
    """A route that answers a question and is in the audit is one that shows somebody."""
    read = {route.audit for route in TABLE if route.method == "GET" and route.audit is not None}
    known = [re.compile(pattern.replace(".", r"\.").replace("%", ".*")) for pattern in SHOWN]
    assert {action for action in read if not any(one.fullmatch(action) for one in known)} == set()


async def test_the_classes_and_where_they_are(site: Site) -> None:
    _, found, _ = await ask(site, "GET", "/privacy/classes")
    (caller,) = [one for one in found["classes"] if one["name"] == "caller"]
    assert "call_record.ani" in caller["where"]


async def test_a_supervisor_may_not(site: Site) -> None:
    await people.add(site.store, "the-boss", Role.SUPERVISOR)
    boss = await people.bearer(site.store, "the-boss")
    assert (await ask(site, "GET", f"/privacy/subject?number={NUMBER}", as_=boss))[0] == 403
