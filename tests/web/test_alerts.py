"""Alerts over HTTP: raised by machines, merged, looked at with the nearest cameras, made incidents."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from ct112.incidents.alerts import NEW_AN_HOUR
from ct112.store.roles import Role
from tests.web import people
from tests.web.site import CALL, Site
from tests.web.test_people import ask

HERE: dict[str, Any] = {"latitude": -6.8886, "longitude": 109.6753}
SMOKE: dict[str, Any] = {"kind": "smoke", **HERE, "evidence": {"value": 812.5, "unit": "ppm"}}
EARLIER = "UPDATE alert SET taken_at = now() - make_interval(mins => :minutes) WHERE status = 'taken'"
STREAM = "rtsp://cam.example:554/1"


async def sensor(site: Site, name: str = "sensor") -> Any:
    await people.add(site.store, name, Role.INTEGRATION)
    return await people.bearer(site.store, name)


async def camera(site: Site, code: str, north: float, **more: Any) -> None:
    place = {"latitude": HERE["latitude"] + north, "longitude": HERE["longitude"]}
    body = {"code": code, "name": code, "stream": STREAM} | place | more
    assert (await ask(site, "POST", "/cameras", body))[0] == 201


async def test_repeated_alerts_are_one_task_with_the_nearest_cameras(site: Site) -> None:
    by = await sensor(site)
    for code, north in (("far", 0.1), ("near", 0.001), ("nearer", 0.0005), ("off", 0.0001)):
        await camera(site, code, north)
    assert (await ask(site, "PATCH", "/cameras/off", {"active": False}, If_Match='"1"'))[0] == 200
    status, first, _ = await ask(site, "POST", "/alerts", SMOKE, by)
    assert (status, first["times"], first["status"]) == (201, 1, "open")
    again = SMOKE | {"latitude": HERE["latitude"] + 0.0009, "evidence": {"value": 900}}
    status, second, _ = await ask(site, "POST", "/alerts", again, by)
    assert (status, second["id"], second["times"]) == (200, first["id"], 2)
    for other in ({"latitude": HERE["latitude"] + 0.01}, {"kind": "water_level"}):
        assert (await ask(site, "POST", "/alerts", SMOKE | other, by))[0] == 201
    _, read, _ = await ask(site, "GET", f"/alerts/{first['id']}")
    assert [each["camera"]["code"] for each in read["cameras"]] == ["nearer", "near"]
    assert read["cameras"][0]["metres"] == pytest.approx(55.6, abs=0.2)
    assert [said["said"]["value"] for said in read["evidence"]] == [812.5, 900]
    assert (await ask(site, "GET", "/alerts?live=true"))[1]["total"] == 3


async def test_what_was_taken_and_forgotten_is_a_task_again_when_it_comes_again(site: Site) -> None:
    by = await sensor(site)
    _, made, _ = await ask(site, "POST", "/alerts", SMOKE, by)
    await ask(site, "POST", f"/alerts/{made['id']}/take", {})
    for minutes, status in ((9, "taken"), (11, "open"), (11, "open")):
        async with site.store.transaction() as connection:
            await connection.execute(text(EARLIER), {"minutes": minutes})
        assert (await ask(site, "POST", "/alerts", SMOKE, by))[1]["status"] == status
    assert (await ask(site, "GET", f"/alerts/{made['id']}"))[1]["taken_by"] is None


async def test_alerts_at_once_of_one_fire_are_one(site: Site) -> None:
    by = await sensor(site)
    answers = await asyncio.gather(*(ask(site, "POST", "/alerts", SMOKE, by) for _ in range(8)))
    assert sorted(status for status, _, _ in answers) == [200] * 7 + [201]
    assert len({told["id"] for _, told, _ in answers}) == 1
    assert max(told["times"] for _, told, _ in answers) == 8


async def test_an_alert_becomes_an_incident_once(site: Site) -> None:
    _, made, _ = await ask(site, "POST", "/alerts", SMOKE, await sensor(site))
    assert (await ask(site, "POST", f"/alerts/{made['id']}/take", {}))[1]["status"] == "taken"
    path = f"/alerts/{made['id']}/incident"
    assert (await ask(site, "POST", path, {}))[0] == 422
    assert (await ask(site, "POST", path, {"category": "unicorn"}))[0] == 422
    status, told, _ = await ask(site, "POST", path, {"category": "kebakaran"})
    assert (status, told["status"]) == (200, "incident")
    _, incident, _ = await ask(site, "GET", f"/incidents/{told['incident_id']}")
    assert (incident["category"], incident["place"]["latitude"]) == ("kebakaran", HERE["latitude"])
    for verb, body in (("take", {}), ("dismiss", {"reason": "x"}), ("incident", {"category": "kebakaran"})):
        assert (await ask(site, "POST", f"/alerts/{made['id']}/{verb}", body))[0] == 409
    assert (await ask(site, "GET", "/incidents"))[1]["total"] == 1


async def test_an_alert_belongs_to_an_incident_that_is_there_or_is_dismissed(site: Site) -> None:
    by = await sensor(site)
    _, incident, _ = await ask(site, "POST", "/incidents", {"category": "kebakaran"})
    _, made, _ = await ask(site, "POST", "/alerts", SMOKE, by)
    path = f"/alerts/{made['id']}/incident"
    assert (await ask(site, "POST", path, {"incident_id": CALL}))[0] == 404
    assert (await ask(site, "POST", path, {"incident_id": incident["id"]}))[1]["incident_id"] == incident[
        "id"
    ]
    status, later, _ = await ask(site, "POST", "/alerts", SMOKE, by)
    assert (status, later["id"] != made["id"]) == (201, True), "what is over is not raised again unseen"
    _, told, _ = await ask(site, "POST", f"/alerts/{later['id']}/dismiss", {"reason": "a barbecue"})
    assert (told["status"], told["close_reason"]) == ("dismissed", "a barbecue")


async def test_a_source_that_floods_is_told_to_wait_and_what_repeats_still_merges(site: Site) -> None:
    by = await sensor(site)
    async with site.store.transaction() as connection:
        await connection.execute(
            text(
                "INSERT INTO alert (id, status, kind, source, latitude, longitude)"
                " SELECT gen_random_uuid(), 'open', 'smoke', 'sensor', -7 + n * 0.01, 109"
                " FROM generate_series(1, :most) AS n"
            ),
            {"most": NEW_AN_HOUR},
        )
    assert (await ask(site, "POST", "/alerts", SMOKE, by))[0] == 429
    known = SMOKE | {"latitude": -6.99, "longitude": 109}
    assert (await ask(site, "POST", "/alerts", known, by))[0] == 200
    other = await sensor(site, "another")
    assert (await ask(site, "POST", "/alerts", SMOKE, other))[0] == 201


@pytest.mark.parametrize(
    "wrong",
    [
        {"latitude": 91},
        {"longitude": None},
        {"kind": "Smoke!"},
        {"evidence": {"picture": "javascript:alert(1)"}},
        {"evidence": {"picture": "https://user:secret@cam.example/"}},
        {"evidence": {"anything": 1}},
        {"place_text": "two\nlines"},
        {"status": "incident"},
    ],
)
async def test_bad_input_is_refused(site: Site, wrong: dict[str, Any]) -> None:
    assert (await ask(site, "POST", "/alerts", SMOKE | wrong, await sensor(site)))[0] == 400


async def test_only_machines_raise_and_only_staff_look(site: Site) -> None:
    await people.add(site.store, "siti", Role.OPERATOR)
    siti = await people.bearer(site.store, "siti")
    assert (await ask(site, "POST", "/alerts", SMOKE, siti))[0] == 403
    assert (await ask(site, "GET", "/alerts", as_=await sensor(site)))[0] == 403


async def test_a_camera_is_changed_on_what_was_read(site: Site) -> None:
    await camera(site, "alun-alun", 0)
    place = {"code": "alun-alun", "name": "x", "stream": STREAM, **HERE}
    assert (await ask(site, "POST", "/cameras", place))[0] == 409
    assert (await ask(site, "PATCH", "/cameras/alun-alun", {"name": "Alun-alun"}, If_Match='"2"'))[0] == 412
    assert (await ask(site, "PATCH", "/cameras/none", {"name": "Alun-alun"}, If_Match='"1"'))[0] == 404
    for stream in ("ftp://a.example/", "rtsp://u:p@a.example/", "rtsp://", "//a"):
        assert (await ask(site, "PATCH", "/cameras/alun-alun", {"stream": stream}, If_Match='"1"'))[0] == 400
    status, changed, _ = await ask(site, "PATCH", "/cameras/alun-alun", {"name": "Alun-alun"}, If_Match='"1"')
    assert (status, changed["name"], changed["version"]) == (200, "Alun-alun", 2)
    assert (await ask(site, "GET", "/cameras"))[1]["cameras"] == [changed]
