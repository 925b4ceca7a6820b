"""An admin takes a city's files in and sees how far it is; has the centre examined; changes a number."""

import asyncio
import re
from pathlib import Path
from uuid import UUID

from playwright.async_api import expect

from ct112.store import Store, place_jobs
from lab.api import Lab
from tests.browser.admin_desk import choose, fill, go_to, heading, open_admin, press
from tests.browser.desk import Desk


async def test_a_file_is_taken_in_and_how_far_it_is_survives_a_reload(
    desk: Desk, lab: Lab, tmp_path: Path
) -> None:
    desk.expected.add(409)
    good, bad = tmp_path / "jalan.csv", tmp_path / "salah.csv"
    good.write_text("code,kind,name\ns1,street,Jalan Melati Raya\n")
    bad.write_text("code,kind,name\nx1,street,Jalan Mawar\nx2,castle,Kastil\n")
    store = await Store.create(lab.description()["database_url"])
    try:
        under_way = await another_import(store)
        await open_admin(desk, "/places", "Tempat dan wilayah")
        await expect(desk.page.get_by_text("besar.csv: menyimpan, 3 dari 12 baris")).to_be_visible()
        await far(store, under_way, 9)
        await desk.page.reload()
        await expect(desk.page.get_by_text("besar.csv: menyimpan, 9 dari 12 baris")).to_be_visible()
        await far(store, under_way, 10)
        await chosen(desk, good)  # one at a time
        await expect(desk.page.get_by_role("alert")).to_contain_text("another import is under way")
        async with store.transaction() as connection:
            await place_jobs.end(connection, under_way, "done", added=12)
        await expect(desk.page.get_by_text("✓ selesai: 12 baru, 0 berubah, 0 tetap")).to_be_visible()
        await expect(desk.page.get_by_role("progressbar")).to_have_count(0)
    finally:
        await store.close()
    await press(desk, "Ambil berkas")
    await expect(desk.page.get_by_text("✓ selesai: 1 baru, 0 berubah, 0 tetap")).to_be_visible()
    await chosen(desk, bad)
    await expect(desk.page.get_by_text(re.compile("✗ ditolak: line 3"))).to_be_visible()
    await fill(desk, q="jl melati raya")
    await desk.page.keyboard.press("Enter")
    await expect(desk.page.get_by_role("row", name=re.compile("Jalan Melati Raya street"))).to_be_visible()
    await desk.accessible()
    await desk.picture("admin-places")


async def another_import(store: Store) -> UUID:
    """Begin an import as another admin's page does; its process says how far it is."""
    async with store.transaction() as connection:
        job = await place_jobs.begin(connection, kind="names", file_name="besar.csv", mend=False, by="budi")
    await far(store, job.id, 3)
    return job.id


async def far(store: Store, id_: UUID, done: int) -> None:
    """Say how far it is."""
    async with store.transaction() as connection:
        await place_jobs.beat(connection, id_, done=done, total=12)


async def chosen(desk: Desk, file: Path) -> None:
    """Choose a file (the system's own dialog is not ours to test) and send it."""
    await choose(desk, "kind", "Jalan")
    await desk.page.locator("input[type=file]").set_input_files(file)
    await press(desk, "Ambil berkas")


async def test_the_doctor_looks_and_web_answers_meanwhile(desk: Desk) -> None:
    await open_admin(desk, "/readiness", "Kesiapan")
    await press(desk, "Periksa sekarang")
    answered = await asyncio.gather(*(desk.page.request.get(f"{desk.url}/healthz") for _ in range(5)))
    assert [answer.status for answer in answered] == [200] * 5
    row = desk.page.get_by_role("row", name=re.compile("✓ baik basis data mutakhir pada"))
    await expect(row).to_be_visible()
    await expect(desk.page.locator("tbody td:nth-child(2) [lang=en]")).to_have_count(0)
    await desk.accessible()
    await desk.picture("admin-readiness")
    await desk.for_guides("readiness")


async def test_a_setting_is_changed_and_stands_in_the_history_and_the_audit(desk: Desk) -> None:
    desk.expected |= {400}
    await open_admin(desk, "/settings", "Pengaturan")
    await fill(desk, rest_seconds="900")
    await desk.page.keyboard.press("Enter")
    field = desk.page.locator("input[name=rest_seconds]")
    await expect(field).to_have_attribute("aria-invalid", "true")
    await fill(desk, rest_seconds="7", note="minggu pelatihan")
    await desk.page.keyboard.press("Enter")
    row = desk.page.get_by_role("row", name=re.compile("minggu pelatihan"))
    await expect(row).to_contain_text("Jeda setelah tidak dijawab (detik): 7")
    await go_to(desk, "Audit")
    await desk.page.keyboard.press("Enter")
    await heading(desk, "Audit")
    await fill(desk, action="setting.change")
    await desk.page.keyboard.press("Enter")
    await expect(desk.page.get_by_role("row", name=re.compile("admin admin setting.change"))).to_be_visible()
    async with desk.page.expect_download() as downloading:
        await press(desk, "Unduh CSV")
    saved = Path(await (await downloading.value).path())
    text = await asyncio.to_thread(saved.read_text, "utf-8-sig")
    assert text.splitlines()[0] == "id,seq,at,actor,role,action,object_kind,object_id,detail,personal"
    assert ",setting.change," in text
