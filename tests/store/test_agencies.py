"""Agencies in PostgreSQL: the eight that are there at once, changed as a whole, one change on a version."""

import asyncio
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from ct112.incidents.agencies import Agency, Contact, DutyException, Shift, Way, WayKind, troubles
from ct112.incidents.hours import Hours
from ct112.store import Stale, Store, agencies
from ct112.store.agencies import AgencyError, AgencyTaken, AgencyUnknown

EIGHT = ["bpbd", "damkar", "dinkes", "dinkominfo", "pln", "pmi", "polres", "satpol_pp"]
SECRET = "0123456789abcdef"
NOW = datetime(2026, 11, 26, 3, 0, tzinfo=UTC)
SHIFT = Shift(hours=Hours(days=frozenset({0, 6}), start=1320, end=360))


def contact(**fields: Any) -> Contact:
    return Contact(**{"id": uuid.uuid4(), "name": "Regu A", **fields})


async def change(store: Store, code: str = "damkar", version: int | None = None, **changes: Any) -> Agency:
    async with store.transaction() as connection:
        return await agencies.change(connection, code, version, **changes)


async def test_the_eight_are_there_with_their_page_alone_and_no_number_is_invented(store: Store) -> None:
    async with store.transaction() as connection:
        found = await agencies.agencies(connection)
        assert await agencies.codes(connection) == dict.fromkeys(EIGHT, True)
    assert [one.code for one in found] == EIGHT
    assert all(one.ways == (Way(kind=WayKind.PAGE),) and one.contacts == () for one in found)


async def test_contacts_keep_their_order_shifts_and_exceptions(store: Store) -> None:
    away = DutyException(start=NOW, end=NOW + timedelta(hours=8), on_duty=False, note="cuti")
    people = (
        contact(name="Z", title="komandan", number="0285421000", shifts=(SHIFT,), exceptions=(away,)),
        contact(name="A", email="a@example.org"),
    )
    changed = await change(store, contacts=people)
    assert changed.contacts == people
    assert changed.version == 2
    again = await change(store, contacts=people[::-1])
    assert [one.id for one in again.contacts] == [people[1].id, people[0].id]
    assert again.contacts[1] == people[0]
    async with store.transaction() as connection:
        assert (await agencies.get(connection, "damkar")).contacts == again.contacts
        assert {one.code: one for one in await agencies.agencies(connection)}["damkar"] == again


async def test_a_way_that_is_sent_without_its_secret_keeps_it_for_the_same_url_alone(store: Store) -> None:
    hook = Way(kind=WayKind.WEBHOOK, url="https://a.example/", secret=SECRET, within_seconds=60)
    await change(store, ways=[Way(kind=WayKind.PAGE), hook])
    kept = await change(store, ways=[Way(kind=WayKind.WEBHOOK, url="https://a.example/", within_seconds=90)])
    assert (kept.ways[0].secret, kept.ways[0].within_seconds) == (SECRET, 90)
    moved = await change(store, ways=[Way(kind=WayKind.WEBHOOK, url="https://evil.example/")])
    assert moved.ways[0].secret is None
    back = await change(store, ways=[Way(kind=WayKind.WEBHOOK, url="https://a.example/")])
    assert back.ways[0].secret is None


async def test_of_many_changes_on_one_version_one_is_made(store: Store) -> None:
    tries = [change(store, version=1, name=f"Damkar {number}") for number in range(5)]
    made = await asyncio.gather(*tries, return_exceptions=True)
    assert sorted(type(one).__name__ for one in made) == ["Agency", *["Stale"] * 4]
    with pytest.raises(Stale):
        await change(store, version=1, contacts=())


WRONG = [
    [contact(name="")],
    [contact(name=" ")],
    [contact(name="a\nb")],
    [contact(name="a\0b")],
    [contact(name="x" * 121)],
    [contact(title="x" * 121)],
    [contact(number="0809123456")],
    [contact(number="+870773111632")],
    [contact(number="*21*081234567890#")],
    [contact(number="nobody")],
    [contact(shifts=(SHIFT,) * 201)],
    [contact(exceptions=(DutyException(start=NOW, end=NOW, on_duty=True),))],
    [contact()] * 2,
    [contact() for _ in range(51)],
]


async def test_what_contacts_cannot_be_is_refused_and_those_of_before_stay(store: Store) -> None:
    before = await change(store, contacts=[contact()])
    for people in WRONG:
        with pytest.raises(AgencyError):
            await change(store, contacts=people)
    async with store.transaction() as connection:
        assert await agencies.get(connection, "damkar") == before


async def test_a_contact_does_not_move_to_another_agency_by_its_id(store: Store) -> None:
    person = contact()
    await change(store, contacts=[person])
    with pytest.raises(AgencyError, match="another agency's"):
        await change(store, "pmi", contacts=[person])


async def test_numbers_that_cost_the_city_money_are_no_way_and_short_ones_are(store: Store) -> None:
    with pytest.raises(AgencyError, match="not dialled"):
        await change(store, ways=[Way(kind=WayKind.PHONE, number="0809123456")])
    changed = await change(store, ways=[Way(kind=WayKind.PHONE, number="113")])
    assert changed.ways[0].number == "113"


async def test_an_agency_is_made_and_set_inactive_and_never_twice(store: Store) -> None:
    async with store.transaction() as connection:
        made = await agencies.add(connection, "basarnas", "Basarnas")
        assert (made.version, made.active) == (1, True)
    for code, name, error in (
        ("basarnas", "x", AgencyTaken),
        ("Basarnas", "x", AgencyError),
        ("x" * 32, "x", AgencyError),
        ("x\0", "x", AgencyError),
        ("tagana", "", AgencyError),
    ):
        with pytest.raises(error):
            async with store.transaction() as connection:
                await agencies.add(connection, code, name)
    assert not (await change(store, "basarnas", active=False)).active
    async with store.transaction() as connection:
        assert (await agencies.codes(connection))["basarnas"] is False


async def test_an_unknown_agency_is_said_with_those_there_are(store: Store) -> None:
    for code in ("nobody", "", "a\0b", "\udc00", "x" * 10_000):
        with pytest.raises(AgencyUnknown, match="there is: bpbd, damkar"):
            await change(store, code, name="x")


async def test_rows_written_by_hand_harm_nobody_else(store: Store, database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    bad = (
        '[{"kind": "pigeon"}, {"kind": "page"}, 7, {"kind": "phone", "colour": "red"}, {},'
        ' {"kind": "webhook", "url": 7}, {"kind": "phone", "number": ["112"]}, {"kind": ["page"]},'
        ' {"kind": "page", "within_seconds": "soon"}]'
    )
    await connection.execute("UPDATE agency SET ways = $1::text::jsonb WHERE code = 'pmi'", bad)
    await change(store, contacts=[contact()])
    for sql in (
        "UPDATE agency SET ways = '{}'::jsonb",
        "INSERT INTO agency_duty (contact, days) SELECT id, '{mon}' FROM agency_contact",
    ):
        with pytest.raises(asyncpg.CheckViolationError):
            await connection.execute(sql)
    await connection.close()
    async with store.transaction() as ours:
        pmi = await agencies.get(ours, "pmi")
        assert pmi.ways == (Way(kind=WayKind.PAGE),)
        assert pmi.damaged == tuple(f"ways.{at}" for at in (0, 2, 3, 4, 5, 6, 7, 8))
        assert "ways.0 cannot be read: write it anew" in troubles(pmi, datetime.now(UTC))
        assert len(await agencies.agencies(ours)) == 8
