"""At the console in a talk: an emergency that waits, a call that belongs to an incident, a call-back."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from lab.outside import outside
from lab.phones import RING
from lab.world import World, carrier, eventually
from tests.browser.browsers import DESK
from tests.browser.city import take_city
from tests.browser.consoles import command, duty, fill, seated
from tests.browser.desk import Desk
from tests.browser.people import People

pytestmark = pytest.mark.timeout(180)
TONES = """window.tones = 0;
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...given) { tones += 1; return start.apply(this, given); };"""
ON_TOP = """(banner) => {
  const {left, top, width, height} = banner.getBoundingClientRect();
  return banner.contains(document.elementFromPoint(left + width / 2, top + height / 2));
}"""
FONT = "(banner) => parseFloat(getComputedStyle(banner).fontSize)"
JOINED = """SELECT i.number, i.description FROM incident i JOIN incident_call c ON c.incident_id = i.id
    JOIN call_record r ON r.id = c.call_id WHERE r.sip_call_id = $1"""


async def test_an_emergency_that_waits_is_not_overlooked_and_what_comes_after(
    desk: Desk, world: World, people: People
) -> None:
    page = desk.page
    await page.add_init_script(TONES)
    await desk.keyboard_only()
    person, phone = await seated(desk, world, people, RING)
    asks = await world.dial_and_press("3")
    at_desk = await phone.next_call(within=30)
    await at_desk.answer()
    await expect(page.get_by_test_id("call")).to_have_attribute("data-state", "talking")
    await fill(desk, "kebak", "Jalan Kopi", "bertanya jalan")
    title, banner = await page.title(), page.get_by_test_id("overlooked")
    await expect(banner).to_have_count(0)

    hurt = await world.dial_and_press("1")
    await expect(banner).to_contain_text("Panggilan DARURAT menunggu. Selesaikan")
    assert await page.evaluate("document.activeElement.id") == "console-description", "the cursor was taken"
    assert await banner.evaluate(FONT) >= 20
    await expect(page).to_have_title(re.compile("^‼"))
    await eventually(
        lambda: page.evaluate("tones"), lambda tones: tones >= 4, 30, "it sounds again and again"
    )
    await desk.resize({"width": 1280, "height": 500})
    await page.evaluate("scrollTo(0, document.body.scrollHeight)")
    await expect(banner).to_be_in_viewport(ratio=1)
    assert await banner.evaluate(ON_TOP)
    await desk.picture("console-overlooked")
    await page.keyboard.press("Control+k")
    above = page.get_by_test_id("overlooked-above")
    await expect(above).to_be_in_viewport(ratio=1)
    assert await above.evaluate(ON_TOP), "the dialog hides it"
    await page.keyboard.press("Escape")
    await expect(above).to_have_count(0)
    await desk.resize(DESK)
    await desk.accessible()

    await at_desk.hang_up()
    await expect(page.get_by_test_id("wrap-up")).to_contain_text("sisa 0:0")
    await expect(banner).to_contain_text("Tekan Siap")
    second = await phone.next_call(1, within=30)
    await expect(banner).to_have_count(0)
    await expect(page).to_have_title(title)
    await second.answer()
    await expect(page.get_by_test_id("call")).to_have_attribute("data-state", "talking")
    await expect(page.get_by_test_id("others")).to_contain_text("Jalan Kopi")  # the form before is kept
    await paused_and_back(desk)
    for call in (asks, hurt):
        await call.hang_up()
    await people.leave(person)


async def paused_and_back(desk: Desk) -> None:
    """A list that is looked through pauses nobody; the button does, and a command leads back."""
    page = desk.page
    await page.get_by_label("Alasan jeda").focus()
    await page.keyboard.press("ArrowDown")
    reason = await page.get_by_label("Alasan jeda").evaluate("list => list.selectedOptions[0].text")
    await page.keyboard.press("Tab")
    await expect(duty(desk)).not_to_contain_text("Jeda sesudah")
    await page.keyboard.press("Enter")
    await expect(duty(desk)).to_contain_text(f"Jeda sesudah panggilan ini: {reason}")
    await command(desk, "si")
    await expect(duty(desk)).not_to_contain_text("Jeda sesudah")


async def test_a_call_joins_an_open_incident_of_its_place_and_who_hung_up_is_called_back(
    desk: Desk, world: World, people: People, tmp_path: Path
) -> None:
    await take_city(world.lab, tmp_path)
    open_one = await people.ask(
        "POST",
        "/incidents",
        {
            "category": "kebakaran",
            "place": {"text": "dekat kali", "latitude": -6.8952, "longitude": 109.6753},
            "description": "asap",
        },
        by="operator-1",
    )
    page = desk.page
    await desk.keyboard_only()
    person, phone = await seated(desk, world, people, RING)
    given_up = await gave_up(world)
    call = await world.dial_and_press("1")
    at_desk = await phone.next_call(1, within=30)  # the first rang in vain
    await at_desk.answer()
    await fill(desk, "kebak", "jl tratai ungu", "saya juga lihat apinya")
    await found(desk, "Jalan Teratai Ungu", "Tirtasari")
    near = page.get_by_test_id("near")
    await expect(near).to_contain_text("Kejadian terbuka di dekatnya")
    await near.get_by_role("button", name=f"Gabungkan ke {open_one['number']}").press("Enter")
    await expect(page.get_by_test_id("sent")).to_have_text(f"✓ Digabungkan ke kejadian {open_one['number']}.")
    (row,) = await world.query(JOINED, call.sip_call_id)
    assert (row["number"], row["description"]) == (open_one["number"], "asap\nsaya juga lihat apinya")
    await desk.tab_to("Formulir baru untuk panggilan ini")
    await page.keyboard.press("Enter")
    await page.locator("#console-category:focus").wait_for()
    await at_desk.hang_up()
    version = (await people.ask("GET", f"/incidents/{open_one['id']}"))["version"]
    await people.ask("POST", f"/incidents/{open_one['id']}/close", {"reason": "padam"}, version=version)
    await called_back(desk, world, person.position, phone, given_up)
    await people.leave(person)


async def found(desk: Desk, name: str, area: str) -> None:
    """A misspelt street is found, chosen by the keyboard, and stands on the map and in the rules."""
    page = desk.page
    await command(desk, "te")
    await page.locator("#console-place:focus").wait_for()
    await page.keyboard.press("End")
    await page.keyboard.type(" ")  # asked once it is typed at
    await expect(page.get_by_role("option", name=name)).to_be_visible()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("Enter")
    await expect(page.locator("#console-place")).to_have_value(name)
    await expect(page.get_by_test_id("form")).to_contain_text(f"Dipilih: {name}, {area}")
    await expect(page.get_by_test_id("call").locator("[data-drawn]")).to_contain_text(name)
    await desk.picture("console-place")


async def gave_up(world: World) -> str:
    """Let somebody hang up in the queue; return the number."""
    call = await world.dial_and_press("1")
    await call.hang_up()
    await world.ended(call)
    return call.caller


async def called_back(desk: Desk, world: World, position: str, phone: Any, number: str) -> None:
    """Who hung up is called by one key: my phone rings, theirs, and the task is gone."""
    page = desk.page
    async with outside(world.lab.places.ports.carrier) as network:
        citizen = network.citizen(number)
        await carrier(world, there=True)
        await command(desk, "tb")
        task = page.get_by_test_id("callbacks").get_by_role("listitem").filter(has_text=number)
        await expect(task).to_be_visible()
        await desk.accessible()
        await expect(duty(desk)).to_have_attribute("data-state", "ready")
        await task.get_by_role("button", name="Telepon").press("Enter")
        back = page.get_by_test_id("call-back")
        await expect(back).to_contain_text("angkat telepon Anda")
        await expect(back).to_contain_text(number)
        await (await phone.next_call(2, within=30)).answer()

        async def rung() -> int:
            return citizen.rung

        await eventually(rung, bool, 20, "the citizen's telephone rings")
        await expect(back).to_have_attribute("data-phase", "talking")
        network.hang_up(citizen)
        await expect(back).to_have_count(0)
        await expect(task).to_have_count(0)
