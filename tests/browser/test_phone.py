"""The phone in the page, by the real Asterisk: both hear each other, through a reload too."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Browser, expect

from lab.phones import PhoneCall
from lab.world import World, eventually
from tests.browser.desks import Desks, Launch
from tests.browser.page_phone import PagePhone, speech
from tests.browser.people import People, Person, softphone

OPERATOR_HZ = 620


@pytest_asyncio.fixture(loop_scope="session")
async def speaking(launch: Launch, tmp_path: Path) -> Browser:
    """Give a Chromium whose microphone hears a known tone."""
    return await launch(sound=speech(tmp_path / "operator.wav", OPERATOR_HZ), maps=False)


@pytest_asyncio.fixture(loop_scope="session")
async def operator(people: People) -> AsyncIterator[Person]:
    """Give an operator who sits at a desk of their own, and goes home afterwards."""
    person = await people.operator("Siti")
    yield person
    await people.leave(person)


@pytest_asyncio.fixture(loop_scope="session")
async def phone(desks: Desks, speaking: Browser, operator: Person) -> AsyncIterator[PagePhone]:
    """Give the phone in the operator's console, ready; nobody is left in a talk afterwards."""
    phone = PagePhone(await desks.open(speaking))
    await phone.listen()
    phone.page.on("dialog", lambda dialog: dialog.accept())  # "you are talking": yes, reload
    await phone.desk.enter("/console", operator)
    await phone.is_("ready")
    yield phone


async def talking(world: World, phone: PagePhone) -> PhoneCall:
    """Let a citizen's call be answered in the page, and both hear each other."""
    call = await world.dial_and_press("1")
    await phone.answer()
    await heard_both(world, phone, call)
    return call


def digits_of(call: PhoneCall) -> Callable[[], Awaitable[str]]:
    """Return how to look which keys the citizen's phone was sent."""

    async def look() -> str:
        return call.digits

    return look


async def heard_both(world: World, phone: PagePhone, call: PhoneCall) -> None:
    await phone.hears(world.tone_of(call))
    await call.hears(OPERATOR_HZ, seconds=0.4)


async def test_a_call_is_answered_heard_muted_and_ended_in_the_page(
    world: World, phone: PagePhone, operator: Person
) -> None:
    call = await talking(world, phone)
    assert {codec for codec in await phone.codecs() if "telephone" not in codec} <= {
        "audio/PCMA",
        "audio/PCMU",
    }
    await phone.desk.accessible()
    await phone.press("Bisukan")
    await expect(phone.page.get_by_test_id("phone")).to_contain_text("Mikrofon dibisukan")
    await call.hears_quiet()
    await phone.press("Bunyikan lagi")
    await call.hears(OPERATOR_HZ, seconds=0.4)
    await phone.press("Tombol")
    await phone.page.get_by_role("button", name="Tombol 5").press("Enter")
    await eventually(digits_of(call), lambda digits: digits == "5", 10, "the key is heard")
    await phone.press("Tutup")
    record = await world.ended(call)
    assert (record["outcome"], record["ended_by"], record["position"]) == (
        "answered",
        "operator",
        operator.position,
    )
    await expect(phone.page.get_by_test_id("phone-call")).to_have_count(0)


async def test_a_page_loaded_again_in_a_talk_has_its_caller_back(
    world: World, phone: PagePhone, people: People, operator: Person
) -> None:
    other = await people.operator("Budi", ready=False)
    desk_phone = await softphone(world, other)
    try:
        call = await talking(world, phone)
        await people.ask("POST", f"/operators/{other.name}/state", {"ready": True})
        await phone.page.reload()
        await call.hears_sound()  # "one moment", while the page comes back
        await phone.answer()
        await heard_both(world, phone, call)
        assert not desk_phone.calls, "the same desk was kept"
        await phone.press("Tutup")
        record = await world.ended(call)
        assert (record["outcome"], record["position"]) == ("answered", operator.position)
        kinds = [kind for kind, _ in await world.facts(record)]
        assert kinds.count("joined") == 2
        assert kinds.index("kept") < len(kinds) - kinds[::-1].index("offered")
    finally:
        await desk_phone.unregister()
        await people.leave(other)


async def test_a_page_that_stays_away_gives_its_caller_to_the_next_desk(
    world: World, phone: PagePhone, people: People
) -> None:
    other = await people.operator("Budi", ready=False)
    desk_phone = await softphone(world, other)
    try:
        call = await talking(world, phone)
        await people.ask("POST", f"/operators/{other.name}/state", {"ready": True})
        await phone.page.close()
        at_desk = await (await desk_phone.next_call(within=30)).wait_for("established")
        await world.talk(call, desk_phone, at_desk)
        await call.hang_up()
        assert (await world.ended(call))["position"] == other.position
    finally:
        await desk_phone.unregister()
        await people.leave(other)


async def test_a_lost_line_to_asterisk_is_no_lost_talk(world: World, phone: PagePhone) -> None:
    call = await talking(world, phone)
    await phone.lose_the_line()
    await phone.is_("lost")
    await call.hears(OPERATOR_HZ, seconds=0.4)
    await phone.is_("ready")
    await heard_both(world, phone, call)
    await call.hang_up()  # said over the new line
    await expect(phone.page.get_by_test_id("phone-call")).to_have_count(0)
    record = await world.ended(call)
    assert [kind for kind, _ in await world.facts(record)].count("lost") == 0


async def test_of_two_tabs_one_has_the_phone_and_it_can_be_taken(
    desks: Desks, phone: PagePhone, operator: Person
) -> None:
    other = PagePhone(await desks.beside(phone.desk))
    await other.desk.open("/console")
    await expect(other.page.locator("[data-trouble=other-tab]")).to_be_visible()
    await phone.is_("ready")
    await other.press("Pakai di sini")
    await other.is_("ready")
    await expect(phone.page.locator("[data-trouble=other-tab]")).to_be_visible()
    await other.page.close()
    await phone.is_("ready")


async def test_a_headset_is_tried_through_asterisk(phone: PagePhone) -> None:
    await phone.press("Uji headset")
    await phone.answer()
    await phone.hears(OPERATOR_HZ)
    await phone.press("Tutup")
    await expect(phone.page.get_by_test_id("phone-call")).to_have_count(0)


async def test_a_phone_that_is_used_in_another_browser_is_told_so_and_its_talk_goes_on(
    world: World, phone: PagePhone, desks: Desks, speaking: Browser, operator: Person
) -> None:
    call = await talking(world, phone)
    other = PagePhone(await desks.open(speaking))  # a profile of its own: another computer, as far as we know
    await other.listen()
    await other.desk.enter("/console", operator)
    await other.is_("ready")
    await expect(phone.page.locator("[data-trouble=other-browser]")).to_be_visible()
    await heard_both(world, phone, call)
    await phone.lose_the_line()  # and it is still there after that
    await heard_both(world, phone, call)
    await call.hang_up()
    await expect(phone.page.get_by_test_id("phone-call")).to_have_count(0)
    await phone.is_("none")

    second = await world.dial_and_press("1")
    await expect(other.call("ringing")).to_be_visible()
    await expect(phone.page.get_by_test_id("phone-call")).to_have_count(0)  # the person is rung once
    await second.hang_up()
    await expect(other.page.get_by_test_id("phone-call")).to_have_count(0)
    await phone.press("Pakai di sini")
    await phone.is_("ready")
    await expect(other.page.locator("[data-trouble=other-browser]")).to_be_visible()
    await phone.desk.accessible()
    third = await world.dial_and_press("1")
    await expect(phone.call("ringing")).to_be_visible()
    await expect(other.page.get_by_test_id("phone-call")).to_have_count(0)
    await third.hang_up()
