"""The room's wall: its numbers are the database's, a change there is drawn, and a map is under it."""

import uuid
from pathlib import Path

import asyncpg
from playwright.async_api import expect

from lab.api import Lab
from tests.browser.browsers import DESK, WALL
from tests.browser.city import take_city
from tests.browser.desks import Desks, Launch
from tests.browser.people import People
from tests.places.made_tiles import made

FONT = "(said) => parseFloat(getComputedStyle(said).fontSize)"
READABLE = 24  # pixels on a wall, from six metres
OPEN = "SELECT count(*) FROM incident WHERE status IN ('open', 'dispatched')"
TODAY = """
    SELECT count(*) AS calls,
        count(*) FILTER (WHERE answered_at - arrived_at <= interval '15 s') AS within
    FROM call_record WHERE arrived_at >=
        date_trunc('day', now() AT TIME ZONE 'Asia/Jakarta') AT TIME ZONE 'Asia/Jakarta'
"""


async def row(lab: Lab, query: str) -> asyncpg.Record:
    """Return the only row of a query of the lab's database."""
    connection = await asyncpg.connect(lab.description()["database_url"])
    try:
        found = await connection.fetchrow(query)
        assert found is not None
        return found
    finally:
        await connection.close()


async def test_the_walls_numbers_are_the_databases_and_a_change_is_drawn(
    desks: Desks, lab: Lab, people: People, tmp_path: Path
) -> None:
    await take_city(lab, tmp_path)
    wall = await desks.open(viewport=WALL)
    (lab.places.state / "map").mkdir(exist_ok=True)
    made(lab.places.state / "map" / "city.pmtiles")
    await wall.enter("/wallboard", "sensor")  # an account of a machine: nothing personal, a long session
    page = wall.page
    for at in (1, 2):
        made_id = str(uuid.uuid4())
        await people.ask(
            "POST",
            "/incidents",
            {
                "category": "kebakaran",
                "place": {"text": f"uji {made_id}", "kelurahan": "99.01.02.1001"},
                "description": "uji",
            },
            by="operator-1",
        )
        count = (await row(lab, OPEN))[0]
        assert count >= at
        await expect(page.get_by_test_id("incidents")).to_have_text(str(count))
    today = await row(lab, TODAY)
    level = page.get_by_test_id("level")
    if today["calls"]:
        await expect(level).to_contain_text(f"{today['within']} dari {today['calls']} panggilan")
    else:
        await expect(level).to_contain_text("Belum ada panggilan hari ini")
    assert "uji" not in await page.locator("main").inner_text(), "an address is shown"
    await expect(page.locator("[data-drawn=map] [data-ready]")).to_be_visible()  # it has a size
    await expect(page.get_by_text("© OpenStreetMap")).to_be_visible()
    assert await page.evaluate(
        "performance.getEntriesByType('resource').some(e => e.name.includes('/map/tiles/'))"
    )
    await expect(page.locator("[data-drawn=map]").get_by_text("Tirtasari")).to_be_visible()
    assert await page.locator("[data-drawn=map]").get_by_text("Tirtasari").evaluate(FONT) >= READABLE
    await wall.pictures("wallboard")
    await wall.resize(DESK)
    await wall.for_guides("wallboard", "dark")


async def test_without_webgl_the_wall_has_a_list(
    desks: Desks, launch: Launch, lab: Lab, people: People, tmp_path: Path
) -> None:
    await take_city(lab, tmp_path)
    here = {"category": "kebakaran", "place": {"kelurahan": "99.01.02.1001"}, "description": "uji"}
    await people.ask("POST", "/incidents", here, by="operator-1")
    wall = await desks.open(await launch(maps=False))
    await wall.enter("/wallboard", "supervisor")
    points = wall.page.locator("[data-drawn=list]").get_by_test_id("points")
    await expect(points).to_contain_text("Tirtasari")
    assert await points.evaluate(FONT) >= READABLE
