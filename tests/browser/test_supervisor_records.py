"""What the supervisor's screen keeps and counts is what the database has: log, holds, incidents, reports."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.async_api import Locator, expect

from lab.world import World
from tests.browser.browsers import PHONE
from tests.browser.desk import Desk
from tests.browser.desks import Desks
from tests.browser.people import People

HOSTILE = '<img src=x onerror=alert(1)> "&\u202e' + "panjang" * 40
SUPERVISOR = "supervisor"
NOTES = {"Pompa rob Segara mati sejak 18.00; PLN tahu.": True, "Latihan evakuasi besok 09.00.": False}


async def test_what_is_handed_over_is_taken_by_the_next_shift(desks: Desks, people: People) -> None:
    for text, hands_over in NOTES.items():
        await people.ask("POST", "/shift-log", {"note": text, "hands_over": hands_over}, by=SUPERVISOR)
    siti = await desks.open()
    await siti.keyboard_only()
    await siti.enter("/supervisor/log", people.of_lab(SUPERVISOR))
    await expect(siti.page.get_by_text(next(iter(NOTES))).first).to_be_visible()
    await siti.for_guides("log")
    note = siti.page.locator("textarea[name=note]")
    await note.focus()
    await siti.page.keyboard.type(HOSTILE)
    await siti.page.keyboard.press("Tab")
    await siti.page.keyboard.press("Space")
    await siti.page.reload()
    await expect(note).to_have_value(HOSTILE)  # a page that is loaded again loses nothing
    await siti.page.get_by_role("checkbox").press("Space")
    await siti.tab_to("Simpan catatan")
    await siti.page.keyboard.press("Enter")
    await expect(siti.page.get_by_text("Tersimpan.")).to_be_visible()
    await expect(note).to_have_value("")

    budi = await desks.open()
    await budi.enter("/supervisor/log", people.of_lab("admin"))
    waits = budi.page.get_by_role("region", name="Diserahkan, belum diterima")
    entry = waits.get_by_role("article").filter(has_text="onerror")
    await expect(entry).to_contain_text(SUPERVISOR)
    await budi.resize(PHONE)
    await budi.fits()
    await budi.accessible()
    await entry.get_by_role("button").click()
    await expect(entry).to_have_count(0)
    every = budi.page.get_by_role("region", name="Semua catatan").get_by_role("article")
    await expect(every.filter(has_text="onerror")).to_contain_text("diterima admin")
    await budi.picture("supervisor-log")
    found = await people.ask("GET", "/shift-log", by=SUPERVISOR)
    assert (found["entries"][0]["note"], found["entries"][0]["taken_by"]) == (HOSTILE, "admin")


async def test_an_incident_tells_its_story_and_is_put_on_hold(desk: Desk, people: People) -> None:
    place = {"landmark": "Alun-alun " + "x" * 300, "text": "<b>dekat</b> masjid"}
    body = {"category": "kebakaran", "place": place, "description": HOSTILE + "y" * 300}
    made = await people.ask("POST", "/incidents", body, by=SUPERVISOR)
    await people.ask("POST", f"/incidents/{made['id']}/dispatches", {"agencies": ["damkar"]}, by=SUPERVISOR)
    await desk.enter("/supervisor", people.of_lab(SUPERVISOR))
    row = desk.page.locator(f"[data-incident='{made['id']}']")
    await expect(row).to_contain_text("dikirim")
    await desk.fits()
    await row.get_by_role("link").click()
    await expect(desk.page.get_by_role("heading", level=1)).to_contain_text(made["number"])
    told = desk.page.get_by_test_id("timeline").get_by_role("listitem")
    await expect(told).to_contain_text(["Kejadian dibuka", "Diminta bertindak"])
    await desk.fits()
    trail = await people.ask("GET", f"/incidents/{made['id']}/timeline", by=SUPERVISOR)
    kinds = await told.evaluate_all("items => items.map(item => item.dataset.kind)")
    assert kinds == [line["kind"] for line in trail["timeline"]]
    async with desk.page.expect_download() as download:
        await desk.page.get_by_role("link", name="GEOJSON").click()
    assert (await download.value).suggested_filename == f"{made['number']}.geojson"

    await desk.page.get_by_role("button", name="Tahan (penahanan hukum)…").click()
    await desk.page.get_by_label("Alasan, misalnya nomor surat").fill("surat polisi 12")
    await desk.accessible()
    await desk.page.get_by_role("button", name="Ya, tahan").click()
    await expect(desk.page.get_by_text("Ditahan oleh supervisor")).to_contain_text("surat polisi 12")
    await desk.page.get_by_role("link", name="Penahanan hukum").click()
    hold = desk.page.get_by_role("row").filter(has=desk.page.locator(f"[href$='{made['id']}']"))
    await expect(hold).to_contain_text("berlaku")
    await expect(hold.get_by_role("button")).to_have_count(0)  # an administrator alone releases one
    await desk.accessible()


def figure(desk: Desk, name: str) -> Locator:
    """Return the tile of a figure."""
    return desk.page.locator(f"[data-figure={name}]")


async def test_a_reports_figures_are_the_databases(desk: Desk, people: People, world: World) -> None:
    day = (datetime.now(UTC) + timedelta(hours=7)).date()
    await desk.enter(
        f"/supervisor/reports?from={day - timedelta(days=3650)}&to={day}", people.of_lab(SUPERVISOR)
    )
    await expect(figure(desk, "incidents")).to_be_visible()
    for name, sql in {
        "calls": "SELECT count(*) FROM call_record",
        "answered": "SELECT count(*) FROM call_record WHERE answered_at IS NOT NULL",
        "within_15_s": "SELECT count(*) FROM call_record WHERE answered_at - arrived_at <= interval '15 s'",
        "incidents": "SELECT count(*) FROM incident WHERE status <> 'merged'",
        "dispatched": "SELECT count(DISTINCT incident_id) FROM dispatch JOIN incident ON incident.id ="
        " incident_id WHERE incident.status <> 'merged'",
    }.items():
        assert await shown(desk, name) == (await world.query(sql))[0]["count"], name
    agencies = await world.query("SELECT agency, count(*) FROM dispatch GROUP BY agency")
    for row in agencies:
        line = desk.page.locator(f"tr[data-key={row['agency']}]")
        await expect(line.locator("td").nth(1)).to_have_text(str(row["count"]))
    await expect(figure(desk, "within_15_s")).to_contain_text("NENA-STA-020.1")
    await desk.pictures("supervisor-reports")
    await desk.for_guides("reports")
    async with desk.page.expect_download() as download:
        await desk.page.get_by_role("link", name="Unduh CSV").click()
    csv: Any = await (await download.value).path()
    assert f"{day:%Y-%m-%d}" in csv.read_text("utf-8-sig")


async def shown(desk: Desk, name: str) -> int:
    """Return the number of a tile."""
    text = await figure(desk, name).locator("dd").first.text_content()
    return int(re.sub(r"\D", "", text or ""))


async def test_spans_that_make_no_sense_are_said_in_words(desk: Desk, people: People) -> None:
    desk.expected |= {400, 422}
    await desk.enter("/supervisor/reports?from=2990-01-01&to=2990-12-31", people.of_lab(SUPERVISOR))
    await expect(desk.page.get_by_text("Pilih rentang lain")).to_be_visible()
    await desk.open("/supervisor/reports?from=2026-11-30&to=2026-11-01")
    await expect(desk.page.get_by_role("alert")).to_contain_text("tidak dapat diterima")
    await desk.open("/supervisor/calls?since=2990-01-01T00:00&operator=DROP%20TABLE")
    await expect(desk.page.get_by_role("alert")).to_contain_text("Perbaiki bagian yang ditandai")
    await expect(desk.page.get_by_label("Operator", exact=True)).to_have_attribute("aria-invalid", "true")
    await desk.open("/supervisor/calls?since=2990-01-01T00:00")
    await expect(desk.page.get_by_text("Longgarkan saringan")).to_be_visible()
    await desk.accessible()
