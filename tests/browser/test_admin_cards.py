"""Run cards without YAML and without a mouse: rows are added, moved, corrected; changes are said."""

from playwright.async_api import expect

from tests.browser.admin_desk import choose, fill, heading, open_admin, press
from tests.browser.desk import Desk
from tests.browser.people import People

DOCUMENT = """# disepakati dengan Damkar
default:
  first: [bpbd]
rules:
  - name: mobil jenazah
    categories: [mobil_jenazah]
    first: [dinkes]
run_cards:
  banjir: # sejak 2024
    2: [pmi]
"""


async def in_force(people: People, text: str) -> None:
    """Publish a routing document as another admin would."""
    made = await people.ask("POST", "/routing/versions", {"source_yaml": text, "note": "awal"})
    now = await people.ask("GET", "/routing")
    path = f"/routing/versions/{made['number']}/publish"
    await people.ask("POST", path, {"note": "awal"}, version=now["version"])


async def test_a_run_card_is_made_by_the_keyboard_and_published(desk: Desk, people: People) -> None:
    await in_force(people, DOCUMENT)
    await desk.keyboard_only()
    await open_admin(desk, "/routing/cards", "Aturan instansi")
    page = desk.page
    await press(desk, "Tambah kartu")
    await choose(desk, "category", "Keb")
    await choose(desk, "rows.0.level", "3")
    await press(desk, "Simpan ke rancangan")
    wrong = page.get_by_role("alert")
    await expect(wrong).to_contain_text("Tingkat 2 kosong: isi, atau turunkan tingkat di atasnya.")
    await expect(wrong).to_contain_text("Ada baris tingkat 3 tanpa instansi")
    await desk.accessible()
    await choose(desk, "rows.0.agency", "Palang")
    await press(desk, "Tambah baris")
    await choose(desk, "rows.1.level", "2")
    await choose(desk, "rows.1.agency", "PLN")
    await fill(desk, **{"rows.1.send": "dua regu"})
    up = page.get_by_role("button", name="Naikkan: Yang ditambahkan 2")
    await up.press("Enter")
    await expect(page.locator("[name='rows.0.send']")).to_have_value("dua regu")
    changes = page.get_by_role("region", name="Yang berubah pada kartu gerak")
    await expect(changes).to_contain_text("tingkat 2: PLN")
    await desk.picture("admin-card")
    await press(desk, "Simpan ke rancangan")
    draft = page.locator("section[aria-label='Rancangan yang belum diterbitkan']")
    changed = draft.get_by_role("region", name="Yang berubah pada kartu gerak").get_by_role("listitem")
    await expect(changed).to_have_count(2)
    await expect(draft).to_contain_text("dua regu")
    await desk.accessible()
    await desk.picture("admin-cards")
    await fill(desk, note="kartu rob")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status").filter(has_text="berlaku sekarang")).to_be_visible()
    now = await people.ask("GET", "/routing")
    text = (await people.ask("GET", f"/routing/versions/{now['number']}"))["source_yaml"]
    for kept in ("# disepakati dengan Damkar", "# sejak 2024", "2: [pmi]", "- name: mobil jenazah"):
        assert kept in text
    assert "2: [{agency: pln, send: dua regu}]" in text
    await page.get_by_role("link", name="Banjir").press("Enter")
    await page.get_by_role("heading", name="Banjir", level=2).wait_for()
    await heading(desk, "Aturan instansi")
    await press(desk, "Hapus kartu dari rancangan")
    await press(desk, "Hapus kartu dari rancangan")
    await expect(draft).to_contain_text("- Banjir, tingkat 2")
    await press(desk, "Buang rancangan")
    await press(desk, "Buang rancangan")
    await expect(draft).to_have_count(0)
