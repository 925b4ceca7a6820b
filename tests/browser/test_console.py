"""The operator's console: from ring to dispatch by the keyboard alone, and what is typed is never lost."""

import asyncio
from typing import Any

import pytest
from playwright.async_api import expect

from lab.world import World
from tests.browser.consoles import DESK_PHONE, fill, seated
from tests.browser.desk import Desk
from tests.browser.desks import Desks
from tests.browser.people import People, Person

pytestmark = pytest.mark.timeout(180)
NETWORK = ("net::ERR_", "status of 50", "WebSocket connection")  # what Chromium says of what is away
OF_CALL = """SELECT i.id, i.number, i.description, i.place_text, i.people_in_danger,
    array(SELECT d.agency FROM dispatch d WHERE d.incident_id = i.id ORDER BY 1) AS agencies,
    (SELECT count(*) FROM delivery v JOIN dispatch d ON d.id = v.dispatch_id WHERE d.incident_id = i.id)
    AS deliveries
    FROM incident i JOIN incident_call c ON c.incident_id = i.id
    JOIN call_record r ON r.id = c.call_id WHERE r.sip_call_id = $1"""


async def written(world: World, call: str, seconds: float = 30) -> dict[str, Any]:
    """Wait until the form of this call is an incident; there is exactly one."""
    end = asyncio.get_running_loop().time() + seconds
    while not (rows := await world.query(OF_CALL, call)) or not rows[0]["agencies"]:
        assert asyncio.get_running_loop().time() < end, f"no incident with agencies: {rows}"
        await asyncio.sleep(0.2)
    assert len(rows) == 1
    return dict(rows[0])


async def test_from_ring_to_dispatch_by_the_keyboard_alone(desk: Desk, world: World, people: People) -> None:
    await desk.keyboard_only()
    person, phone = await seated(desk, world, people)
    await desk.pictures("console-empty")
    call = await world.dial()
    card = desk.page.get_by_test_id("call")
    await expect(card).to_have_attribute("data-state", "offered")
    await expect(card).to_contain_text("Gawat darurat")
    _, at_desk = await world.first_to_ring(phone)
    await at_desk.answer()
    await expect(card).to_have_attribute("data-state", "talking")
    await fill(desk, "kebak", "Jalan Melati", "asap hitam dari gudang")
    await expect(desk.page.get_by_test_id("agencies").get_by_role("checkbox").first).to_be_checked()
    await desk.page.keyboard.press("Tab")
    await desk.page.keyboard.type("2")
    await desk.pictures("console-form")
    await desk.for_guides("console", "dark")
    await desk.page.keyboard.press("F9")
    row = await written(world, call.sip_call_id)
    assert (row["description"], row["place_text"], row["people_in_danger"]) == (
        "asap hitam dari gudang",
        "Jalan Melati",
        2,
    )
    assert "damkar" in row["agencies"]
    line = desk.page.locator("[data-testid=dispatch][data-agency=damkar]")
    await expect(line).to_be_visible()
    (dispatch,) = await world.query(
        "SELECT id FROM dispatch WHERE incident_id = $1 AND agency = 'damkar'", row["id"]
    )
    await people.ask("POST", f"/dispatches/{dispatch['id']}/status", {"status": "acknowledged"}, by="damkar")
    await expect(line).to_have_attribute("data-status", "acknowledged")
    await mapped(desk, people)
    await desk.picture("console-sent")
    await desk.for_guides("console-sent")
    await supervised(desk, people, person)
    await call.hang_up()
    await people.leave(person)


async def mapped(desk: Desk, people: People) -> None:
    """The place an operator finds out is on the map of the call."""
    (call,) = (await people.ask("GET", "/floor"))["calls"]
    here = {"latitude": -6.89, "longitude": 109.67, "uncertainty_m": 200}
    await people.ask("POST", f"/calls/{call['id']}/locations", here)
    await expect(desk.page.get_by_test_id("call-place")).to_contain_text("-6.89000, 109.67000")
    await expect(desk.page.get_by_test_id("call").locator("[data-drawn]")).to_be_visible()


async def supervised(desk: Desk, people: People, person: Person) -> None:
    """A supervisor is called by one key; the console says who comes, until they are not needed any more."""
    summons = desk.page.get_by_test_id("summons")
    await desk.page.keyboard.press("F8")
    await expect(summons).to_contain_text("Penyelia dipanggil")
    path = f"/positions/{person.position}/summons"
    await people.ask("PUT", path, {"state": "coming"}, by="supervisor")
    await expect(summons).to_contain_text("supervisor datang")
    await desk.tab_to("Tidak perlu lagi")
    await desk.page.keyboard.press("Enter")
    await expect(summons).to_have_count(0)


async def test_a_form_is_there_after_a_reload_and_sent_once_with_all_killed_under_it(
    desk: Desk, world: World, people: People
) -> None:
    person, phone = await seated(desk, world, people)
    call = await world.dial()
    _, at_desk = await world.first_to_ring(phone)
    await at_desk.answer()
    await fill(desk, "kebak", "Pasar", "rumah terbakar")
    await desk.page.reload()
    await expect(desk.page.locator("#console-description")).to_have_value("rumah terbakar")
    await expect(desk.page.locator("#console-category")).to_have_value("Kebakaran")

    await desk.page.keyboard.press("F8")
    await expect(desk.page.get_by_test_id("summons")).to_be_visible()
    for part in ("web", "ct112", "postgres"):
        await world.kill(part)
    await desk.page.locator("#console-place").focus()
    await desk.page.keyboard.press("F9")
    unsent = desk.page.get_by_test_id("unsent")
    await expect(unsent).to_contain_text("1 formulir menunggu terkirim")
    assert at_desk.state == "established"  # the talk goes on
    for part in ("postgres", "ct112", "web"):
        await asyncio.to_thread(world.lab.start_again, part)
    row = await written(world, call.sip_call_id, 60)
    assert row["description"] == "rumah terbakar"
    assert row["deliveries"] == len(row["agencies"])
    await expect(unsent).to_have_count(0)
    forgotten = desk.page.get_by_test_id("summons-forgotten")
    await expect(forgotten).to_contain_text("tekan F8 lagi")
    await desk.page.keyboard.press("F8")
    await expect(forgotten).to_have_count(0)
    assert len(await world.query("SELECT 1 FROM incident WHERE description = 'rumah terbakar'")) == 1
    desk.errors[:] = [error for error in desk.errors if not any(known in error for known in NETWORK)]
    await call.hang_up()
    await people.leave(person)


async def test_hostile_words_are_shown_as_words_and_too_long_ones_are_named(
    desk: Desk, desks: Desks, world: World, people: People
) -> None:
    """A number that is none, a description of 5,000 characters, and a second window of the same operator."""
    person, phone = await seated(desk, world, people)
    call = await world.dial("jahat'--1")
    _, at_desk = await world.first_to_ring(phone)
    await at_desk.answer()
    await expect(desk.page.get_by_test_id("call")).to_have_attribute("data-state", "talking")
    await expect(desk.page.get_by_test_id("number")).to_have_text("jahat1")  # the exchange lets no signs in
    hostile = "<img src=x onerror=console.error('in')>"
    await fill(desk, "kebak", hostile, "x" * 5000)
    await desk.page.keyboard.press("F9")
    await expect(desk.page.get_by_test_id("form")).to_contain_text("kurangi 1000 huruf")
    other = await desks.beside(desk)
    await other.page.add_init_script(DESK_PHONE)
    other.expected = desk.expected
    await other.open("/console")
    await expect(other.page.locator("#console-place")).to_have_value(hostile)
    await other.page.locator("#console-description").fill("pendek")
    await expect(desk.page.locator("#console-description")).to_have_value("pendek")
    await desk.page.keyboard.press("F9")
    await other.page.keyboard.press("F9")
    row = await written(world, call.sip_call_id)
    assert (row["place_text"], row["description"]) == (hostile, "pendek")
    await call.hang_up()
    await people.leave(person)
