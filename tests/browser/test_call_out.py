"""The console calls the agency book: by the keyboard, with the phone in the page, sound through the trunk."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio
from playwright.async_api import expect

from lab.outside import Outside, outside
from lab.world import World, carrier, eventually
from tests.browser.consoles import command, duty
from tests.browser.page_phone import PagePhone
from tests.browser.people import People, Person
from tests.browser.test_phone import OPERATOR_HZ, operator, phone, speaking

__all__ = ["operator", "phone", "speaking"]
ANSWERS, BUSY = "0285421301", "0285421302"


@pytest_asyncio.fixture(loop_scope="session")
async def contacts(world: World, people: People) -> AsyncIterator[Outside]:
    """Give PMI two contacts behind the trunk, one of them busy; they are in the book before a page opens."""
    wanted = [{"name": "Piket", "number": ANSWERS}, {"name": "Gudang", "number": BUSY}]
    version = (await people.ask("GET", "/agencies/pmi"))["version"]
    await people.ask("PATCH", "/agencies/pmi", {"contacts": wanted}, version=version)

    async def known() -> str:
        return str(await people.ask("GET", "/agency-book"))

    await eventually(known, lambda book: ANSWERS in book and BUSY in book, 30, "the book has them")
    async with outside(world.lab.places.ports.carrier) as network:
        await carrier(world, there=True)
        yield network


def card(phone: PagePhone) -> Any:
    """Return where the console shows the call-out."""
    return phone.page.get_by_test_id("call-out")


async def test_a_contact_is_called_heard_and_left_and_a_busy_one_is_said(
    contacts: Outside, phone: PagePhone, operator: Person
) -> None:
    piket, gudang = contacts.citizen(ANSWERS), contacts.citizen(BUSY, "busy")
    await command(phone.desk, "bk")
    button = phone.page.get_by_role("button", name="Telepon Piket", exact=True)
    await button.press("Enter")
    await expect(phone.call("talking")).to_be_visible()  # the page's phone picks up by itself
    await expect(card(phone)).to_have_attribute("data-phase", "talking")
    await expect(card(phone)).to_contain_text("PMI Kota Pekalongan: Piket")
    await phone.hears(OPERATOR_HZ)  # Piket's telephone sends back what it hears
    await expect(duty(phone.desk)).to_have_attribute("data-state", "on_call")
    await phone.desk.accessible()
    await phone.press("Tutup")
    await eventually(lambda: asyncio.sleep(0, not piket.talking), bool, 30, "Piket's leg ends")
    await expect(duty(phone.desk)).to_have_attribute("data-state", "ready")
    await expect(card(phone)).to_have_count(0)

    await phone.page.keyboard.press("Control+k")
    await phone.page.locator("#console-command:focus").wait_for()
    await phone.page.keyboard.type("ti")
    option = phone.page.get_by_role("option").filter(has_text="PMI Kota Pekalongan: Gudang")
    letters = (await option.locator("kbd").inner_text()).strip()
    await phone.page.keyboard.type(letters)
    await expect(card(phone)).to_have_attribute("data-result", "busy")
    await expect(card(phone)).to_contain_text("Sibuk")
    await expect(phone.page.get_by_test_id("phone-call")).to_have_count(0)
    await expect(duty(phone.desk)).to_have_attribute("data-state", "ready")
    await card(phone).get_by_role("button", name="Tutup").press("Enter")
    await expect(card(phone)).to_have_count(0)
    assert (piket.rung, gudang.rung) == (1, 1)
    assert set(contacts.dialled) == {ANSWERS, BUSY}
