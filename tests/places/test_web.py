"""Places over the API."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert
from yarl import URL

from ct112.places.importing import Files, take_in
from ct112.store import places
from lab.throwaway import Server
from tests.places.conftest import SOUTH, STEP, WEST, square
from tests.web.conftest import site  # noqa: F401 (fixture)
from tests.web.site import BEARER, Site


@pytest.fixture
async def town(site: Site, city: Path) -> Site:  # noqa: F811
    """Give a site whose database knows the city."""
    async with site.store.transaction() as connection:
        files = Files(areas=city / "areas.geojson", area_names=city / "areas.csv", names=city / "names.csv")
        await take_in(connection, files, by="test")
    return site


async def ask(town: Site, path: str) -> tuple[int, Any]:
    """Return status and body; the path goes out as it stands here."""
    async with town.client.get(URL(path, encoded=True), headers=BEARER) as answer:
        return answer.status, await answer.json(content_type=None)


async def test_places_areas_and_points(town: Site, city: Path) -> None:
    status, found = await ask(town, "/api/v1/places?q=jln+melati+raya+gg.III+rt+02/05")
    assert status == 200
    assert found["places"][0]["name"] == "Jalan Melati Raya Gang 3"
    assert found["places"][0]["area_name"] == "Medanglor"
    assert found["rt"] == "2"
    status, areas = await ask(town, "/api/v1/areas")
    assert (status, len(areas["areas"])) == (200, 16)
    here = f"/api/v1/areas/at?latitude={SOUTH + 2.5 * STEP}&longitude={WEST + 1.5 * STEP}"
    assert (await ask(town, here))[1]["area"]["name"] == "Karangwaru"
    assert (await ask(town, "/api/v1/areas/at?latitude=0&longitude=0"))[1] == {"area": None}
    (city / "more.csv").write_text("code,name\n99.01.01.1002,Karangwaru Baru\n")
    async with town.store.transaction() as connection:
        await take_in(connection, Files(area_names=city / "more.csv"), by="test")
    assert (await ask(town, here))[1]["area"]["name"] == "Karangwaru Baru"


@pytest.mark.parametrize(
    "query",
    ["", "q=", "q=" + "a" * 5_000, "q=a&limit=0", "q=a&limit=1000", "q=a&area=%25", "q=a&q=b", "place=a"],
)
async def test_a_query_that_will_not_do_is_a_400(town: Site, query: str) -> None:
    status, problem = await ask(town, f"/api/v1/places?{query}")
    assert (status, problem["type"]) == (400, "urn:ct112:problem:invalid")


@pytest.mark.parametrize("said", ["%25", "_", "%5C", "%00", "%ED%A0%80", "%27;--", "%F0%9F%9A%92"])
async def test_signs_of_the_database_are_text(town: Site, said: str) -> None:
    status, found = await ask(town, f"/api/v1/places?q={said}")
    assert (status, found["places"]) == (200, [])


@pytest.mark.parametrize("point", ["latitude=91&longitude=0", "latitude=nan&longitude=0", "latitude=1"])
async def test_what_is_no_point_is_a_400(town: Site, point: str) -> None:
    assert (await ask(town, f"/api/v1/areas/at?{point}"))[0] == 400


async def test_a_database_that_hangs_is_told_of_and_the_next_question_is_answered(
    town: Site, server: Server
) -> None:
    server.freeze()
    try:
        assert (await ask(town, "/api/v1/places?q=melati"))[0] == 503
    finally:
        server.thaw()
    assert (await ask(town, "/api/v1/places?q=melati"))[0] == 200


async def test_of_two_imports_at_once_the_later_one_shows_too(town: Site, city: Path) -> None:
    """The import that began first is kept last: its number is not the highest, and its areas count."""
    area = {"code": "99.01.03.1009", "kind": "kelurahan", "name": "Jauh", "parent": "99.01.03"}
    noted = {"by": "test", "what": "areas", "digest": "", "added": 1, "changed": 0}
    there = "/api/v1/areas/at?latitude=1.5&longitude=1.5"
    async with town.store.transaction() as slow:
        await slow.execute(insert(places.AREAS).values(**area, geometry=square(1, 1, 1)))
        await slow.execute(insert(places.IMPORTS).values(**noted))
        await asyncio.create_task(_take_names(town, city))
        assert (await ask(town, there))[1] == {"area": None}
    assert (await ask(town, there))[1]["area"]["name"] == "Jauh"


async def _take_names(town: Site, city: Path) -> None:
    async with town.store.transaction() as quick:
        await take_in(quick, Files(names=city / "names.csv"), by="test")
