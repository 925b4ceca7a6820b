"""What the doctor says of agencies nobody has filled in, and of rules that name who is not there."""

import uuid
from zoneinfo import ZoneInfo

from ct112.doctor import agencies as checks
from ct112.incidents.agencies import Contact, Shift, Way, WayKind
from ct112.incidents.hours import Hours
from ct112.store import Store, agencies, routing

JAKARTA = ZoneInfo("Asia/Jakarta")
ALWAYS = Shift(hours=Hours(days=frozenset(range(7)), start=0, end=0))


async def test_agencies_are_named_until_a_city_has_filled_them_in(store: Store, database_url: str) -> None:
    ok, said = await checks.reached(database_url, JAKARTA)
    assert ok is None
    assert said.count("no way but its page: nothing rings there") == 8
    person = Contact(id=uuid.uuid4(), name="Piket", number="0285421000")
    async with store.transaction() as connection:
        for code in await agencies.codes(connection):
            await agencies.change(connection, code, None, ways=[Way(kind=WayKind.PHONE, number="0285421000")])
        phone = [Way(kind=WayKind.PHONE)]
        await agencies.change(connection, "damkar", None, ways=phone, contacts=[person])
        await agencies.change(connection, "pmi", None, ways=phone)
        await agencies.change(connection, "pln", None, ways=phone, active=False)
    ok, said = await checks.reached(database_url, JAKARTA)
    assert (ok, said) == (
        None,
        "damkar: nobody is on duty now, nobody can be reached now; "
        "pmi: no contacts are filled in, nobody can be reached now",
    )
    on_duty = Contact(id=uuid.uuid4(), name="Piket", number="0285421000", shifts=(ALWAYS,))
    async with store.transaction() as connection:
        await agencies.change(connection, "damkar", None, contacts=[on_duty])
        await agencies.change(connection, "pmi", None, active=False)
    assert await checks.reached(database_url, JAKARTA) == (True, "6 are reached now")


async def test_rules_are_judged_by_what_there_is_now(store: Store, database_url: str) -> None:
    assert await checks.rules(database_url) == (True, "version 1, 12 rules")
    async with store.transaction() as connection:
        await routing.unmatched(connection, None, "kebakaran", None, 1)
    assert await checks.rules(database_url) == (
        None, "version 1: no rule fitted 1 incidents of the last day",
    )  # fmt: skip
    async with store.transaction() as connection:
        await agencies.change(connection, "damkar", None, active=False)
    ok, said = await checks.rules(database_url)
    assert (ok, "nobody who is asked first acts any more" in said) == (False, True)
    async with store.transaction() as connection:
        number = await routing.add(connection, {"rules": 7}, "x", "", by="x")
        await routing.publish(connection, number, "", by="x")
    ok, said = await checks.rules(database_url)
    assert (ok, said) == (False, "no document is in force that can be read: nobody is proposed")
