"""What comes to an operator by no call: an alert of a sensor, and what a neighbouring city asks of us."""

import re
from typing import Any
from uuid import uuid4

import pytest
from playwright.async_api import Locator, expect

from lab.api import Lab
from lab.world import eventually
from tests.browser.consoles import DESK_PHONE, command, duty
from tests.browser.desk import Desk
from tests.browser.neighbour import Neighbour, neighbour
from tests.browser.people import People

pytestmark = pytest.mark.timeout(180)
NINE = re.compile(r"^9$")
SMOKE = {
    "kind": "smoke",
    "latitude": -6.9051,
    "longitude": 109.7052,
    "place_text": "Pasar Lama",
    "evidence": {"value": 812.5, "unit": "ppm", "text": "<b>asap</b>"},
}


async def test_an_alert_and_a_neighbours_request_become_incidents_whose_agencies_are_asked(
    desk: Desk, whole_lab: Lab, people: People
) -> None:
    await desk.page.add_init_script(DESK_PHONE)
    await desk.keyboard_only()
    ayu = await people.operator("Ayu", sits=False)
    await desk.enter("/console", ayu)
    await expect(duty(desk)).to_be_visible()
    await alerted(desk, people)
    async with neighbour(people, desk.url) as city:
        await asked_and_accepted(desk, people, city)
        await asked_and_refused(desk, city)


async def alerted(desk: Desk, people: People) -> None:
    """A sensor's alert is seen, taken, made an incident, and its agencies are asked; another is nothing."""
    page = desk.page
    alert = await people.ask("POST", "/alerts", SMOKE, by="sensor")
    kind = f"water_{uuid4().hex}"
    nothing = await people.ask("POST", "/alerts", SMOKE | {"kind": kind, "evidence": {}}, by="sensor")
    await command(desk, "al")
    smoke = page.locator("[data-testid=alert]", has_text="smoke")
    await expect(smoke.get_by_test_id("evidence")).to_have_text("812.5 ppm · <b>asap</b>")
    await smoke.get_by_role("button", name="Ambil").press("Enter")
    await expect(smoke).to_have_attribute("data-status", "taken")
    await smoke.get_by_role("button", name="Jadikan kejadian").press("Enter")
    await page.get_by_label("Menjadi").press("ArrowDown")
    await desk.accessible()
    assert (await people.ask("GET", f"/alerts/{alert['id']}"))["status"] == "taken"  # a list decides nothing
    await pick(page.get_by_label("Menjadi"), "Kebakaran")
    await page.get_by_role("button", name="Buka kejadian").press("Enter")
    await expect(smoke).to_have_count(0)
    made = await people.ask("GET", f"/alerts/{alert['id']}")
    await agencies_asked(desk, people, made["incident_id"])
    await command(desk, "al")
    water = page.locator("[data-testid=alert]", has_text=kind)
    await water.get_by_role("button", name="Tidak perlu").press("Enter")
    await page.get_by_label("Mengapa tidak perlu ditindak").press_sequentially("uji alat")
    await page.keyboard.press("Enter")
    await expect(water).to_have_count(0)
    assert (await people.ask("GET", f"/alerts/{nothing['id']}"))["close_reason"] == "uji alat"


async def asked_and_accepted(desk: Desk, people: People, city: Neighbour) -> None:
    """A request is accepted, followed through a change, and over when our incident is closed."""
    page, dispatch = desk.page, str(uuid4())
    await city.ask(dispatch)
    await expect(page.get_by_test_id("offers-wait")).to_contain_text("meminta bantuan dan menunggu jawaban")
    await command(desk, "kt")
    offer = page.get_by_test_id("offer")
    for said in (
        "meminta bantuan: Kebakaran",
        "Jalan Perbatasan 7",
        "2 mobil pompa",
        "Menunggu jawaban kita",
    ):
        await expect(offer).to_contain_text(said)
    await offer.get_by_role("button", name="Terima").press("Enter")
    await expect(page.get_by_label("Menjadi")).to_have_value("new kebakaran")  # as they say
    await desk.pictures("console-neighbour")
    await page.get_by_role("button", name="Buka kejadian").press("Enter")
    await expect(offer.get_by_test_id("accepted")).to_contain_text("Diterima sebagai kejadian 2")
    (ours,) = [each for each in await offers(people, city) if each["status"] == "accepted"]
    await agencies_asked(desk, people, ours["incident_id"])
    await told(city, (dispatch, "acknowledged", None))

    await city.ask(dispatch, telling="change", version=2, people_in_danger=9)
    await expect(page.get_by_test_id("offers-wait")).to_be_visible()
    await command(desk, "kt")
    await expect(offer).to_contain_text("mengubah keterangannya")
    await expect(offer.get_by_role("definition").filter(has_text=NINE)).to_have_count(1)
    await offer.get_by_role("button", name="Sudah saya lihat").press("Enter")
    await expect(page.get_by_test_id("offers-wait")).to_have_count(0)
    version = (await people.ask("GET", f"/incidents/{ours['incident_id']}"))["version"]
    close = f"/incidents/{ours['incident_id']}/close"
    await people.ask("POST", close, {"reason": "padam"}, by="operator-1", version=version)
    await expect(offer).to_have_count(0)
    await told(city, (dispatch, "done", None))


async def asked_and_refused(desk: Desk, city: Neighbour) -> None:
    """A request is refused with a cause; a list that is looked through refuses nothing."""
    page, dispatch = desk.page, str(uuid4())
    await city.ask(dispatch)
    offer = page.get_by_test_id("offer")
    await offer.get_by_role("button", name="Tolak").press("Enter")
    await page.get_by_label("Mengapa ditolak").press("ArrowDown")
    await pick(page.get_by_label("Mengapa ditolak"), "Tidak ada regu atau alat")
    await page.get_by_label("Keterangan untuk mereka").press_sequentially("semua mobil keluar")
    await desk.accessible()
    await page.keyboard.press("Enter")
    await expect(offer).to_have_count(0)
    await told(city, (dispatch, "declined", "no_means: semua mobil keluar"))


async def agencies_asked(desk: Desk, people: People, incident: str) -> None:
    """The form of the new incident is open with the rules' agencies; F9 asks them, once."""
    page, form = desk.page, desk.page.get_by_test_id("form")
    await expect(form).to_have_attribute("data-stage", "opened")
    await expect(page.get_by_test_id("agencies").get_by_role("checkbox").first).to_be_checked()
    await page.keyboard.press("F9")
    await expect(page.get_by_test_id("sent")).to_contain_text("terkirim")
    asked = (await people.ask("GET", f"/incidents/{incident}"))["dispatches"]
    assert [each["agency"] for each in asked].count("damkar") == 1
    await command(desk, "ke")
    await expect(
        page.locator(f"[data-incident='{incident}']").get_by_test_id("dispatch").first
    ).to_be_visible()


async def offers(people: People, city: Neighbour) -> list[Any]:
    """Return this neighbour's offers."""
    found = (await people.ask("GET", "/neighbour-offers?live=true"))["offers"]
    return [each for each in found if each["neighbour"] == city.code]


async def told(city: Neighbour, wanted: tuple[str, str, str | None]) -> None:
    """Wait until the neighbour has heard this of us."""

    async def look() -> list[tuple[str, str, str | None]]:
        return city.told

    await eventually(look, lambda found: wanted in found, 30, f"the neighbour hears {wanted}")


async def pick(choice: Locator, words: str) -> None:
    """Choose from a list as one types: its first letters."""
    await choice.press_sequentially(words)
    shown = await choice.evaluate("list => list.selectedOptions[0].text")
    assert shown == words, shown
