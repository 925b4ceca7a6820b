"""The page on which a citizen sends their location: granted, denied, nowhere, offline, too late."""

from typing import Any

from playwright.async_api import Geolocation, expect

from lab.world import World
from tests.browser.browsers import PHONE
from tests.browser.desk import Desk
from tests.browser.desks import Desks
from tests.browser.people import People

PEKALONGAN: Geolocation = {"latitude": -6.8885, "longitude": 109.6753, "accuracy": 12}
LARGEST_PAGE = 50_000  # bytes, all of it
SEND = "Setuju, kirim lokasi saya"


async def sent_link(world: World, people: People) -> tuple[str, str]:
    """Let a citizen call; return the call's id and the link that an operator has for them."""
    row = await world.row(await world.dial())
    call = str(row["id"])
    link = await people.ask("POST", f"/calls/{call}/location-link", by="operator-1")
    return call, link["path"]


async def phone(desks: Desks, path: str, *, granted: bool = True, **settings: Any) -> Desk:
    """Open the page on a citizen's telephone; `granted`: they let the browser find out where they are."""
    permissions = ["geolocation"] if granted else []
    desk = await desks.open(viewport=PHONE, permissions=permissions, **settings)
    await desk.open(path)
    return desk


async def test_a_citizen_agrees_and_the_operator_has_the_place(
    world: World, people: People, desks: Desks
) -> None:
    call, path = await sent_link(world, people)
    desk = await phone(desks, path, geolocation=PEKALONGAN)
    page = desk.page
    assert len((await page.content()).encode()) < LARGEST_PAGE
    assert await page.evaluate("performance.getEntriesByType('resource').length") == 0  # nothing but itself
    await desk.pictures("share")
    await desk.keyboard_only()
    await page.reload()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("Terkirim")
    await desk.accessible()
    await desk.picture("share-sent")
    places = (await people.ask("GET", f"/calls/{call}/locations", by="operator-1"))["locations"]
    assert [(place["source"], place["latitude"], place["uncertainty_m"]) for place in places] == [
        ("link", PEKALONGAN["latitude"], PEKALONGAN["accuracy"])
    ]


async def test_what_does_not_work_is_said_and_may_be_tried_again(
    world: World, people: People, desks: Desks
) -> None:
    _, path = await sent_link(world, people)
    denied = await phone(desks, path, granted=False)
    await denied.page.get_by_role("button", name=SEND).click()
    await expect(denied.page.get_by_role("status")).to_contain_text("Izin lokasi ditolak")
    await denied.accessible()

    lost = await phone(desks, path)
    protocol = await lost.page.context.new_cdp_session(lost.page)
    await protocol.send("Emulation.setGeolocationOverride", {})  # granted, but the telephone does not know
    await lost.page.get_by_role("button", name=SEND).click()
    await expect(lost.page.get_by_role("status")).to_contain_text("Lokasi tidak ditemukan")

    context = lost.page.context
    await context.set_geolocation(PEKALONGAN)
    await context.set_offline(True)
    await lost.page.get_by_role("button", name=SEND).click()
    await expect(lost.page.get_by_role("status")).to_contain_text("Periksa sambungan internet")
    lost.errors = [error for error in lost.errors if "ERR_INTERNET_DISCONNECTED" not in error]
    await context.set_offline(False)
    await lost.page.get_by_role("button", name=SEND).click()
    await expect(lost.page.get_by_role("status")).to_contain_text("Terkirim")


async def test_a_link_that_is_used_up_or_none_says_so(world: World, people: People, desks: Desks) -> None:
    _, path = await sent_link(world, people)
    desk = await phone(desks, path, geolocation=PEKALONGAN)
    desk.expected = {404}
    said, button = desk.page.get_by_role("status"), desk.page.get_by_role("button")
    for _ in range(20):
        async with desk.page.expect_response("**/share/*"):
            await button.click()
        if "tidak berlaku" in await said.inner_text():
            break
    await expect(said).to_contain_text("Minta tautan baru")
    await expect(button).to_have_attribute("aria-disabled", "true")
    other = await phone(desks, "/share/" + "x" * 43, geolocation=PEKALONGAN)
    other.expected = {404}
    await other.page.get_by_role("button", name=SEND).click()
    await expect(other.page.get_by_role("status")).to_contain_text("Minta tautan baru")


async def test_without_javascript_the_page_says_what_to_do(desks: Desks) -> None:
    desk = await desks.open(viewport=PHONE, java_script_enabled=False)
    await desk.open("/share/" + "x" * 43)
    await expect(desk.page.get_by_text("Sebutkan alamat Anda kepada petugas")).to_be_visible()
    await expect(desk.page.get_by_role("button")).to_have_count(0)
