"""What an admin enters and erases: a roster, a camera, a neighbour, a city's names, a person's data."""

import asyncio
import re
from pathlib import Path
from uuid import uuid4

from playwright.async_api import Locator, expect

from lab.world import World, eventually
from tests.browser.admin_desk import choose, fill, open_admin, press
from tests.browser.desk import SECONDS, Desk
from tests.browser.people import People
from tests.browser.test_admin_people import nowhere

ROWS = 5_000
BAD_ROW = 4_321


async def test_a_week_is_planned_and_a_camera_a_neighbour_and_a_citys_names_are_taken(
    desk: Desk, people: People, tmp_path: Path
) -> None:
    siti = f"siti-{uuid4().hex[:6]}"
    await people.ask("POST", "/operators", {"name": siti, "full_name": siti})
    await open_admin(desk, "/roster", "Jadwal piket")
    await a_week_with_nights(desk, siti)
    await desk.open("/admin/cameras/_new")
    await a_camera_is_pointed_at(desk)
    await desk.open("/admin/neighbours/_new")
    await a_neighbours_keys_are_shown_nowhere(desk)
    await desk.open("/admin/places")
    await one_bad_row_of_many_is_named_and_nothing_is_taken(desk, tmp_path)


async def a_week_with_nights(desk: Desk, siti: str) -> None:
    """Nights are in both their days; who stands twice is said; who is absent is taken off."""
    page = desk.page
    await press(desk, "Minggu berikutnya")
    days = page.locator("main ol > li")
    desk.expected |= {400, 422}
    for field, wrong in (("start", "pagi"), ("hours", "0"), ("hours", "49"), ("day", "")):
        before = await page.locator(f"main input[name={field}]").input_value()
        await page.locator(f"main input[name={field}]").fill(wrong)
        await press(desk, "Tambah ke jadwal")
        await expect(page.get_by_role("region", name="Tambah ke jadwal").get_by_role("alert")).to_be_visible()
        await page.locator(f"main input[name={field}]").fill(before)
    await page.locator("select[name=operator]").select_option(siti)
    await fill(desk, start="22:00", hours="8", days="7")
    await press(desk, "Tambah ke jadwal")
    await expect(page.get_by_text("7 tugas ditambahkan.")).to_be_visible()
    night = page.get_by_role("button", name=re.compile(f"22:00–06:00 {siti}"))
    await expect(night).to_have_count(7)
    await expect(days.nth(1)).to_contain_text(f"→06:00 {siti}")
    await page.locator("select[name=operator]").select_option(siti)
    await fill(desk, start="05:00", hours="8", days="1")
    await page.locator("main input[name=day]").fill(await second_day(desk))
    await press(desk, "Tambah ke jadwal")
    said = page.get_by_role("alert").filter(has_text="dua kali pada waktu yang sama").filter(has_text=siti)
    await expect(said).to_be_visible()
    await desk.accessible()
    await desk.picture("admin-roster-week")
    await page.get_by_role("button", name=re.compile(f"05:00–13:00 {siti}")).click()
    await page.get_by_role("dialog").get_by_role("button", name="Hapus dari jadwal").click()
    await expect(said).to_have_count(0)
    await press(desk, "Minggu berikutnya")
    await expect(days.first).to_contain_text(f"→06:00 {siti}")  # of the Sunday before


async def second_day(desk: Desk) -> str:
    """Return the day after the first one the form has."""
    first = await desk.page.locator("main input[name=day]").input_value()
    return str(
        await desk.page.evaluate(
            "day => new Date(Date.parse(day) + 86400000).toISOString().slice(0, 10)", first
        )
    )


async def a_camera_is_pointed_at(desk: Desk) -> None:
    """The map (areas, where no tiles are) fills in where it stands; a point entered is drawn."""
    page = desk.page
    await fill(desk, code=f"kam-{uuid4().hex[:6]}", name="Simpang", stream="rtsp://10.0.0.9/1")
    drawn = page.get_by_role("region", name="Peta tempat kamera")
    await drawn.locator("[data-ready]").wait_for()
    await drawn.locator("canvas").click(position={"x": 200, "y": 150})
    latitude = page.locator("input[name=latitude]")
    await expect(latitude).to_have_value(re.compile(r"^-?\d"))
    pointed = await latitude.input_value()
    await drawn.locator("canvas").click(position={"x": 240, "y": 100})
    await expect(latitude).not_to_have_value(pointed)
    assert -7.2 < float(await latitude.input_value()) < -6.5
    await desk.accessible()
    await desk.picture("admin-camera-map")
    await press(desk, "Tambah kamera")
    await expect(page.get_by_role("status").filter(has_text="ditambahkan")).to_be_visible()


async def a_neighbours_keys_are_shown_nowhere(desk: Desk) -> None:
    """A key is taken and never shown again, and another one takes its place."""
    page, code = desk.page, f"batang_{uuid4().hex[:6]}"
    secret, token = uuid4().hex + uuid4().hex, uuid4().hex + uuid4().hex
    await fill(
        desk, code=code, name="Batang", url="https://112.batang.example/", secret="pendek", token=token
    )
    await press(desk, "Daftarkan pusat tetangga")
    await expect(page.locator("input[name=secret]")).to_have_attribute("aria-invalid", "true")
    await fill(desk, secret=secret)
    await press(desk, "Daftarkan pusat tetangga")
    await expect(page.get_by_role("row", name=re.compile(code))).to_be_visible()
    await press(desk, code)
    await expect(page.locator("input[name=secret]")).to_have_value("")
    for kept in (secret, token):
        await nowhere(desk, kept)
    await fill(desk, secret=uuid4().hex + uuid4().hex)
    await press(desk, "Simpan")
    await expect(page.get_by_role("status").filter(has_text=code)).to_be_visible()


async def one_bad_row_of_many_is_named_and_nothing_is_taken(desk: Desk, tmp_path: Path) -> None:
    """Of 5,000 rows one is bad: its line is said, none is taken; mended, all are."""
    page, mark = desk.page, uuid4().hex[:6]
    rows = [f"{mark}{at},street,Jalan {mark} {at}" for at in range(2, ROWS + 2)]
    good, bad = tmp_path / f"{mark}-baik.csv", tmp_path / f"{mark}-salah.csv"
    await written(good, rows)
    await written(bad, [*rows[: BAD_ROW - 2], f"{mark}x,castle,Kastil", *rows[BAD_ROW - 1 :]])
    for file in (bad, good):
        await choose(desk, "kind", "Jalan")
        await page.locator("input[type=file]").set_input_files(file)
        await press(desk, "Ambil berkas")
        row = page.get_by_role("row", name=re.compile(file.name))
        said = f"✗ ditolak: line {BAD_ROW}" if file is bad else f"✓ selesai: {ROWS} baru"
        await expect(row).to_contain_text(said)


async def written(file: Path, rows: list[str]) -> None:
    """Write a city's names."""
    text = "\n".join(["code,kind,name", *rows, ""])
    await asyncio.to_thread(file.write_text, text, "utf-8")


async def test_a_persons_data_are_found_and_erased_and_what_is_held_stays(
    desk: Desk, people: People, world: World
) -> None:
    number = f"0813{uuid4().int % 10**8:08d}"
    held = await two_calls(people, world, number)
    await people.ask("POST", "/holds", {"call_id": held, "reason": "perkara"})
    await open_admin(desk, "/privacy", "Data pribadi")
    found = desk.page.get_by_role("row").filter(has_text=number.removeprefix("0"))
    await look(desk, number)
    await expect(found.first).to_be_visible()
    before = await found.count()
    await expect(found.filter(has_text="ditahan").first).to_be_visible()
    await fill(desk, reason="surat 12/XI")
    await press(desk, "Hapus data orang ini")
    asked = desk.page.get_by_role("dialog")
    await expect(asked).to_contain_text("Yang ditahan tetap.")
    await asked.get_by_role("button", name="Hapus data orang ini").click()
    await expect(desk.page.get_by_text("Penghapusan diminta")).to_be_visible()
    await press(desk, "Penghapusan")
    row: Locator = desk.page.get_by_role("row").filter(has_text="surat 12/XI").first
    rows, still_held, in_use = (row.get_by_role("cell").nth(at) for at in (4, 5, 6))
    for more in (rows, still_held, in_use):  # the call-back nobody has made yet is in use
        await expect(more).to_have_text(re.compile("[1-9]"))
    await expect(row).to_contain_text("berjalan")
    await desk.picture("admin-erasures")
    await press(desk, "Cari dan hapus")
    await look(desk, number)
    await expect(found.first).to_be_visible()
    assert 0 < await found.count() < before
    await expect(found.filter(has_not_text=re.compile("ditahan|sedang dipakai"))).to_have_count(0)
    await desk.accessible()
    await press(desk, "Laporan kebocoran")
    await who_saw_it_is_reported(desk)


async def two_calls(people: People, world: World, number: str) -> str:
    """Call 112 twice from one number; return the first call's id once both are in the records."""
    for _ in range(2):
        call = await world.citizens.call(f"sip:112@{world.exchange}", caller=number)
        await call.wait_for("established")
        await call.hang_up()

    async def mine() -> list[str]:
        calls = (await people.ask("GET", "/calls?limit=20"))["calls"]
        return [one["id"] for one in calls if one["ani"] == number]

    return (await eventually(mine, lambda ids: len(ids) == 2, SECONDS, "both calls are recorded"))[-1]


async def look(desk: Desk, number: str) -> None:
    """Look for a number."""
    await fill(desk, number=number)
    await desk.page.keyboard.press("Enter")


async def who_saw_it_is_reported(desk: Desk) -> None:
    """The report names who read what; a span that ends before it begins is refused."""
    page = desk.page
    desk.expected |= {400, 422}
    since, until = page.locator("input[name=since]"), page.locator("input[name=until]")
    now = await until.input_value()
    await until.fill("2020-01-01T00:00")
    await page.get_by_role("button", name="Buat laporan").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    assert await since.input_value()
    await until.fill(f"{now[:10]}T23:59")
    await page.get_by_role("button", name="Buat laporan").click()
    await expect(page.get_by_role("status").last).to_contain_text("penelepon berbeda")
    await expect(page.get_by_role("row", name=re.compile("^admin .*privacy"))).not_to_have_count(0)
    async with page.expect_download() as downloading:
        await page.get_by_role("button", name="Unduh CSV").click()
    saved = Path(await (await downloading.value).path())
    assert "admin" in await asyncio.to_thread(saved.read_text, "utf-8-sig")
