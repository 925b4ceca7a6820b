"""Agencies over HTTP: changed on what was read, secrets never read back, an agency sees itself alone."""

import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from ct112.store import Store, agencies, audit
from ct112.store.roles import Role
from tests.web import people
from tests.web.site import TOKEN, Site
from tests.web.test_people import ask

SECRET = "kunci-rahasia-0123456789"
HOOK = {"kind": "webhook", "url": "https://damkar.example.org/ct112", "secret": SECRET, "within_seconds": 60}
EVERY_DAY = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
ALWAYS = {"days": EVERY_DAY, "start": "00:00", "end": "24:00"}
DESK = {"name": "Piket Damkar", "title": "regu A", "number": "0285421000", "shifts": [ALWAYS]}


@pytest.fixture
async def open_site(store: Store, tmp_path: Path) -> AsyncIterator[Site]:
    """Give a site whose settings let agencies be on loopback."""
    found = Site(store, tmp_path, TOKEN, agency_networks=["127.0.0.0/8"])
    async with found.client:
        yield found


async def change(site: Site, body: Any, version: int = 1, code: str = "damkar", **more: Any) -> Any:
    status, found, _ = await ask(site, "PATCH", f"/agencies/{code}", body, If_Match=f'"{version}"', **more)
    return status, found


async def test_the_eight_are_listed_and_say_that_nobody_has_filled_them_in(site: Site) -> None:
    status, listed, _ = await ask(site, "GET", "/agencies")
    assert (status, listed["total"]) == (200, 8)
    assert [one["code"] for one in listed["agencies"]] == [
        *("bpbd", "damkar", "dinkes", "dinkominfo", "pln", "pmi", "polres", "satpol_pp"),
    ]
    for one in listed["agencies"]:
        assert [way["kind"] for way in one["ways"]] == ["page"]
        assert (one["contacts"], one["active"]) == ([], True)
        assert one["troubles"] == ["no way but its page: nothing rings there"]


async def test_an_agency_is_changed_on_what_was_read_and_its_secret_is_never_read_back(site: Site) -> None:
    ways = [{"kind": "page"}, HOOK, {"kind": "phone", "within_seconds": 90}, {"kind": "email"}]
    body = {"ways": ways, "contacts": [DESK, {"name": "Siti", "email": "siti@example.org"}]}
    status, changed = await change(site, body)
    assert status == 200
    assert [(way["kind"], way["has_secret"], way["within_seconds"]) for way in changed["ways"]] == [
        ("page", False, None), ("webhook", True, 60), ("phone", False, 90), ("email", False, None),
    ]  # fmt: skip
    assert [(one["name"], one["on_duty"]) for one in changed["contacts"]] == [
        ("Piket Damkar", True), ("Siti", False),
    ]  # fmt: skip
    assert changed["contacts"][0]["shifts"] == [ALWAYS]
    assert changed["troubles"] == []
    status, read, headers = await ask(site, "GET", "/agencies/damkar")
    assert (status, read, headers["ETag"]) == (200, changed, '"2"')
    listed = (await ask(site, "GET", "/agencies"))[1]
    assert SECRET not in str([changed, read, listed])
    assert (await change(site, {"name": "x"}))[0] == 412
    assert (await ask(site, "PATCH", "/agencies/damkar", {"name": "x"}))[0] == 428
    async with site.store.transaction() as connection:
        rows = (await audit.page(connection, limit=100)).items
        kept = await agencies.get(connection, "damkar")
    assert kept.ways[1].secret == SECRET
    assert [row.action for row in rows] == ["agency.list", "agency.read", "agency.change"]
    for hidden in (SECRET, "0285421000", "Siti", "damkar.example.org"):
        assert hidden not in str(rows)


async def test_what_was_read_can_be_sent_back_without_losing_the_secret_or_a_contact(site: Site) -> None:
    _, before = await change(site, {"ways": [HOOK], "contacts": [DESK]})
    ways = [{name: value for name, value in way.items() if name != "has_secret"} for way in before["ways"]]
    (contact,) = before["contacts"]
    contacts = [{name: value for name, value in contact.items() if name != "on_duty"}]
    status, after = await change(site, {"ways": ways, "contacts": contacts}, 2)
    assert (status, after["ways"][0]["has_secret"]) == (200, True)
    assert after["contacts"] == before["contacts"]
    moved = [{**ways[0], "url": "https://evil.example.org/"}]
    status, refused = await change(site, {"ways": moved}, 3)
    assert (status, [one["field"] for one in refused["fields"]]) == (422, ["ways.0.secret"])


WRONG: list[tuple[dict[str, Any], int, str]] = [
    ({"ways": [{**HOOK, "url": "https://127.0.0.1/"}]}, 422, "ways.0.url"),
    ({"ways": [{**HOOK, "url": "http://169.254.169.254/latest/"}]}, 422, "ways.0.url"),
    ({"ways": [{**HOOK, "url": "http://damkar.example.org/"}]}, 422, "ways.0.url"),
    ({"ways": [{**HOOK, "url": "file:///etc/passwd"}]}, 422, "ways.0.url"),
    ({"ways": [{**HOOK, "secret": "short"}]}, 400, "ways.0.secret"),
    ({"ways": [{**HOOK, "secret": "with spaces in the middle"}]}, 422, "ways.0.secret"),
    ({"ways": [{"kind": "webhook", "url": "https://a.example.org/"}]}, 422, "ways.0.secret"),
    ({"ways": [{"kind": "pigeon"}]}, 400, "ways.0.kind"),
    ({"ways": [{"kind": "phone", "number": "112"}]}, 422, "ways.0.number"),
    ({"ways": [{"kind": "phone", "number": "0285-1"}]}, 422, "ways.0.number"),
    ({"ways": [{"kind": "page", "number": "0285421000"}]}, 422, "ways.0.number"),
    ({"ways": [{"kind": "email", "address": "a@b.cd\r\nBcc: x@y.zz"}]}, 422, "ways.0.address"),
    ({"ways": [{"kind": "phone", "within_seconds": 1}]}, 400, "ways.0.within_seconds"),
    ({"ways": [{"kind": "phone", "colour": "red"}]}, 400, "ways.0.colour"),
    ({"ways": [{"kind": "page"}] * 11}, 400, "ways"),
    ({"contacts": [{"number": "0285421000"}]}, 400, "contacts.0.name"),
    ({"contacts": [{"name": "x", "number": "abc"}]}, 422, "contacts.0.number"),
    ({"contacts": [{"name": "x", "email": "nobody"}]}, 422, "contacts.0.email"),
    ({"contacts": [{"name": "x", "shifts": [{**ALWAYS, "days": []}]}]}, 400, "contacts.0.shifts.0.days"),
    ({"contacts": [{"name": "x", "shifts": [{**ALWAYS, "end": "24:01"}]}]}, 400,
     "contacts.0.shifts.0.end"),
    ({"contacts": [{"name": "x", "shifts": [{**ALWAYS, "start": "24:00"}]}]}, 422,
     "contacts.0.shifts.0.start"),
    ({"contacts": [{"name": "x", "exceptions": [{"start": "today", "end": "x", "on_duty": True}]}]},
     400, "contacts.0.exceptions.0.start"),
    ({"name": ""}, 400, "name"),
    ({"active": "no"}, 400, "active"),
    ({"code": "other"}, 400, "code"),
]  # fmt: skip


async def test_what_cannot_be_names_its_field_and_repeats_no_value(site: Site) -> None:
    for body, status, field in WRONG:
        found, told = await change(site, body)
        assert (found, told["fields"][0]["field"]) == (status, field), body
        assert all(one["remedy"] for one in told["fields"])
        assert "0285421000" not in str(told)
    assert (await ask(site, "GET", "/agencies/damkar"))[1]["version"] == 1


NONSENSE: list[dict[str, Any]] = [
    {"ways": None},
    {"contacts": None},
    {"name": None},
    {"name": "a\tb"},
    {"contacts": [{"name": "x", "number": "0809123456"}]},
    {"contacts": [{"name": "x", "id": str(uuid.UUID(int=1))}] * 2},
    {"contacts": [{"name": "x", "exceptions": [
        {"start": "2026-11-26T10:00:00Z", "end": "2026-11-26T09:00:00Z", "on_duty": True}]}]},
]  # fmt: skip


async def test_what_makes_no_sense_is_refused_and_changes_nothing(site: Site) -> None:
    for body in NONSENSE:
        found, told = await change(site, body)
        assert (found, ": " in told["detail"]) == (422, True), body
    assert (await ask(site, "GET", "/agencies/damkar"))[1]["version"] == 1


async def test_a_network_of_the_house_is_reached_once_it_is_allowed(open_site: Site) -> None:
    hook = {**HOOK, "url": "http://127.0.0.1:8200/hook"}
    assert (await change(open_site, {"ways": [hook]}))[0] == 200
    assert (await change(open_site, {"ways": [{**HOOK, "url": "http://10.0.0.1/"}]}, 2))[0] == 422


async def test_an_agency_sees_itself_alone_and_changes_nothing(site: Site) -> None:
    await people.add(site.store, "damkar-desk", Role.AGENCY)
    desk = await people.bearer(site.store, "damkar-desk")
    _, listed, _ = await ask(site, "GET", "/agencies", as_=desk)
    assert ([one["code"] for one in listed["agencies"]], listed["total"]) == (["damkar"], 1)
    assert (await ask(site, "GET", "/agencies/damkar", as_=desk))[0] == 200
    others = [await ask(site, "GET", f"/agencies/{code}", as_=desk) for code in ("pmi", "nobody")]
    assert [(status, told["title"], told["detail"]) for status, told, _ in others] == [
        (404, "no such agency", "an agency sees itself alone")
    ] * 2
    assert (await change(site, {"name": "x"}, as_=desk))[0] == 403
    assert (await ask(site, "GET", "/agency-book", as_=desk))[0] == 403


async def test_ways_and_whether_it_acts_are_an_admins_and_contacts_a_supervisors(site: Site) -> None:
    await people.add(site.store, "boss", Role.SUPERVISOR)
    boss = await people.bearer(site.store, "boss")
    assert (await change(site, {"contacts": [DESK], "name": "Damkar"}, as_=boss))[0] == 200
    for body in ({"ways": [{"kind": "page"}]}, {"active": False}):
        status, told = await change(site, body, 2, as_=boss)
        assert (status, "admin" in told["detail"]) == (403, True)
    assert (await ask(site, "POST", "/agencies", {"code": "tagana", "name": "Tagana"}, boss))[0] == 403


async def test_an_agency_is_made_once_for_one_key(site: Site) -> None:
    new = {"code": "tagana", "name": "Tagana"}
    for _ in range(2):
        status, made, headers = await ask(site, "POST", "/agencies", new, Idempotency_Key="k")
        assert (status, made["version"], headers["Location"]) == (201, 1, "/api/v1/agencies/tagana")
    assert (await ask(site, "POST", "/agencies", new))[0] == 409
    assert (await ask(site, "POST", "/agencies", {"code": "Tagana", "name": "x"}))[0] == 400
    assert (await change(site, {"active": False}, code="tagana"))[1]["active"] is False
    assert (await ask(site, "GET", "/agencies/nobody"))[0] == 404
    assert (await ask(site, "GET", "/agencies/No-Code"))[0] == 404
