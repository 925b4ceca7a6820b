"""The map's tiles by ranges, and the day as a wallboard has it."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from ct112.places.importing import Files, take_in
from ct112.store.roles import Role
from ct112.web.map.tiles_file import MOST_BYTES, BadRange, TilesFile, part_of
from tests.places.conftest import collection
from tests.places.made_tiles import LAYERS, made
from tests.web import people
from tests.web.site import BEARER, Site, fill
from tests.web.test_people import ask

SIZE = 10 * MOST_BYTES


@pytest.mark.parametrize(
    ("given", "part"),
    [
        ("bytes=0-16383", (0, 16383)),
        ("bytes=5-5", (5, 5)),
        (f"bytes={SIZE - 2}-{SIZE + 900}", (SIZE - 2, SIZE - 1)),
    ],
)
def test_one_range_is_cut_at_the_files_end(given: str, part: tuple[int, int]) -> None:
    assert part_of([given], SIZE) == part


@pytest.mark.parametrize(
    "given",
    [
        *([], ["bytes=0-1", "bytes=3-4"], ["bytes=0-1,5-6"], ["bytes=-500"], ["bytes=9-5"], ["bytes=0-"]),
        *([f"bytes={SIZE}-{SIZE + 9}"], [f"bytes=0-{MOST_BYTES}"], ["bytes=0-99999999999999999999"]),
        *(["bytes=a-b"], ["items=0-5"], ["bytes=0x1-5"], ["bytes=1-2\r\nX: y"], ["bytes=٠-٩"]),
    ],
)
def test_a_hostile_range_is_refused(given: list[str]) -> None:
    with pytest.raises(BadRange):
        part_of(given, SIZE)


async def test_a_file_that_is_replaced_does_not_mix_with_the_one_before(tmp_path: Path) -> None:
    file = TilesFile(tmp_path / "city.pmtiles")
    assert await file.newest() is None
    made(tmp_path / "city.pmtiles")
    before = await file.newest()
    assert before is not None
    made(tmp_path / "new.pmtiles", name="Another").replace(tmp_path / "city.pmtiles")
    after = await file.newest()
    assert after is not None
    assert after.version != before.version
    assert before.read(0, 6) == b"PMTiles"  # an answer under way ends as it began
    (tmp_path / "city.pmtiles").write_bytes(b"damaged")
    assert await file.newest() is None


@pytest.fixture
async def mapped(site: Site, tmp_path: Path) -> Site:
    """Give a site with a map."""
    made(tmp_path / "city.pmtiles")
    site.house.tiles.__init__(tmp_path / "city.pmtiles")  # type: ignore[misc]
    return site


async def test_tiles_come_in_parts_to_whoever_is_signed_in(mapped: Site) -> None:
    _, found, _ = await ask(mapped, "GET", "/map")
    assert found["tiles"]["layers"] == list(LAYERS)
    path = f"/api/v1/map/tiles/{found['tiles']['version']}"
    async with mapped.client.get(path, headers=BEARER | {"Range": "bytes=0-6"}) as answer:
        assert (answer.status, await answer.read()) == (206, b"PMTiles")
        assert answer.headers["Content-Range"].startswith("bytes 0-6/")
        assert "immutable" in answer.headers["Cache-Control"]
    async with mapped.client.get(path, headers=BEARER) as answer:
        assert (answer.status, (await answer.json())["type"]) == (416, "urn:ct112:problem:bad-range")
        assert answer.headers["Content-Range"].startswith("bytes */")
    for wrong in ("0" * 16, "..%2f..%2fetc%2fpasswd"):
        async with mapped.client.get(f"/api/v1/map/tiles/{wrong}", headers=BEARER) as answer:
            assert answer.status == 404
    async with mapped.client.get(path, headers={"Range": "bytes=0-6"}) as answer:
        assert answer.status == 401


async def test_the_areas_are_drawn_and_a_new_import_shows(site: Site, tmp_path: Path) -> None:
    assert (await ask(site, "GET", "/map/areas"))[1] == {"type": "FeatureCollection", "features": []}
    (tmp_path / "areas.geojson").write_text(json.dumps(collection()))
    async with site.store.transaction() as connection:
        await take_in(connection, Files(areas=tmp_path / "areas.geojson"), by="test")
    _, found, _ = await ask(site, "GET", "/map/areas")
    assert len(found["features"]) == 12
    assert found["features"][0]["properties"]["name"] == "Medanglor"


async def test_the_walls_numbers_are_the_databases(site: Site) -> None:
    await fill(site.store, 6)
    today = datetime.now(UTC).astimezone(ZoneInfo("Asia/Jakarta")).replace(hour=0, minute=5, second=0)
    async with site.store.transaction() as connection:
        await connection.execute(text("UPDATE call_record SET arrived_at = :at"), {"at": today})
        await connection.execute(
            text(
                "UPDATE call_record SET answered_at = arrived_at + interval '14 s', outcome = 'answered'"
                " WHERE ani IN ('0812000001', '0812000002')"
            )
        )
        await connection.execute(
            text("UPDATE call_record SET arrived_at = :at WHERE ani = '0812000006'"),
            {"at": today.replace(minute=0) - (today - today.replace(minute=4))},
        )
    await people.add(site.store, "wall", Role.INTEGRATION)
    wall = await people.bearer(site.store, "wall")
    answers = await asyncio.gather(*(ask(site, "GET", "/wall", as_=wall) for _ in range(5)))
    status, found, _ = answers[0]
    assert (status, found["target_percent"]) == (200, 90)
    assert [found[name] for name in ("calls", "answered", "within_15_s")] == [5, 2, 2]
    assert [(hour["hour"], hour["calls"]) for hour in found["hours"]] == [(0, 5)]
    assert len({answer[1]["at"] for answer in answers}) == 1  # the database was asked once
