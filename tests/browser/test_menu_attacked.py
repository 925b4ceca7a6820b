"""The editor under bad luck and bad will: it loses nothing, ends nothing, and says what happened."""

import asyncio
import re

import pytest
from playwright.async_api import Browser, expect

from lab.api import Lab
from tests.browser.conftest import PICTURES
from tests.browser.desk import SECONDS, Desk
from tests.browser.menus import fresh, pick, publish

expect.set_options(timeout=SECONDS * 1000)
NIGHT = {"viewport": {"width": 1920, "height": 1080}, "color_scheme": "dark"}
PHONE = {"viewport": {"width": 390, "height": 844}}
HOSTILE = "<img src=x onerror=alert(1)> 😀 " + "a: b # ' \" { [ *x &y" + "\u202e" + "!" * 10_000
BOMB = "a: &a [x,x,x,x,x,x,x,x]\n" + "".join(
    f"{two}: &{two} [{','.join([f'*{one}'] * 8)}]\n" for one, two in zip("abcdefgh", "bcdefghi", strict=True)
)


async def opened(desk: Desk, user: str = "admin") -> None:
    desk.expected |= {401}
    await desk.open("/menu")
    await desk.sign_in(user)
    await desk.page.get_by_test_id("draft").wait_for()
    await fresh(desk.page)


async def written(desk: Desk, text: str) -> None:
    """Write the whole menu anew, as YAML."""
    await desk.page.get_by_role("button", name="YAML").click()
    await desk.page.get_by_label("Seluruh menu").fill(text)
    await desk.page.keyboard.press("Escape")


async def test_hostile_texts_are_texts_and_a_yaml_bomb_is_a_problem(desk: Desk) -> None:
    desk.expected |= {400, 413}  # what is larger than a menu may be
    await opened(desk)
    page = desk.page
    form = await pick(page, "greeting")
    await form.get_by_label("Yang terdengar (id)", exact=True).fill(HOSTILE)
    await expect(form).to_contain_text("lebih dari 1000 huruf")
    await expect(page.get_by_test_id("graph").get_by_text("<img src=x onerror")).to_be_visible()
    assert await page.locator("img[src=x]").count() == 0
    await page.get_by_role("button", name="Urungkan").click()
    await expect(page.get_by_test_id("problems")).to_have_text("✓ Tidak ada masalah")
    for text in (BOMB, "[" * 30_000, "x" * 70_000, "start: \t{", "nodes: {a: {type: menu, next: a}}"):
        await written(desk, text)
        await expect(page.get_by_test_id("worst")).to_be_visible()
    await page.get_by_role("button", name="Buang draf").click()
    await expect(page.get_by_test_id("draft")).to_have_text("Sama dengan yang berlaku.")


@pytest.mark.parametrize("desk", [NIGHT], indirect=True)
async def test_five_hundred_nodes_in_circles_and_to_nowhere_are_shown_and_edited(desk: Desk) -> None:
    await opened(desk)
    page = desk.page
    nodes = "".join(
        f"  n{number}: {{ type: announce, say: {{ id: Kabar {number} }}, next: n{(number * 7 + 1) % 510} }}\n"
        for number in range(500)
    )
    source = "languages: [id]\nstart: n0\nwaiting: { id: Tunggu }\nnodes:\n"
    await written(desk, source + nodes)
    outline = page.get_by_role("navigation", name="Susunan")
    await expect(outline.get_by_role("button")).to_have_count(501)
    await expect(page.get_by_test_id("problems")).to_have_text("✗ 1 masalah")
    form = await pick(page, "n42")
    began = asyncio.get_running_loop().time()
    await form.get_by_label("Yang terdengar (id)", exact=True).fill("Kabar baru")
    await expect(page.get_by_role("button", name="Urungkan")).to_be_enabled()
    assert asyncio.get_running_loop().time() - began < SECONDS
    await desk.picture("menu-many-nodes")
    await page.get_by_role("button", name="Buang draf").click()


async def test_a_draft_outlives_its_page_and_web(desk: Desk, lab: Lab) -> None:
    desk.expected = {401, 500, 502, 503}
    await opened(desk)
    page = desk.page
    form = await pick(page, "greeting")
    await form.get_by_label("Yang terdengar (id)", exact=True).fill("Selamat datang.")
    await fresh(page)
    await asyncio.to_thread(lab.kill, "web")
    await form.get_by_label("Yang terdengar (id)", exact=True).fill("Selamat datang di 112.")
    await expect(page.get_by_role("alert").first).to_contain_text("Belum diperiksa")
    await expect(page.get_by_role("button", name="Terbitkan…")).to_be_disabled()
    desk.errors.clear()  # the browser says that nobody answers
    await asyncio.to_thread(lab.start_again, "web")
    await fresh(page)
    await page.reload()
    form = await pick(page, "greeting")
    await expect(form.get_by_label("Yang terdengar (id)", exact=True)).to_have_value("Selamat datang di 112.")
    await page.get_by_role("button", name="Buang draf").click()
    await expect(page.get_by_test_id("draft")).to_have_text("Sama dengan yang berlaku.")
    desk.errors[:] = [each for each in desk.errors if not re.search("WebSocket|ERR_CONNECTION", each)]


async def test_of_two_who_publish_the_second_is_told_and_decides(
    desk: Desk, lab: Lab, browser: Browser
) -> None:
    desk.expected = {401, 412}
    await opened(desk)
    context = await browser.new_context()
    other = Desk(lab.description(), await context.new_page(), PICTURES)
    await opened(other, "supervisor")
    for one, text in ((desk, "Satu satu dua."), (other, "Seratus dua belas.")):
        form = await pick(one.page, "greeting")
        await form.get_by_label("Yang terdengar (id)", exact=True).fill(text)
        await fresh(one.page)
    await desk.page.get_by_role("button", name="Terbitkan…").click()  # it looks at what was live until now
    await publish(other.page, "lebih singkat")
    window = desk.page.get_by_role("dialog")
    await window.get_by_label("Catatan").fill("lebih singkat lagi")
    await window.get_by_role("button", name="Terbitkan").click()
    await expect(window.get_by_role("alert").first).to_contain_text("Orang lain menerbitkan versi lain")
    await desk.picture("menu-stale")
    await desk.accessible()
    await window.get_by_role("button", name="Terbitkan di atasnya").click()
    await expect(desk.page.get_by_test_id("said")).to_contain_text("berlaku untuk panggilan baru")
    assert other.errors == []
    await context.close()
    await desk.page.get_by_role("button", name="Versi", exact=True).click()
    await desk.page.get_by_role("button", name="Bandingkan dengan draf: menu bawaan").click()
    await expect(desk.page.get_by_role("region", name="Yang berubah")).to_contain_text("greeting: berubah")
    await desk.picture("menu-versions")
    await desk.page.get_by_role("button", name="Terbitkan lagi: menu bawaan").click()
    await expect(desk.page.get_by_test_id("said")).to_contain_text("berlaku")


@pytest.mark.parametrize("desk", [PHONE], indirect=True)
async def test_on_a_narrow_screen_by_keyboard_the_menu_is_tried_and_spoken(
    desk: Desk,
) -> None:
    await desk.keyboard_only()
    await opened(desk)
    page = desk.page
    await desk.fits()
    await desk.picture("menu-phone")
    await page.get_by_role("navigation", name="Susunan").get_by_role("button").first.focus()
    for _ in range(5):
        await page.keyboard.press("ArrowDown")
    await expect(page.get_by_test_id("form").locator("section")).to_have_attribute("aria-label", "about")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Control+End")
    await page.keyboard.type(" Halo.")
    await expect(page.get_by_label("Yang terdengar (id)", exact=True)).to_have_value(re.compile("Halo\\.$"))
    await page.get_by_role("button", name="Rekam: Yang terdengar (id)").press("Enter")
    await page.get_by_role("button", name="Selesai merekam").wait_for()
    await asyncio.sleep(2.5)  # the microphone of the browser beeps once a second
    await page.get_by_role("button", name="Selesai merekam").press("Enter")
    await expect(page.get_by_test_id("form")).to_contain_text(re.compile("Rekaman: up-[0-9a-f]{32}"))
    await fresh(page)
    await expect(page.get_by_test_id("problems")).to_have_text("✓ Tidak ada masalah")
    await page.get_by_role("button", name="Coba sebagai penelepon").press("Enter")
    await page.get_by_role("button", name="Telepon 112").press("Enter")
    await expect(page.get_by_role("dialog")).to_contain_text("main: terdengar")
    await page.get_by_role("button", name="2", exact=True).press("Enter")
    await expect(page.get_by_role("dialog")).to_contain_text("tidak darurat (pilihannya)")
    await desk.accessible()
    await desk.picture("menu-tried")
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Buang draf").press("Enter")
