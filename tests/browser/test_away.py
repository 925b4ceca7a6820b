"""web and PostgreSQL away under supervisor, administration and wall: each says so, and loses nothing."""

import asyncio

import pytest
from playwright.async_api import Locator, expect

from lab.api import Lab
from tests.browser.browsers import WALL
from tests.browser.desk import Desk
from tests.browser.desks import Desks
from tests.browser.people import People

pytestmark = pytest.mark.timeout(240)
NETWORK = ("net::ERR_", "status of 50", "WebSocket connection", "WebSocket is closed", "503 ", "502 ")
LOST, AWAY = "Jaringan ke server putus sejak", "Basis data tidak dapat dihubungi sejak"
NAME = "Pos Uji Coba"


async def test_what_is_away_is_said_in_one_line_and_no_half_filled_form_is_lost(
    desks: Desks, lab: Lab, people: People
) -> None:
    wall, room, office = [await desks.open(), await desks.open(), await desks.open()]
    await wall.resize(WALL)
    await wall.enter("/wallboard", "sensor")
    await room.enter("/supervisor/log", "supervisor")
    await office.enter("/admin/agencies/_new", "admin")
    all_ = (wall, room, office)
    await half_filled(room, office)
    for desk in all_:
        await desk.page.evaluate("window.stayed = true")
    for part, line in (("web", LOST), ("postgres", AWAY)):
        await asyncio.to_thread(lab.kill if part == "web" else lab.stop, part)
        for desk in all_:
            await expect(said(desk, line)).to_have_count(1)
        if part == "postgres":
            await expect(wall.page.get_by_role("alert")).to_contain_text("Angka hari ini berasal dari pukul")
            await saved_in_vain(office)
            await wall.picture("wallboard-away")
            await office.picture("admin-away")
        await asyncio.to_thread(lab.start_again, part)
        for desk in all_:
            await expect(said(desk, line)).to_have_count(0, timeout=60_000)
            await expect(desk.page.get_by_role("dialog")).to_have_count(0)
    await expect(wall.page.get_by_role("alert")).to_have_count(0)
    await expect(room.page.locator("[name=note]")).to_have_value("giliran malam, dua orang")
    await office.page.get_by_role("button", name="Tambah instansi").press("Enter")
    found: list[str] = []
    for _ in range(60):
        found = [each["name"] for each in (await people.ask("GET", "/agencies"))["agencies"]]
        if NAME in found:
            break
        await asyncio.sleep(0.5)
    assert found.count(NAME) == 1
    for desk in all_:
        assert await desk.page.evaluate("window.stayed"), "it was loaded again"
        desk.errors[:] = [error for error in desk.errors if not any(known in error for known in NETWORK)]


def said(desk: Desk, line: str) -> Locator:
    """Return the lines of this page that say so: one."""
    return desk.page.get_by_role("status").get_by_text(line)


async def half_filled(room: Desk, office: Desk) -> None:
    """Type into a supervisor's and an admin's form, and send neither."""
    await room.page.locator("[name=note]").fill("giliran malam, dua orang")
    await office.page.locator("[name=code]").fill("pos_uji")
    await office.page.locator("[name=name]").fill(NAME)


async def saved_in_vain(office: Desk) -> None:
    """What cannot be saved is said once, and what was typed stays."""
    await office.page.get_by_role("button", name="Tambah instansi").press("Enter")
    await expect(office.page.get_by_role("alert")).to_have_count(1)
    await expect(office.page.locator("[name=name]")).to_have_value(NAME)
