"""The admin changes the menu in the page, and the next caller hears it: no file edited, nothing restarted."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Locator, expect

from lab.api import Lab
from tests.browser.desk import SECONDS, Desk
from tests.browser.menus import add, call_and_press, fresh, heard, pick, publish, until_callers_hear

expect.set_options(timeout=SECONDS * 1000)
DAY = {"viewport": {"width": 1280, "height": 800}}
NEWS = {"id": "Kantor pindah besok.", "en": "We move tomorrow.", "ms": "Pejabat berpindah hari esok."}
WRONG_KEY = ("Tombol salah. Darurat tekan 1.", "id")
ALL = [
    WRONG_KEY,
    ("One one two, Pekalongan.", "en"),
    *((text, voice) for voice, text in NEWS.items()),
]


async def version_of(live: Locator) -> int:
    """Return which version is said to be live."""
    return int((await live.inner_text()).removeprefix("Berlaku: versi "))


@pytest.mark.parametrize("desk", [DAY], indirect=True)
async def test_a_language_and_an_announcement_are_added_published_heard_and_rolled_back(
    desk: Desk, lab: Lab, tmp_path: Path
) -> None:
    desk.expected = {401}
    page, running = desk.page, lab.living()
    await desk.open("/menu")
    await desk.sign_in("admin")
    live = page.get_by_test_id("live")
    await expect(live).to_have_text(re.compile("Berlaku: (menu bawaan|versi \\d+)"))
    before = (await live.inner_text()).removeprefix("Berlaku: ")
    await expect(page.get_by_test_id("worst")).to_contain_text("dalam batas")
    await page.get_by_test_id("graph").get_by_text("greeting").wait_for()
    await desk.picture("menu-built-in")

    whole = await pick(page, "Pengaturan menu")
    await whole.get_by_label("Kode bahasa").fill("ms")
    await whole.get_by_role("button", name="Tambah bahasa").click()
    await expect(page.get_by_test_id("problems")).to_contain_text("masalah")
    main = await pick(page, "main")
    await expect(main).to_contain_text("tidak ada yang diucapkan dalam bahasa 'ms'. → isi teks bahasa 'ms'")
    await expect(page.get_by_test_id("graph").get_by_text("✗")).not_to_have_count(0)
    await desk.picture("menu-problems")
    await (await pick(page, "Pengaturan menu")).get_by_role("button", name="Isi yang kosong").click()
    await expect(page.get_by_test_id("problems")).to_have_text("✓ Tidak ada masalah")

    await (await pick(page, "main")).get_by_role("button", name="Tambah tombol").click()
    await add(page, "ganti bahasa", "malay", "main: tombol 4")
    await add(page, "pengumuman", "news", "malay: lalu")
    form = page.get_by_test_id("form")
    for language, text in NEWS.items():
        await form.get_by_label(f"Yang terdengar ({language})", exact=True).fill(text)
    await expect(page.get_by_test_id("worst")).to_contain_text("melewati batas")  # it leads to the greeting
    await expect(await pick(page, "main")).to_contain_text("→ persingkat teks atau waktu tunggu")
    await expect(page.get_by_role("button", name="Terbitkan…")).to_be_disabled()
    await desk.picture("menu-too-long")
    await (await pick(page, "news")).get_by_label("lalu", exact=True).select_option("urgent")
    await fresh(page)
    await expect(page.get_by_test_id("worst")).to_contain_text("dalam batas")
    await expect(page.get_by_test_id("problems")).to_have_text("✓ Tidak ada masalah")
    await desk.pictures("menu")
    await desk.for_guides("menu")

    await publish(page, "Bahasa Melayu dan kabar pindah")
    await expect(page.get_by_test_id("said")).to_contain_text("berlaku untuk panggilan baru")
    await expect(page.get_by_test_id("draft")).to_have_text("Sama dengan yang berlaku.")
    await until_callers_hear(lab, await version_of(live))
    pcm = await call_and_press(lab, "4", tmp_path)
    assert heard(lab, pcm, ALL) == {(NEWS["ms"], "ms")}
    await page.reload()
    news = page.get_by_role("navigation", name="Susunan").get_by_role("button", name=re.compile("^news"))
    await expect(news).to_contain_text("1 panggilan")

    published = await live.inner_text()
    await page.get_by_role("button", name=f"Kembali ke {before}").click()
    await expect(live).not_to_have_text(published)
    await desk.picture("menu-rolled-back")
    await until_callers_hear(lab, await version_of(live))
    pcm = await call_and_press(lab, "4", tmp_path)
    assert heard(lab, pcm, ALL) == {WRONG_KEY}
    assert lab.living() == running, "something was restarted"
