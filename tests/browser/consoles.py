"""What an operator does at the console, by the keyboard: sit down, give commands, type a form."""

from typing import Any

from playwright.async_api import expect

from lab.phones import RING, Behaviour, Phone
from lab.world import World
from tests.browser.desk import Desk
from tests.browser.people import People, Person, softphone

DESK_PHONE = "localStorage.setItem('ct112.phone', 'desk');"


async def seated(
    desk: Desk, world: World, people: People, behaviour: Behaviour = RING
) -> tuple[Person, Phone]:
    """Let a new operator sit at a desk of their own by the console's keyboard, ready, with a softphone."""
    person = await people.operator("Ayu", sits=False)
    phone = await softphone(world, person, behaviour)
    await desk.page.add_init_script(f"{DESK_PHONE} localStorage.setItem('ct112.desk', '{person.position}');")
    await desk.enter("/console", person)
    await desk.tab_to("Duduk di meja")
    await desk.page.keyboard.press("Enter")
    await expect(duty(desk)).not_to_have_attribute("data-state", "none")
    await command(desk, "si")
    await expect(duty(desk)).to_have_attribute("data-state", "ready")
    return person, phone


def duty(desk: Desk) -> Any:
    """Return the place of the operator's state."""
    return desk.page.get_by_test_id("duty")


async def command(desk: Desk, letters: str) -> None:
    """Give a command by `/` and its two letters."""
    await desk.page.keyboard.press("Control+k")
    await desk.page.locator("#console-command:focus").wait_for()
    await desk.page.keyboard.type(letters)
    await expect(desk.page.locator("#console-command")).to_have_count(0)


async def fill(desk: Desk, letters: str, place: str, description: str) -> None:
    """Type a form from its category on."""
    page = desk.page
    await page.locator("#console-category:focus").wait_for()
    await page.keyboard.type(letters)
    await page.keyboard.press("Enter")
    await page.locator("#console-place:focus").wait_for()
    await page.keyboard.type(place)
    await command(desk, "ur")
    await page.locator("#console-description:focus").wait_for()
    await page.keyboard.insert_text(description)
