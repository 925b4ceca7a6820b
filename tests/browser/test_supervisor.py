"""The supervisor's screen over real calls: what is shown is the floor's, what is changed reaches it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio
from playwright.async_api import Locator, expect

from lab.phones import RING, PhoneCall
from lab.world import World, eventually
from tests.browser.desk import SECONDS, Desk
from tests.browser.people import People, Person, softphone


@pytest_asyncio.fixture(loop_scope="session")
async def siti(people: People) -> AsyncIterator[Person]:
    """Give an operator who sits at a position of her own, paused; she goes home afterwards."""
    siti = await people.operator("Siti Aminah", ready=False)
    yield siti
    for position in await positions(people):
        if position["operator"] == siti.name:
            await people.leave(siti)


@pytest_asyncio.fixture(loop_scope="session")
async def callers(world: World) -> AsyncIterator[World]:
    """Give citizens; whoever still calls afterwards hangs up."""
    yield world
    await asyncio.gather(*(call.hang_up() for call in world.calls), return_exceptions=True)
    await world.nothing_left()


async def positions(people: People) -> list[dict[str, Any]]:
    """Return the positions as the floor has them."""
    found: list[dict[str, Any]] = (await people.ask("GET", "/floor"))["positions"]
    return found


async def of(people: People, person: Person) -> dict[str, Any]:
    """Return how somebody's position is."""
    return next(each for each in await positions(people) if each["position"] == person.position)


async def choose(desk: Desk, row: Locator, item: str) -> None:
    """Choose from a row's menu."""
    await row.get_by_role("button", name="Ubah").click()
    await desk.page.get_by_role("menuitem", name=item, exact=True).click()
    await expect(desk.page.get_by_role("menu")).to_have_count(0)


def waiting(desk: Desk) -> Locator:
    """Return the rows of who waits."""
    return desk.page.get_by_role("region", name="Menunggu operator").get_by_role("listitem")


def place_of(desk: Desk, call: PhoneCall) -> Locator:
    """Return the row of a caller who waits."""
    return waiting(desk).filter(has_text=call.caller)


async def test_a_change_of_class_is_the_order_in_which_calls_are_answered(
    desk: Desk, people: People, callers: World, siti: Person
) -> None:
    phone = await softphone(callers, siti, RING)
    asks, hurries = await callers.dial_and_press("3"), await callers.dial_and_press("2")
    await desk.enter("/supervisor", people.of_lab("supervisor"))
    await expect(waiting(desk)).to_contain_text([hurries.caller, asks.caller])
    await choose(desk, place_of(desk, asks), "Jadikan: Gawat darurat")
    await expect(waiting(desk)).to_contain_text([asks.caller, hurries.caller])
    await expect(place_of(desk, asks)).to_contain_text("Gawat darurat")
    seat = desk.page.locator(f"[data-position={siti.position}]")
    await expect(seat).to_contain_text("Jeda")
    await desk.accessible()
    await desk.picture("supervisor-floor")
    await desk.for_guides("supervisor")

    await choose(desk, seat, "Siap")
    at_desk = await phone.next_call(within=SECONDS)
    await expect(seat).to_contain_text("Berdering")
    await at_desk.answer()
    row = await callers.row(asks, lambda row: row["answered_at"] is not None)
    assert (row["service_class"], row["operator"]) == ("emergency", siti.name)
    await choose(desk, seat, "Jeda: Salat")
    await expect(seat).to_contain_text("Bicara")
    await at_desk.hang_up()
    await expect(seat).to_contain_text("Jeda: Salat")
    now = await of(people, siti)
    assert (now["ready"], now["reason"]) == (False, "prayer")
    assert (await callers.row(hurries))["answered_at"] is None
    await timeline_is_what_the_database_has(desk, callers, asks)


async def timeline_is_what_the_database_has(desk: Desk, world: World, call: PhoneCall) -> None:
    """Find the call by its number and demand that every fact of it is told, in order."""
    row = await world.ended(call)
    await desk.page.get_by_role("link", name="Riwayat panggilan").click()
    await desk.page.get_by_label("Nomor penelepon").fill(call.caller)
    await desk.page.keyboard.press("Enter")
    await expect(desk.page.get_by_role("status").filter(has_text="ditemukan")).to_contain_text("1 ditemukan")
    assert call.caller not in desk.page.url.partition("#")[0], "a number is no part of what servers see"
    await desk.page.locator(f"[data-call='{row['id']}']").get_by_role("link").click()
    told = desk.page.get_by_test_id("timeline").get_by_role("listitem")
    await expect(told.first).to_be_visible()
    kinds = await told.evaluate_all("items => items.map(item => item.dataset.kind)")
    assert kinds == [kind for kind, _ in await world.facts(row)]
    line = told.filter(has_text="mengubah golongan")
    await expect(line).to_contain_text("supervisor mengubah golongan dari informasi menjadi gawat darurat")
    await desk.page.get_by_role("button", name="English").click()
    moved = "supervisor changes the class from information to emergency"
    await expect(told.filter(has_text=moved)).to_be_visible()
    await desk.for_guides("call")
    await desk.accessible()


async def test_of_two_supervisors_one_is_told_that_somebody_was_first(
    desk: Desk, people: People, siti: Person
) -> None:
    desk.expected.add(412)
    await desk.enter("/supervisor", people.of_lab("supervisor"))
    seat = desk.page.locator(f"[data-position={siti.position}]")
    await expect(seat).to_contain_text("Jeda")
    await seat.get_by_role("button", name="Ubah").click()
    body = {"ready": False, "reason": "meal"}
    await people.ask("POST", f"/operators/{siti.name}/state", body, by="admin")
    await expect(seat).to_contain_text("Jeda: Makan")
    await desk.page.get_by_role("menuitem", name="Jeda: Rapat").click()
    await expect(seat.get_by_role("alert")).to_contain_text("lihat lagi")
    assert (await of(people, siti))["reason"] == "meal"
    await choose(desk, seat, "Keluarkan dari meja…")
    await desk.accessible()
    await desk.page.get_by_role("button", name="Ya, keluarkan").click()
    await expect(seat).to_contain_text("Kosong")
    await eventually(
        lambda: of(people, siti), lambda now: now["operator"] is None, SECONDS, "nobody sits there"
    )


async def test_an_operator_calls_and_sees_that_a_supervisor_comes(
    desk: Desk, people: People, siti: Person
) -> None:
    await desk.enter("/supervisor", people.of_lab("supervisor"))
    await people.ask("PUT", f"/positions/{siti.position}/summons", {"state": "asked"})
    row = desk.page.locator(f"[data-summons={siti.position}]")
    await expect(row).to_contain_text(f"{siti.name} memanggil penyelia")
    await desk.accessible()
    await row.get_by_role("button", name="Saya datang").click()
    await expect(row).to_contain_text("supervisor datang")
    assert (await of(people, siti))["coming"] == "supervisor"
    await row.get_by_role("button", name="Selesai").click()
    await expect(row).to_have_count(0)
    assert (await of(people, siti))["summoned_at"] is None


async def test_the_room_is_readable_at_every_size(desk: Desk, people: People) -> None:
    await desk.enter("/supervisor", people.of_lab("supervisor"))
    await expect(desk.page.get_by_text("Tidak ada yang menunggu.")).to_be_visible()
    await desk.pictures("supervisor")
