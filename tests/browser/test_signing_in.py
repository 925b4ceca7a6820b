"""Signing in and out as each role, by the keyboard alone; and what is said of a part that is away."""

import asyncio

import pytest
from playwright.async_api import expect

from lab.api import Lab
from lab.users import USERS
from tests.browser.desk import Desk


@pytest.mark.parametrize("name", ["operator-1", "supervisor", "admin", "damkar"])
async def test_each_role_signs_in_and_out_by_the_keyboard_and_in_both_languages(
    desk: Desk, name: str
) -> None:
    desk.expected = {401}  # nobody is signed in yet
    page = desk.page
    await desk.open("/")
    await expect(page).to_have_url(f"{desk.url}/login")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Masuk ke layanan 112")
    await desk.sign_in(name)
    await expect(page.get_by_role("banner")).to_contain_text(name)
    await expect(page.get_by_test_id("freshness")).to_have_text("Langsung")
    await desk.accessible()
    await desk.tab_to("English")
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("freshness")).to_have_text("Live")
    assert await page.evaluate("document.documentElement.lang") == "en"
    await page.reload()
    await desk.tab_to("Sign out")  # the language is kept
    await desk.picture(f"frame-{USERS[name]['role'].value}")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(f"{desk.url}/login")
    await desk.open("/")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Sign in to the 112 service")


async def test_the_page_of_signing_in_is_for_everybody(desk: Desk) -> None:
    desk.expected = {401}
    await desk.open("/login")
    await expect(desk.page.get_by_role("button", name="Masuk")).to_be_visible()
    await desk.pictures("login")


async def test_a_wrong_password_says_what_to_do(desk: Desk) -> None:
    desk.expected = {401}
    await desk.open("/login")
    await desk.page.locator("input[name=username]").fill("operator-1")
    await desk.page.locator("input[name=password]").fill("a wrong one")
    await desk.page.keyboard.press("Enter")
    await expect(desk.page.get_by_role("alert")).to_contain_text("salah")
    await desk.accessible()


async def test_an_address_that_is_none_says_so(desk: Desk) -> None:
    desk.expected = {401, 404}
    await desk.open("/login")
    await desk.sign_in("admin")
    await expect(desk.page.get_by_role("banner")).to_be_visible()
    await desk.open("/konsole")
    await expect(desk.page.get_by_role("heading", level=1)).to_have_text("Halaman ini tidak ada")
    await desk.accessible()


async def test_a_session_that_ends_asks_again_over_the_page(desk: Desk) -> None:
    desk.expected = {401}
    await desk.open("/login")
    await desk.sign_in("operator-2")
    await expect(desk.page.get_by_test_id("freshness")).to_have_text("Langsung")
    await desk.page.context.clear_cookies()
    await desk.page.evaluate("window.dispatchEvent(new Event('online'))")  # the page looks again
    await expect(desk.page.get_by_role("dialog")).to_contain_text("Sesi berakhir")
    await desk.accessible()
    await desk.page.locator("input[name=password]").fill(desk.password("operator-2"))
    await desk.page.keyboard.press("Enter")
    await expect(desk.page.get_by_role("dialog")).to_be_hidden()
    await expect(desk.page.get_by_test_id("freshness")).to_have_text("Langsung")


async def test_what_is_away_is_named_and_passes(desk: Desk, lab: Lab) -> None:
    desk.expected = {401, 503}  # the console asks meanwhile
    await desk.open("/login")
    await desk.sign_in("operator-1")
    await expect(desk.page.get_by_test_id("freshness")).to_have_text("Langsung")
    said = desk.page.get_by_role("status").first
    await asyncio.to_thread(lab.kill, "ct112")
    await expect(said).to_contain_text("Layanan telepon tidak terdengar")
    await desk.picture("telephone-away")
    await asyncio.to_thread(lab.start_again, "ct112")
    await expect(desk.page.get_by_test_id("freshness")).to_have_text("Langsung")
    await expect(said).to_be_empty()
