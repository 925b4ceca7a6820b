"""The shift log over HTTP: written by supervisors, read by the next shift, noted in the audit."""

import pytest

from ct112.store import audit
from ct112.store.roles import Role
from tests.web import people
from tests.web.people import Browser
from tests.web.site import CALL, Site
from tests.web.test_people import ask

KEY = {"Idempotency-Key": "11111111-2222-4333-8444-555555555555"}


async def supervisor(site: Site, name: str) -> Browser:
    await people.add(site.store, name, Role.SUPERVISOR)
    browser = Browser(site)
    await browser.sign_in(name)
    return browser


async def test_an_entry_is_written_once_and_taken_over_once(site: Site) -> None:
    siti, budi = await supervisor(site, "siti"), await supervisor(site, "budi")
    body = {"note": "Kunci mobil di laci.\nAir surut.", "hands_over": True}
    for _ in range(2):
        status, entry, _ = await siti.ask("POST", "/api/v1/shift-log", body, **KEY)
        assert (status, entry["written_by"], entry["note"]) == (201, "siti", body["note"])
    _, page, _ = await budi.ask("GET", "/api/v1/shift-log?open=true")
    assert page["entries"] == [entry]
    status, taken, _ = await budi.ask("POST", f"/api/v1/shift-log/{entry['id']}/taken")
    assert (status, taken["taken_by"]) == (200, "budi")
    status, told, _ = await siti.ask("POST", f"/api/v1/shift-log/{entry['id']}/taken")
    assert (status, told["detail"]) == (409, "budi has taken it over already")
    assert (await budi.ask("GET", "/api/v1/shift-log?open=true"))[1]["total"] == 0
    async with site.store.transaction() as connection:
        noted = {(row.action, row.actor) for row in (await audit.page(connection)).items}
    assert {("shift_log.write", "siti"), ("shift_log.take", "budi"), ("shift_log.list", "budi")} <= noted


async def test_what_was_not_handed_over_cannot_be_taken(site: Site) -> None:
    _, entry, _ = await ask(site, "POST", "/shift-log", {"note": "sepi"})
    status, told, _ = await ask(site, "POST", f"/shift-log/{entry['id']}/taken")
    assert (status, "not handed over" in told["detail"]) == (409, True)
    assert (await ask(site, "POST", f"/shift-log/{CALL}/taken"))[0] == 404


@pytest.mark.parametrize("note", ["", "  \n ", "x" * 4001, "nul \x00", "bell \x07", None, 7, ["a"]])
async def test_what_says_nothing_or_too_much_is_refused(site: Site, note: object) -> None:
    status, told, _ = await ask(site, "POST", "/shift-log", {"note": note})
    assert (status, told["fields"][0]["field"]) == (400, "note")


async def test_nobody_but_supervisors_and_admins_reads_it(site: Site) -> None:
    await people.add(site.store, "tina", Role.OPERATOR, operator="operator-1")
    browser = Browser(site)
    await browser.sign_in("tina")
    assert (await browser.ask("GET", "/api/v1/shift-log"))[0] == 403


async def test_a_supervisor_places_a_hold_and_an_admin_alone_releases_it(site: Site) -> None:
    siti = await supervisor(site, "siti")
    body = {"call_id": CALL, "reason": "surat polisi 12"}
    status, placed, _ = await siti.ask("POST", "/api/v1/holds", body)
    assert (status, placed["placed_by"]) == (201, "siti")
    hidden = {"call_id": CALL, "reason": "a bell\x07"}
    assert (await siti.ask("POST", "/api/v1/holds", hidden))[0] == 400
    assert (await siti.ask("GET", "/api/v1/holds"))[1]["holds"] == [placed]
    path = f"/api/v1/holds/{placed['id']}/release"
    assert (await siti.ask("POST", path, {"reason": "over"}))[0] == 403
    assert (await ask(site, "POST", path.removeprefix("/api/v1"), {"reason": "over"}))[0] == 200
