"""Incidents over HTTP: opened once, changed on what was read, joined, merged, closed, opened again."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from ct112.incidents.locations import Location, Source
from ct112.incidents.places import Area
from ct112.store import Store, locations, places
from tests.web.site import BEARER, CALL, Site, fill
from tests.web.test_people import ask

FIRE: dict[str, Any] = {
    "category": "kebakaran",
    "place": {"kelurahan": "33.75.01.1003", "landmark": "Pasar", "latitude": -6.89, "longitude": 109.67},
    "description": "a shop\nnext to the mosque",
    "people_in_danger": 2,
}


async def opened(site: Site, **more: Any) -> dict[str, Any]:
    """Open an incident and return it."""
    status, made, _ = await ask(site, "POST", "/incidents", FIRE | more)
    assert status == 201, made
    return dict(made)


async def test_a_call_becomes_an_incident_with_its_number_its_proposal_and_its_caller(
    site: Site, store: Store
) -> None:
    await fill(store, 1)
    status, made, headers = await ask(site, "POST", "/incidents", FIRE | {"call_id": CALL})
    assert (status, headers["Location"], headers["ETag"]) == (201, f"/api/v1/incidents/{made['id']}", '"1"')
    assert made["status"] == "open"
    assert made["number"].endswith("-1")
    assert (made["priority"], made["service_class"], made["calls"]) == (1, "emergency", [CALL])
    assert made["caller_number"].endswith("812000001")
    assert made["proposed"][0] == "damkar"
    assert made["why"]
    status, read, _ = await ask(site, "GET", f"/incidents/{made['id']}")
    assert read == {name: value for name, value in made.items() if name not in ("proposed", "why", "like")}
    _, listed, _ = await ask(site, "GET", f"/incidents?call={CALL}&live=true&category=kebakaran")
    assert (listed["incidents"], listed["total"], listed["next"]) == ([read], 1, None)


async def test_who_asked_to_stay_unknown_is_not_looked_up(site: Site, store: Store) -> None:
    await fill(store, 1)
    made = await opened(site, call_id=CALL, caller_withheld=True)
    assert made["caller_number"] is None


async def test_the_same_put_ten_times_at_once_is_one_incident(site: Site) -> None:
    path = f"/incidents/{uuid4()}"
    answers = await asyncio.gather(*(ask(site, "PUT", path, FIRE, If_None_Match="*") for _ in range(10)))
    assert sorted(status for status, _, _ in answers) == [200] * 9 + [201]
    assert len({made["number"] for _, made, _ in answers}) == 1
    _, listed, _ = await ask(site, "GET", "/incidents")
    assert listed["total"] == 1
    status, told, _ = await ask(site, "PUT", path, FIRE | {"people_in_danger": 3})
    assert (status, told["type"]) == (412, "urn:ct112:problem:stale")


async def test_a_change_needs_the_version_that_was_read_and_stands_in_the_trail(site: Site) -> None:
    made = await opened(site)
    path = f"/incidents/{made['id']}"
    change = {"people_in_danger": None, "place": {"text": "behind the school"}}
    assert (await ask(site, "PATCH", path, change))[0] == 428
    status, changed, headers = await ask(site, "PATCH", path, change, If_Match='"1"')
    assert (status, headers["ETag"], changed["people_in_danger"]) == (200, '"2"', None)
    assert changed["place"]["text"] == "behind the school"
    assert changed["place"]["latitude"] is None
    assert (await ask(site, "PATCH", path, change, If_Match='"1"'))[0] == 412
    _, told, _ = await ask(site, "GET", f"{path}/timeline")
    assert [line["kind"] for line in told["timeline"]] == ["opened", "changed"]
    assert told["timeline"][1]["data"]["people_in_danger"] == [2, None]


async def test_the_second_call_of_the_same_fire_is_named_and_merged(site: Site) -> None:
    first = await opened(site)
    second = await opened(site, place={"latitude": -6.8903, "longitude": 109.67})
    assert [like["id"] for like in second["like"]] == [first["id"]]
    path = f"/incidents/{second['id']}"
    status, into, _ = await ask(site, "POST", f"{path}/merge", {"into": first["id"]}, If_Match='"1"')
    assert (status, into["id"]) == (200, first["id"])
    _, gone, _ = await ask(site, "GET", path)
    assert (gone["status"], gone["merged_into"]) == ("merged", first["id"])
    status, told, _ = await ask(site, "PATCH", path, {"priority": 2}, If_Match='"2"')
    assert (status, "use that one" in told["detail"]) == (409, True)


async def test_closed_and_opened_again_with_a_reason(site: Site) -> None:
    made = await opened(site)
    path = f"/incidents/{made['id']}"
    assert (await ask(site, "POST", f"{path}/close", {"reason": "   "}))[0] == 400
    status, closed, _ = await ask(site, "POST", f"{path}/close", {"reason": "put out"}, If_Match='"1"')
    assert (status, closed["status"], closed["close_reason"]) == (200, "closed", "put out")
    status, told, _ = await ask(site, "POST", f"{path}/close", {"reason": "again"})
    assert (status, "reopen" in told["detail"]) == (409, True)
    assert (await ask(site, "POST", f"{path}/calls", {"call_id": str(uuid4())}))[0] == 200
    status, again, _ = await ask(site, "POST", f"{path}/reopen", {"reason": "flames"})
    assert (status, again["status"], again["closed_at"]) == (200, "open", None)


@pytest.mark.parametrize(
    ("wrong", "status", "field"),
    [
        ({"category": "unicorn"}, 422, "category"),
        ({"category": "Kebakaran'; --"}, 400, "category"),
        ({"place": {"latitude": 1.0}}, 400, "place"),
        ({"place": {"latitude": 91, "longitude": 0}}, 400, "place.latitude"),
        ({"description": "a\0b"}, 400, "description"),
        ({"description": "x" * 4001}, 400, "description"),
        ({"people_in_danger": -1}, 400, "people_in_danger"),
        ({"people_in_danger": 10**30}, 400, "people_in_danger"),
        ({"priority": 0}, 400, "priority"),
        ({"caller_number": "<script>"}, 400, "caller_number"),
        ({"call_id": "no uuid"}, 400, "call_id"),
        ({"status": "closed"}, 400, "status"),
    ],
)
async def test_bad_input_names_the_field(site: Site, wrong: Any, status: int, field: str) -> None:
    found, told, _ = await ask(site, "POST", "/incidents", FIRE | wrong)
    assert (found, [each["field"] for each in told["fields"]]) == (status, [field])
    assert (await ask(site, "GET", "/incidents"))[1]["total"] == 0


async def test_a_category_is_changed_and_retired_and_nobody_opens_one_of_it(site: Site) -> None:
    _, listed, _ = await ask(site, "GET", "/categories")
    assert (listed["total"], listed["categories"][0]["service_class"]) == (18, "emergency")
    path = "/categories/sarang_tawon"
    sentence = {"indonesian": "Seberapa besar sarangnya", "english": "How large is the nest"}
    status, changed, headers = await ask(site, "PATCH", path, {"questions": [sentence]}, If_Match='"1"')
    assert (status, changed["questions"], headers["ETag"]) == (200, [sentence], '"2"')
    assert (await ask(site, "PATCH", path, {"retired": True}, If_Match='"1"'))[0] == 412
    assert (await ask(site, "PATCH", path, {"retired": True}, If_Match='"2"'))[0] == 200
    status, told, _ = await ask(site, "POST", "/incidents", {"category": "sarang_tawon"})
    assert (status, told["fields"][0]["message"]) == (422, "is retired")
    _, listed, _ = await ask(site, "GET", "/categories?retired=true")
    assert listed["total"] == 18
    new = {
        "code": "gempa",
        "name": "Gempa",
        "name_en": "Earthquake",
        "service_class": "emergency",
        "priority": 1,
    }
    assert (await ask(site, "POST", "/categories", new))[0] == 201
    assert (await ask(site, "POST", "/categories", new))[0] == 409
    assert (await ask(site, "GET", "/categories/nonsense"))[0] == 404


async def test_with_postgresql_away_the_form_is_kept_by_who_sent_it(site: Site, database_url: str) -> None:
    """503 says so; the same under the same id later is the one incident."""
    path = f"/incidents/{uuid4()}"
    connection = await asyncpg.connect(database_url)
    async with connection.transaction():
        await connection.execute("LOCK TABLE incident IN ACCESS EXCLUSIVE MODE")
        sending = asyncio.create_task(ask(site, "PUT", path, FIRE))
        await asyncio.sleep(0.5)
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        status, told, _ = await sending
        assert (status, told["type"]) == (503, "urn:ct112:problem:away")
    await connection.close()
    assert (await ask(site, "PUT", path, FIRE))[0] == 201
    assert (await ask(site, "PUT", path, FIRE, as_=BEARER))[0] == 200


async def test_an_incident_for_other_programs(site: Site) -> None:
    made = await opened(site)
    for form, kind in (
        ("cap", "application/cap+xml"),
        ("eido", "application/eido+json"),
        ("geojson", "application/geo+json"),
    ):
        status, body, answer = await site.get(f"/api/v1/incidents/{made['id']}.{form}", headers=BEARER)
        assert (status, answer.content_type) == (200, kind)
        assert made["number"] in str(body)
        assert (await site.get(f"/api/v1/incidents/{CALL}.{form}", headers=BEARER))[0] == 404
        assert (await site.get(f"/api/v1/incidents/none.{form}", headers=BEARER))[0] in (400, 404)


async def test_where_the_map_says_it_is_and_what_that_is_called(site: Site, store: Store) -> None:
    square = [[109.66, -6.90], [109.68, -6.90], [109.68, -6.88], [109.66, -6.88], [109.66, -6.90]]
    outline = {"type": "Polygon", "coordinates": [square]}
    async with store.transaction() as connection:
        area = Area(code="33.75.01.1003", name="Podosugih")
        await places.take_areas(connection, [(area, outline)], by="test", digest="d")
    point = {"latitude": -6.89, "longitude": 109.67}
    made = await opened(site, place=point)
    assert (made["place"]["kelurahan"], made["place"]["kelurahan_name"]) == ("33.75.01.1003", "Podosugih")
    path = f"/incidents/{made['id']}"
    for where, code in (({"latitude": 1, "longitude": 1}, None), (point, "33.75.01.1003"), ({}, None)):
        _, now, _ = await ask(site, "GET", path)
        version = f'"{now["version"]}"'
        status, changed, _ = await ask(site, "PATCH", path, {"place": where}, If_Match=version)
        assert (status, changed["place"]["kelurahan"]) == (200, code)
    other = await opened(site, place=point | {"kelurahan": "33.75.02.1001"})
    assert (other["place"]["kelurahan"], other["place"]["kelurahan_name"]) == ("33.75.02.1001", None)


async def test_the_timeline_has_the_calls_in_their_place(site: Site, store: Store) -> None:
    await fill(store, 1)
    made = await opened(site, call_id=CALL)
    late = str(uuid4())  # its record is still on its way
    assert (await ask(site, "POST", f"/incidents/{made['id']}/calls", {"call_id": late}))[0] == 200
    _, told, _ = await ask(site, "GET", f"/incidents/{made['id']}/timeline")
    lines = [(line["kind"], line["by"], line["seq"]) for line in told["timeline"]]
    assert lines[:2] == [("call_arrived", "caller", None), ("call_ended", "caller", None)]
    assert [kind for kind, _, _ in lines[2:]] == ["opened", "call_joined"]
    assert told["timeline"][1]["data"] == {"call": CALL, "outcome": "abandoned"}


@pytest.mark.parametrize(
    ("metres", "place", "latitude"),
    [
        (30.0, {}, -6.89),
        (2000.0, {}, None),
        (30.0, {"text": "Jalan Melati"}, None),
        (30.0, {"latitude": -6.5, "longitude": 109.5}, -6.5),
    ],
    ids=["nothing was said", "a cell of kilometres", "words were said", "a point was said"],
)
async def test_where_the_call_came_from_is_the_place_when_nobody_says(
    site: Site, store: Store, metres: float, place: dict[str, Any], latitude: float | None
) -> None:
    await fill(store, 1)
    at = datetime.now(UTC)
    here = Location(source=Source.LINK, at=at, latitude=-6.89, longitude=109.67, uncertainty_m=metres)
    async with store.transaction() as connection:
        await locations.add_by_hand(connection, here, call=UUID(CALL))
    made = await opened(site, call_id=CALL, place=place)
    assert made["place"]["latitude"] == latitude
