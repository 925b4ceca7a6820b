"""What of an agency is to be sent: kept with the dispatch, raised by one request, told as a change."""

import asyncio
from uuid import UUID

import pytest
from sqlalchemy import text

from ct112.incidents.dispatches import DispatchStatus
from ct112.store import Store, dispatches, incident_changes, incidents, incidents_acting
from ct112.store.agencies import AgencyError
from ct112.store.dispatches_reading import StoredDispatch
from tests.store.test_dispatches import ZONE, asked, lease, opened, report, tried

__all__ = ["opened"]
TWO = {"damkar": "two engines"}
FOUR = {"damkar": "two engines + two engines"}


async def raised(store: Store, incident: UUID, what: dict[str, str], *codes: str) -> StoredDispatch:
    """Ask with words as a request of an alarm level does; return the dispatch of Damkar."""
    async with store.transaction() as connection:
        view = await dispatches.ask(
            connection, incident, codes or ("damkar",), by="operator-1", zone=ZONE, what=what
        )
        (id_,) = (one.id for one in view.dispatches if one.agency == "damkar")
        return await dispatches.get(connection, id_)


async def trail(store: Store, incident: UUID, kind: str) -> list[dict[str, object]]:
    async with store.transaction() as connection:
        lines = await incident_changes.of_incident(connection, incident)
    return [dict(line.data) for line in lines if line.kind == kind]


async def test_what_is_sent_more_is_a_change_to_who_is_asked_already(opened: Store) -> None:
    incident, by_agency = await asked(opened, "damkar")
    id_ = by_agency["damkar"]
    await report(opened, id_, DispatchStatus.ACKNOWLEDGED)
    assert (await raised(opened, incident, TWO)).what == "two engines"
    assert [row[:3] for row in await tried(opened, id_)][1:] == [("change", "webhook", "pending")]
    more = await raised(opened, incident, FOUR, "damkar", "pmi")
    assert (more.what, more.version) == (FOUR["damkar"], 4)
    assert [row[2] for row in await tried(opened, id_)] == ["acknowledged", "over", "pending"]
    await report(opened, id_, DispatchStatus.ACKNOWLEDGED)
    assert [row[2] for row in await tried(opened, id_)] == ["acknowledged", "over", "acknowledged"]
    assert [(line["was"], line["what"]) for line in await trail(opened, incident, "dispatch_raised")] == [
        (None, "two engines"),
        ("two engines", FOUR["damkar"]),
    ]


async def test_a_new_dispatch_has_its_words_in_the_trail(opened: Store) -> None:
    incident, _ = await asked(opened, "pmi")
    assert (await raised(opened, incident, TWO)).what == "two engines"
    assert (await trail(opened, incident, "dispatched"))[-1] == {"agencies": ["damkar"], "what": TWO}


async def test_ten_clicks_raise_once_and_a_lower_level_takes_nothing_back(opened: Store) -> None:
    incident, by_agency = await asked(opened, "damkar")
    await report(opened, by_agency["damkar"], DispatchStatus.ACKNOWLEDGED)
    await asyncio.gather(*(raised(opened, incident, FOUR) for _ in range(10)))
    last = await raised(opened, incident, TWO)
    assert last.what == FOUR["damkar"]
    assert [row[0] for row in await tried(opened, by_agency["damkar"])] == ["new", "change"]


async def test_what_was_not_sent_yet_says_it_anyway(opened: Store) -> None:
    incident, by_agency = await asked(opened, "damkar")
    await raised(opened, incident, TWO)
    assert [row[0] for row in await tried(opened, by_agency["damkar"])] == ["new"]
    await lease(opened)
    await raised(opened, incident, FOUR)
    assert [row[0] for row in await tried(opened, by_agency["damkar"])] == ["new", "change"]


async def test_words_of_a_merged_incident_are_not_lost(opened: Store) -> None:
    gone, first = await asked(opened, "damkar")
    kept, second = await asked(opened, "damkar")
    for each in (first, second):
        await report(opened, each["damkar"], DispatchStatus.ACKNOWLEDGED)
    await raised(opened, gone, TWO)
    async with opened.transaction() as connection:
        version = (await incidents.get(connection, gone)).version
        await incidents_acting.merge(connection, gone, kept, version, by="x", zone=ZONE)
        there = await dispatches.get(connection, second["damkar"])
        stood_down = await dispatches.get(connection, first["damkar"])
    assert (there.what, stood_down.status) == ("two engines", DispatchStatus.CANCELLED)
    assert [row[0] for row in await tried(opened, there.id)] == ["new", "change"]


async def test_who_does_not_act_any_more_keeps_the_alarm_from_being_raised_in_half(opened: Store) -> None:
    incident, by_agency = await asked(opened, "damkar")
    async with opened.transaction() as connection:
        await connection.execute(text("UPDATE agency SET active = false WHERE code = 'pmi'"))
    with pytest.raises(AgencyError, match="pmi is not active"):
        await raised(opened, incident, TWO, "damkar", "pmi")
    async with opened.transaction() as connection:
        assert (await dispatches.get(connection, by_agency["damkar"])).what is None
