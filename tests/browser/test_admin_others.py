"""Not alone and not friendly: two admins at one thing, hostile texts, long lists, a session that ends."""

import re
from uuid import uuid4

from playwright.async_api import APIResponse, expect

from ct112.store import Store, cameras
from lab.api import Lab
from tests.browser.admin_desk import fill, heading, open_admin, press
from tests.browser.desk import Desk

HOSTILE = "<img src=x onerror=alert(1)>'\"{{7*7}}${7*7}\u202ekomputer"
MANY = 5_000


async def asked(desk: Desk, method: str, path: str, body: object, version: int | None = None) -> APIResponse:
    """Ask the API as another admin would, with the same session."""
    headers = {"Origin": desk.url} | ({} if version is None else {"If-Match": f'"{version}"'})
    answer = await desk.page.request.fetch(
        f"{desk.url}/api/v1{path}", method=method, data=body, headers=headers
    )
    assert answer.ok, await answer.text()
    return answer


async def test_what_another_admin_changed_is_said_and_neither_loses_it(desk: Desk) -> None:
    desk.expected |= {412}
    await open_admin(desk, "/operators", "Operator")
    await asked(desk, "POST", "/operators", {"name": "budi", "full_name": "Budi"})
    await desk.open("/admin/operators/budi")
    await fill(desk, full_name="Budi Santoso")
    await asked(desk, "PATCH", "/operators/budi", {"full_name": "Budi S.", "active": False}, 1)
    await desk.page.keyboard.press("Enter")
    said = desk.page.get_by_role("alert")
    await expect(said).to_contain_text(
        "Nama lengkap: semula “Budi”, sekarang “Budi S.” (Anda juga mengubah ini)"
    )
    await expect(said).to_contain_text("Boleh masuk: semula “ya”, sekarang “tidak”")
    await desk.accessible()
    await desk.picture("admin-conflict")
    await press(desk, "Pakai perubahan saya di atasnya")
    await press(desk, "Simpan")
    await expect(
        desk.page.get_by_role("row", name="budi Budi Santoso tidak boleh masuk tidak")
    ).to_be_visible()


async def test_hostile_texts_are_texts(desk: Desk) -> None:
    desk.expected |= {400, 404, 422}
    await open_admin(desk, "/categories/_new", "Tambah kategori")
    await fill(desk, code="jahat", name=HOSTILE, name_en=HOSTILE)
    await press(desk, "Tambah pertanyaan")
    await fill(desk, **{"questions.0.indonesian": HOSTILE})
    await desk.page.keyboard.press("Enter")
    await heading(desk, "Kategori")
    await expect(desk.page.get_by_role("row", name=re.compile("^jahat"))).to_contain_text(
        "<img src=x onerror"
    )
    assert await desk.page.locator("main img").count() == 0
    await desk.open("/admin/cameras/_new")
    await fill(
        desk, code=HOSTILE, name="x" * 1000, latitude="-", longitude="1e999", stream="javascript:alert(1)"
    )
    await desk.page.keyboard.press("Enter")
    await expect(desk.page.locator("[aria-invalid=true]")).to_have_count(5)
    await desk.open(f"/admin/operators/{'%2e%2e%2f' * 3}x")
    await expect(desk.page.get_by_role("alert")).to_contain_text("Tidak ditemukan")


async def test_five_thousand_are_searched_and_turned_over_fifty_at_a_time(desk: Desk, lab: Lab) -> None:
    await open_admin(desk, "/cameras", "Kamera")
    await many_cameras(lab.description()["database_url"])
    await desk.page.reload()
    await expect(desk.page.get_by_text(f"1–50 dari {MANY}")).to_be_visible()
    assert await desk.page.get_by_role("row").count() == 51
    await press(desk, "Berikutnya")
    await expect(desk.page.get_by_text(f"51–100 dari {MANY}")).to_be_visible()
    await desk.page.get_by_role("searchbox").fill("kamera 4321")
    await expect(desk.page.get_by_role("row")).to_have_count(2)
    await expect(desk.page.get_by_role("link", name="c4321")).to_be_visible()


async def many_cameras(url: str) -> None:
    """Register so many cameras that a list of them is none for a person."""
    store = await Store.create(url)
    try:
        async with store.transaction() as connection:
            for at in range(MANY):
                where = {"latitude": -6.9, "longitude": 109.7, "stream": "rtsp://10.0.0.1/x"}
                await cameras.add(connection, code=f"c{at}", name=f"Kamera {at}", **where)
    finally:
        await store.close()


async def test_a_session_that_ends_keeps_the_form_and_never_the_password(desk: Desk) -> None:
    await open_admin(desk, "/operators/_new", "Tambah operator")
    await fill(desk, name=f"x{uuid4().hex[:8]}", full_name="Rina")
    await desk.page.context.clear_cookies()
    await desk.page.keyboard.press("Enter")
    await expect(desk.page.get_by_role("dialog")).to_contain_text("Sesi berakhir")
    await desk.page.get_by_role("dialog").locator("input[name=password]").fill(desk.password("admin"))
    await desk.page.keyboard.press("Enter")
    await expect(desk.page.get_by_role("dialog")).to_have_count(0)
    await expect(desk.page.locator("input[name=full_name]")).to_have_value("Rina")
    await press(desk, "Tambah operator")
    await heading(desk, "Operator")
    await expect(desk.page.get_by_role("row", name=re.compile("Rina"))).to_be_visible()
