"""What the tests of the screens stand on: people of one's own, a desk for each, and what must be noticed."""

import pytest
from playwright.async_api import expect

from ct112.web.access.principal import Role
from lab.world import World
from tests.browser.desks import Desks, Launch
from tests.browser.people import People


async def test_two_people_of_our_own_are_signed_in_at_once(desks: Desks, people: People) -> None:
    ayu, damkar = await people.operator("Ayu"), await people.account(Role.AGENCY, agency="damkar")
    for person in (ayu, damkar):
        desk = await desks.open()
        await desk.enter("/", person)
        await expect(desk.page.get_by_role("banner")).to_contain_text(person.name)
    floor = await people.ask("GET", "/floor", by="supervisor")
    sits = {position["operator"] for position in floor["positions"] if position["position"] == ayu.position}
    assert sits == {ayu.name}
    await people.leave(ayu)


async def test_a_mouse_a_wide_page_and_an_error_are_noticed(desks: Desks) -> None:
    desk = await desks.open()
    desk.expected = {401}
    await desk.keyboard_only()
    await desk.open("/login")
    await expect(desk.page.locator("main")).to_be_visible()
    await desk.page.keyboard.press("Tab")
    await desk.page.keyboard.press("Enter")
    assert desk.errors == []
    await desk.page.mouse.click(10, 10)
    await desk.page.evaluate("document.querySelector('main').style.minWidth = '3000px'")
    with pytest.raises(AssertionError, match="it scrolls sideways"):
        await desk.fits()
    await desk.page.evaluate("console.error('broken')")
    assert "a mouse: mousedown" in desk.errors
    assert any("broken" in error for error in desk.errors)
    desk.errors.clear()


async def test_a_browser_without_webgl_and_one_with(launch: Launch, desks: Desks) -> None:
    drawn = "document.createElement('canvas').getContext('webgl2') !== null"
    desk, other = await desks.open(), await desks.open(await launch(maps=False))
    assert await desk.page.evaluate(drawn)
    assert not await other.page.evaluate(drawn)


async def test_words_are_drawn_in_the_font_that_was_installed_with_chromium(desks: Desks) -> None:
    desk = await desks.open()
    desk.expected = {401}
    await desk.open("/login")
    await expect(desk.page.get_by_role("heading", level=1)).to_be_visible()
    protocol = await desk.page.context.new_cdp_session(desk.page)
    await protocol.send("DOM.enable")
    await protocol.send("CSS.enable")
    root = (await protocol.send("DOM.getDocument"))["root"]["nodeId"]
    heading = await protocol.send("DOM.querySelector", {"nodeId": root, "selector": "h1"})
    drawn = await protocol.send("CSS.getPlatformFontsForNode", heading)
    assert [font["familyName"] for font in drawn["fonts"]] == ["Noto Sans"]


async def test_a_citizen_calls_the_lab(world: World) -> None:
    call = await world.citizens.call(f"sip:112@{world.exchange}", caller="081234567890")
    await call.wait_for("established")
