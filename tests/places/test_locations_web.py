"""Locations over HTTP: by hand, by a link, by a telephone; the best first; forged, replayed, guessed."""

import base64
import gzip
import hashlib
import re
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest

from ct112.incidents.locations import Source
from ct112.store.calls import write
from lab.throwaway import Server
from tests.places.test_locations import FIELDS, milliseconds, signed
from tests.store.examples import call_id, record
from tests.web.conftest import site  # noqa: F401 (fixture)
from tests.web.site import BEARER, Site

CALL = call_id(1)
URL = f"/api/v1/calls/{CALL}/locations"
KEY = b"a key of sixteen bytes"
NUMBER = "+6281234567890"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
RAW = 'shape="Circle",crs="2d",pos="-6.8886 109.6753",radius="900"'


@pytest.fixture
async def desk(site: Site) -> Site:  # noqa: F811
    """Give a site with a call that came a moment ago, and AML's key."""
    now = datetime.now(UTC).timestamp()
    call = record(1, ani=NUMBER, arrived_at=now, location={"raw": RAW})
    async with site.store.transaction() as connection:
        await write(connection, [call], [])
    site.house.locations.key = KEY
    return site


def message(**changes: str) -> bytes:
    now = milliseconds(datetime.now(UTC))
    return signed(FIELDS | {"time": now, "location_time": now, "device_number": NUMBER} | changes, KEY)


async def listed(desk: Site) -> list[dict[str, Any]]:
    status, body, _ = await desk.get(URL, headers=BEARER)
    assert status == 200
    found: list[dict[str, Any]] = body["locations"]
    return found


async def post(desk: Site, path: str, json: Any = None, **more: Any) -> tuple[int, Any]:
    async with desk.client.post(path, json=json, **more) as answer:
        return answer.status, await answer.json(content_type=None) if answer.status != 204 else None


async def link(desk: Site) -> str:
    status, made = await post(desk, f"/api/v1/calls/{CALL}/location-link", headers=BEARER)
    assert status == 201
    return str(made["path"])


SHARED = {"latitude": -6.88, "longitude": 109.67, "accuracy": 20.5, "consent": True}


async def test_all_four_are_kept_and_the_best_is_first(desk: Site) -> None:
    assert [one["source"] for one in await listed(desk)] == ["sip"]
    assert (await post(desk, "/api/v1/aml", data=message(), headers=FORM))[0] == 204
    assert (await post(desk, await link(desk), SHARED))[0] == 204
    by_hand = {"latitude": -6.881, "longitude": 109.671, "text": "depan pasar"}
    assert (await post(desk, URL, by_hand, headers=BEARER))[0] == 201
    found = await listed(desk)
    assert [one["source"] for one in found] == ["hand", "aml", "link", "sip"]
    assert found[0]["text"] == "depan pasar"
    assert [one["uncertainty_m"] for one in found[1:]] == [12.5, 20.5, 900]


async def test_an_incident_has_its_own_and_its_callers(desk: Site) -> None:
    new = {"call_id": CALL, "category": "kebakaran", "place": {}}
    status, made = await post(desk, "/api/v1/incidents", new, headers=BEARER)
    assert status == 201, made
    path = f"/api/v1/incidents/{made['id']}/locations"
    assert (await post(desk, path, {"latitude": 1, "longitude": 2}, headers=BEARER))[0] == 201
    _, body, _ = await desk.get(path, headers=BEARER)
    assert [one["source"] for one in body["locations"]] == ["hand", "sip"]
    for missing in ("calls", "incidents"):
        path = f"/api/v1/{missing}/00000000-0000-7000-8000-00000000beef/locations"
        assert (await desk.get(path, headers=BEARER))[0] == 404
        assert (await post(desk, path, {"latitude": 1, "longitude": 2}, headers=BEARER))[0] == 404


async def test_a_telephones_message_comes_before_its_call_and_once(desk: Site) -> None:
    sent = message()
    for _ in range(3):  # replayed
        assert (await post(desk, "/api/v1/aml", data=sent, headers=FORM))[0] == 204
    other = message(device_number="+6281234567891")
    assert (await post(desk, "/api/v1/aml", data=other, headers=FORM))[0] == 204
    assert [one["source"] for one in await listed(desk)] == ["aml", "sip"]
    now = datetime.now(UTC).timestamp()
    async with desk.store.transaction() as connection:
        await write(connection, [record(2, ani="+6281234567891", arrived_at=now)], [])
    _, body, _ = await desk.get(f"/api/v1/calls/{call_id(2)}/locations", headers=BEARER)
    assert [one["source"] for one in body["locations"]] == [Source.AML]


async def test_forgers_are_refused_and_slowed(desk: Site) -> None:
    forged = message().replace(b"109.6", b"109.7")
    statuses = [(await post(desk, "/api/v1/aml", data=forged, headers=FORM))[0] for _ in range(14)]
    assert statuses[0] == 401
    assert statuses[-1] == 429
    assert [one["source"] for one in await listed(desk)] == ["sip"]


async def test_a_message_that_is_none_is_refused(desk: Site) -> None:
    assert (await post(desk, "/api/v1/aml", {"v": 1}))[0] == 415
    assert (await post(desk, "/api/v1/aml", data=b"x" * 9000, headers=FORM))[0] == 413
    packed = FORM | {"Content-Encoding": "gzip"}
    assert (await post(desk, "/api/v1/aml", data=gzip.compress(message()), headers=packed))[0] == 415
    old = message(location_time="1438101600123")
    assert (await post(desk, "/api/v1/aml", data=old, headers=FORM))[0] == 204
    assert [one["source"] for one in await listed(desk)] == ["sip"]
    desk.house.locations.key = None
    assert (await post(desk, "/api/v1/aml", data=message(), headers=FORM))[0] == 404


async def test_the_page_is_small_and_runs_what_is_in_it_alone(desk: Site) -> None:
    path = await link(desk)
    for _ in range(20):  # a preview uses nothing up
        status, page, answer = await desk.get(path)
        assert status == 200
    assert len(page) < 50_000
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    for tag in (b"script", b"style"):
        (body,) = re.findall(rb"<" + tag + rb">(.*?)</" + tag + rb">", page, re.S)
        assert f"'sha256-{base64.b64encode(hashlib.sha256(body).digest()).decode()}'" in policy
    assert b"setuju" in page
    assert b"://" not in page
    assert not re.search(rb"\son\w+=|style=", page)
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"


async def test_a_link_is_over_after_its_uses_or_its_time(desk: Site, database_url: str) -> None:
    path = await link(desk)
    assert [(await post(desk, path, SHARED))[0] for _ in range(6)] == [204] * 5 + [404]
    path = await link(desk)
    connection = await asyncpg.connect(database_url)
    secret = path.removeprefix("/share/")
    rows = await connection.fetch("SELECT * FROM location_link")
    assert secret not in str(rows)
    await connection.execute("UPDATE location_link SET expires_at = now() - interval '1 second'")
    await connection.close()
    assert (await post(desk, path, SHARED))[0] == 404


async def test_a_link_is_over_once_its_call_was_erased(desk: Site, database_url: str) -> None:
    path = await link(desk)
    connection = await asyncpg.connect(database_url)
    await connection.execute("UPDATE call_record SET erased_at = now()")
    before = await connection.fetchval("SELECT count(*) FROM place_location")
    assert (await post(desk, path, SHARED))[0] == 404
    assert await connection.fetchval("SELECT count(*) FROM place_location") == before
    await connection.close()


@pytest.mark.parametrize(
    "body",
    [
        SHARED | {"consent": False},
        {name: value for name, value in SHARED.items() if name != "consent"},
        SHARED | {"latitude": 91},
        SHARED | {"accuracy": -1},
        SHARED | {"accuracy": None},
        SHARED | {"latitude": "1"},
        SHARED | {"more": 1},
        [],
    ],
)
async def test_without_consent_or_a_place_nothing_is_kept_nor_used_up(desk: Site, body: Any) -> None:
    path = await link(desk)
    assert (await post(desk, path, body))[0] == 400
    assert [(await post(desk, path, SHARED))[0] for _ in range(5)] == [204] * 5


async def test_who_guesses_links_is_slowed(desk: Site) -> None:
    statuses = [(await post(desk, f"/share/{'a' * 42}{at}", SHARED))[0] for at in "0123456789ABCD"]
    assert statuses[0] == 404
    assert statuses[-1] == 429


async def test_half_a_link_gives_the_page_and_is_worth_nothing(desk: Site) -> None:
    assert (await desk.get("/share/short"))[0] == 200, "a messenger cut it: the page says what to do"
    assert (await post(desk, "/share/short", SHARED))[0] == 404


async def test_with_the_database_away_each_way_says_so_at_once(desk: Site, server: Server) -> None:
    path = await link(desk)
    server.stop()
    try:
        assert (await post(desk, path, SHARED))[0] == 503
        assert (await post(desk, "/api/v1/aml", data=message(), headers=FORM))[0] == 503
        assert (await desk.get(path))[0] == 200
    finally:
        server.start()
