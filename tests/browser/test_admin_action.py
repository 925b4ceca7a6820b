"""An admin without a mouse: an agency with a contact, a category with a question, a rule, and why it fits."""

import re

from playwright.async_api import expect

from tests.browser.admin_desk import choose, fill, go_to, heading, open_admin, pick, press
from tests.browser.desk import Desk


async def test_an_agency_a_category_and_a_rule_are_made_and_explain_shows_the_rule(desk: Desk) -> None:
    await open_admin(desk, "/agencies", "Instansi")
    await an_agency_with_a_contact(desk)
    await press(desk, "Kategori")
    await heading(desk, "Kategori")
    await a_category_with_a_question(desk)
    await press(desk, "Aturan")
    await heading(desk, "Aturan instansi")
    await a_rule_is_published(desk)
    await press(desk, "Jelaskan")
    await choose(desk, "category", "Pohon rob")
    await press(desk, "Jelaskan")
    await expect(desk.page.get_by_role("heading", name="Aturan: pohon di jalan")).to_be_visible()
    await expect(desk.page.get_by_role("status").last).to_contain_text("Diminta lebih dulu: Tagana Kota")
    await desk.accessible()
    await desk.picture("admin-explain")
    await desk.for_guides("explain")


async def an_agency_with_a_contact(desk: Desk) -> None:
    await press(desk, "Tambah instansi")
    await fill(desk, code="tagana", name="Tagana Kota")
    await desk.page.keyboard.press("Enter")
    await heading(desk, "Instansi")
    await press(desk, "tagana")
    await heading(desk, "tagana")
    await press(desk, "Tambah cara")
    await choose(desk, "ways.1.kind", "telepon")
    await press(desk, "Tambah kontak")
    await fill(desk, **{"contacts.0.name": "Piket regu A", "contacts.0.number": "112"})
    await desk.page.keyboard.press("Enter")
    desk.expected.add(422)
    number = desk.page.locator("[name='contacts.0.number']")
    await expect(number).to_have_attribute("aria-invalid", "true")  # it would call ourselves
    await expect(number).to_be_focused()
    await desk.accessible()
    await fill(desk, **{"contacts.0.number": "0285421001"})
    await desk.page.keyboard.press("Enter")
    await heading(desk, "Instansi")
    row = desk.page.get_by_role("row", name="tagana Tagana Kota")
    await expect(row).to_contain_text("halaman instansi → telepon")
    await expect(row).to_contain_text("Piket regu A")
    await desk.picture("admin-agencies")
    await desk.for_guides("agencies")


async def a_category_with_a_question(desk: Desk) -> None:
    await press(desk, "Tambah kategori")
    await fill(desk, code="pohon_rob", name="Pohon roboh", name_en="Fallen tree")
    await choose(desk, "service_class", "gawat tidak")
    await press(desk, "Tambah pertanyaan")
    await fill(desk, **{"questions.0.indonesian": "Apakah jalan tertutup?"})
    await desk.page.keyboard.press("Enter")
    await expect(
        desk.page.get_by_role("row", name="pohon_rob Pohon roboh gawat tidak darurat 2 1 0")
    ).to_be_visible()
    await desk.accessible()


async def a_rule_is_published(desk: Desk) -> None:
    await press(desk, "Tambah aturan")
    await fill(desk, name="pohon di jalan")
    await pick(desk, "categories", "Pohon roboh")
    await pick(desk, "first", "Tagana Kota")
    await desk.accessible()
    await press(desk, "Simpan ke rancangan")
    await expect(desk.page.get_by_role("row", name="pohon di jalan")).to_contain_text("Tagana Kota")
    checked = desk.page.get_by_text(re.compile("Tidak ada masalah|peringatan"))  # of other rules in force
    await expect(checked.first).to_be_visible()
    await expect(desk.page.get_by_text("harus diperbaiki")).to_have_count(0)
    await desk.accessible()
    await desk.picture("admin-rules")
    await fill(desk, note="pohon di jalan kota")
    await go_to(desk, "Terbitkan")
    await desk.page.keyboard.press("Enter")
    await expect(desk.page.get_by_role("status").filter(has_text="berlaku sekarang")).to_be_visible()
