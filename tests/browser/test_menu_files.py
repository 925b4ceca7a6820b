"""The menu leaves as a file, is changed outside, and comes back whole; what is no menu changes nothing."""

import asyncio
import re
from pathlib import Path

from playwright.async_api import Locator, Page, expect

from tests.browser.desk import Desk
from tests.browser.desks import Desks
from tests.browser.menus import fresh, pick, publish
from tests.browser.people import People

OURS = "# Kota Pekalongan: disetujui Dinkominfo, 3 November\n"
TAB = "start: a\nnodes:\n  a: { type: queue, class: emergency }\n\tb: x\n"
BROKEN: dict[str, tuple[bytes, str]] = {
    "tab.yaml": (TAB.encode(), "(baris 4): Ada kesalahan penulisan YAML. → Periksa indentasi"),
    "kurung.yaml": (b"start: a\nnodes:\n  a: { type: queue\n", "(baris 4): Ada kesalahan penulisan YAML."),
    "kosong.yaml": (b"", "Berkas ini kosong."),
    "utf16.yaml": ("start: a\n".encode("utf-16"), "Ini bukan teks UTF-8. → Simpan sebagai teks biasa"),
    "foto.yaml": (b"\x89PNG\r\n\x1a\n\x00\xff\xfe", "Ini bukan teks UTF-8."),
    "daftar.yaml": (b"- a\n- b\n", "bagian nodes: tidak ditemukan"),
    "besar.yaml": (b"x" * 65_000, "Terlalu besar untuk sebuah menu."),
    "dalam.yaml": (b"[" * 60, "Terlalu banyak tingkat"),
}


async def opened(desk: Desk) -> None:
    """Open the editor as admin."""
    await desk.enter("/menu", "admin")
    await desk.page.get_by_test_id("draft").wait_for()
    await fresh(desk.page)


async def yaml(page: Page) -> Locator:
    """Open the window with the menu as text."""
    await page.get_by_role("button", name="YAML").click()
    return page.get_by_role("dialog")


async def bring(window: Locator, file: Path, content: bytes) -> None:
    """Open a file; the system's own dialog is not ours to test."""
    await asyncio.to_thread(file.write_bytes, content)
    await window.locator("input[type=file]").set_input_files(file)


async def test_a_file_goes_out_and_comes_in_without_loss_and_a_broken_one_changes_nothing(
    desk: Desk, desks: Desks, people: People, tmp_path: Path
) -> None:
    await opened(desk)
    page = desk.page
    window = await yaml(page)
    text = window.get_by_label("Seluruh menu")
    live = await text.input_value()
    async with page.expect_download() as downloading:
        await window.get_by_role("button", name="Unduh berkas").click()
    saved = Path(await (await downloading.value).path())
    out = (await asyncio.to_thread(saved.read_bytes)).decode()
    assert out == live
    changed = OURS + re.sub(r"(?m)^(start: .*)$", r"\1  # dimulai di sini", out) + "\n# akhir\n"
    await bring(window, tmp_path / "menu.yaml", b"\xef\xbb\xbf" + changed.replace("\n", "\r\n").encode())
    await expect(window.get_by_role("status")).to_have_text(re.compile("menu.yaml sekarang menjadi draf"))
    await expect(text).to_have_value(changed)
    await fresh(page)
    await expect(window).to_contain_text("dalam batas")  # the time to an operator, in sight here as well
    for name, (content, said) in BROKEN.items():
        await bring(window, tmp_path / name, content)
        refused = window.get_by_role("alert")
        await expect(refused).to_contain_text(f"{name} tidak dipakai")
        await expect(refused).to_contain_text(said)
        await expect(refused).to_contain_text("Draf tetap seperti semula.")
        await expect(text).to_have_value(changed)
    await desk.accessible()
    await desk.picture("menu-file-refused")
    await page.keyboard.press("Escape")
    await a_second_window_is_the_same_draft(desk, desks)
    await what_is_published_is_what_was_written(desk, people, changed)


async def a_second_window_is_the_same_draft(desk: Desk, desks: Desks) -> None:
    """What one window of a person changes, the other shows; nothing is lost between them."""
    second = await desks.beside(desk)
    await second.open("/menu")
    form = await pick(second.page, "greeting")
    await form.get_by_label("Yang terdengar (id)", exact=True).fill("Seratus dua belas, Pekalongan.")
    here = await pick(desk.page, "greeting")
    await expect(here.get_by_label("Yang terdengar (id)", exact=True)).to_have_value(
        "Seratus dua belas, Pekalongan."
    )
    await second.page.close()


async def what_is_published_is_what_was_written(desk: Desk, people: People, written: str) -> None:
    """The difference is a picture and words; the version has every comment; rolled back, all is as before."""
    page = desk.page
    await fresh(page)
    await page.get_by_role("button", name="Terbitkan…").click()
    window = page.get_by_role("dialog")
    await expect(window.get_by_role("list", name="Yang berubah")).to_contain_text("greeting: berubah")
    await expect(window.get_by_text("greeting", exact=True).first).to_be_visible()
    await window.get_by_text("Baris demi baris").click()
    await expect(window.get_by_label("Baris demi baris")).to_contain_text("+" + OURS.strip())
    await desk.picture("menu-difference")
    await page.keyboard.press("Escape")
    before = (await page.get_by_test_id("live").inner_text()).removeprefix("Berlaku: ")
    await publish(page, "dari berkas")
    await expect(page.get_by_test_id("said")).to_contain_text("berlaku untuk panggilan baru")
    now = await people.ask("GET", "/ivr")
    source = (await people.ask("GET", f"/ivr/versions/{now['live']}"))["source_yaml"]
    same, lines = written.splitlines(), source.splitlines()
    unlike = [(one, other) for one, other in zip(same, lines, strict=True) if one != other]
    assert len(unlike) == 1
    assert "Seratus dua belas, Pekalongan." in unlike[0][1]
    await page.get_by_role("button", name=f"Kembali ke {before}").click()
    await expect(page.get_by_test_id("live")).not_to_have_text(f"Berlaku: versi {now['live']}")
    await expect(page.get_by_test_id("draft")).to_have_text("Sama dengan yang berlaku.")
