"""Dispatches and deliveries on a real PostgreSQL: leases, escalation, changes, stand-downs."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from ct112.incidents.dispatches import DispatchStatus
from ct112.incidents.incident import Content, Place
from ct112.incidents.states import IncidentRefused, Status
from ct112.store import Store, deliveries, dispatches, dispatches_reading, incidents
from ct112.store.agencies import AgencyError
from ct112.store.deliveries import Leased
from ct112.store.dispatches_reading import DispatchQuery, DispatchUnknown
from ct112.store.incidents import Draft
from tests.store.test_incidents import DAY

ZONE = ZoneInfo("Asia/Jakarta")
S = DispatchStatus
FIRE = Content(category="kebakaran", priority=1, place=Place(landmark="Pasar"))
WAYS = """
    UPDATE agency SET ways = cast(:ways AS jsonb) WHERE code = :code
"""
TWO = '[{"kind": "webhook", "url": "https://a.example/", "secret": "sixteen letters!"}, {"kind": "page"}]'


@pytest.fixture
async def opened(database_url: str) -> AsyncIterator[Store]:
    """Give a store in which Damkar has two ways, and PMI none."""
    store = await Store.create(database_url)
    async with store.transaction() as connection:
        await connection.execute(text(WAYS), {"code": "damkar", "ways": TWO})
        await connection.execute(text(WAYS), {"code": "pmi", "ways": "[]"})
    yield store
    await store.close()


async def asked(store: Store, *codes: str) -> tuple[UUID, dict[str, UUID]]:
    async with store.transaction() as connection:
        view, _ = await incidents.open_(connection, Draft(content=FIRE), by="operator-1", day=DAY)
        view = await dispatches.ask(connection, view.id, codes, by="operator-1", zone=ZONE)
    return view.id, {dispatch.agency: dispatch.id for dispatch in view.dispatches}


async def lease(store: Store, seconds: float = 10, most: int = 10) -> list[Leased]:
    async with store.transaction() as connection:
        return await deliveries.lease(connection, most, seconds)


async def settle(store: Store, leased: Leased, **what: Any) -> bool:
    async with store.transaction() as connection:
        return await deliveries.settle(connection, leased, **what)


async def report(store: Store, id_: UUID, to: DispatchStatus, **more: Any) -> Any:
    async with store.transaction() as connection:
        return await dispatches.report(connection, id_, to, by="damkar", zone=ZONE, **more)


async def tried(store: Store, id_: UUID) -> list[tuple[str, str, str, str | None]]:
    async with store.transaction() as connection:
        rows = await deliveries.of_dispatch(connection, id_)
    return [(row["telling"], row["way"], row["state"], row["outcome"]) for row in rows]


async def test_asked_twice_is_asked_once_and_the_incident_shows_it(opened: Store) -> None:
    incident, by_agency = await asked(opened, "damkar", "damkar", "pmi")
    async with opened.transaction() as connection:
        view = await dispatches.ask(connection, incident, ["damkar"], by="x", zone=ZONE)
        with pytest.raises(AgencyError):
            await dispatches.ask(connection, incident, ["unicorns"], by="x", zone=ZONE)
    assert view.status is Status.DISPATCHED
    assert {dispatch.agency: dispatch.id for dispatch in view.dispatches} == by_agency
    assert await tried(opened, by_agency["damkar"]) == [("new", "webhook", "pending", None)]


async def test_whom_nobody_can_reach_is_on_the_supervisors_list_at_once(opened: Store) -> None:
    _, by_agency = await asked(opened, "pmi", "damkar")
    async with opened.transaction() as connection:
        page = await dispatches_reading.page(connection, DispatchQuery(escalated=True))
    assert [(each.id, each.escalated_why) for each in page.items] == [
        (by_agency["pmi"], "nobody of the agency can be reached now")
    ]


async def test_ten_workers_at_once_lease_each_delivery_once(opened: Store) -> None:
    for _ in range(8):
        await asked(opened, "damkar")
    found = [
        each.id
        for taken in await asyncio.gather(*(lease(opened, most=3) for _ in range(10)))
        for each in taken
    ]
    assert len(found) == len(set(found)) == 8


async def test_a_worker_that_comes_back_after_its_lease_changes_nothing(opened: Store) -> None:
    _, by_agency = await asked(opened, "damkar")
    (slow,) = await lease(opened, seconds=0.2)
    assert await lease(opened) == []
    await asyncio.sleep(0.3)
    (quick,) = await lease(opened)
    assert quick.id == slow.id
    assert await settle(opened, quick, state="delivered", due_at=quick.limit_at, outcome="200")
    assert not await settle(opened, slow, state="over", due_at=None, outcome="too late")
    assert await tried(opened, by_agency["damkar"]) == [("new", "webhook", "delivered", "200")]


async def test_acknowledged_while_it_is_being_sent_nothing_more_is_tried(opened: Store) -> None:
    _, by_agency = await asked(opened, "damkar")
    (held,) = await lease(opened)
    stored = await report(opened, by_agency["damkar"], S.ACKNOWLEDGED)
    assert stored.acknowledged_at is not None
    assert not await settle(opened, held, state="pending", due_at=held.limit_at, outcome="refused")
    assert await lease(opened) == []
    assert await tried(opened, by_agency["damkar"]) == [("new", "webhook", "acknowledged", "acknowledged")]


async def test_a_decline_is_followed_by_the_next_way_at_once_and_then_by_the_supervisor(
    opened: Store,
) -> None:
    _, by_agency = await asked(opened, "damkar")
    id_ = by_agency["damkar"]
    for _ in range(3):  # sent twice more: who is next has not been told, and has declined nothing
        await report(opened, id_, S.DECLINED, reason="no engine free")
        assert [(way, state) for _, way, state, _ in await tried(opened, id_)] == [
            ("webhook", "over"),
            ("page", "pending"),
        ]
    (page,) = await lease(opened)
    assert await settle(opened, page, state="delivered", due_at=page.limit_at, outcome="shown")
    declined = await report(opened, id_, S.DECLINED, reason="again")
    assert declined.escalated_at is not None
    once_more = await report(opened, id_, S.DECLINED, reason="again")
    assert once_more == declined
    accepted = await report(opened, id_, S.ACKNOWLEDGED)
    assert (accepted.status, accepted.escalated_at) == (S.ACKNOWLEDGED, None)


async def test_a_change_and_a_stand_down_are_told_and_acknowledged_as_a_dispatch_is(opened: Store) -> None:
    incident, by_agency = await asked(opened, "damkar")
    id_ = by_agency["damkar"]
    async with opened.transaction() as connection:
        view, _ = await incidents.change(connection, incident, 2, {"people_in_danger": 3}, by="x")
        await dispatches.incident_changed(connection, view, zone=ZONE)
    assert len(await tried(opened, id_)) == 1, "what was not sent yet says it anyway"
    await report(opened, id_, S.ACKNOWLEDGED)
    for people in (4, 5):
        async with opened.transaction() as connection:
            now = await incidents.get(connection, incident)
            view, _ = await incidents.change(
                connection, incident, now.version, {"people_in_danger": people}, by="x"
            )
            await dispatches.incident_changed(connection, view, zone=ZONE)
    assert [each[::2] for each in await tried(opened, id_)] == [
        ("new", "acknowledged"),
        ("change", "over"),
        ("change", "pending"),
    ]
    await report(opened, id_, S.EN_ROUTE)
    assert (await tried(opened, id_))[-1][2] == "pending", "on the way is no word about the change"
    assert (await report(opened, id_, S.ACKNOWLEDGED)).status is S.EN_ROUTE
    async with opened.transaction() as connection:
        await dispatches.stand_down(connection, incident, by="x", zone=ZONE, reason="a false alarm")
    assert [each[::2] for each in await tried(opened, id_)][-2:] == [
        ("change", "acknowledged"),
        ("stand_down", "pending"),
    ]
    assert (await report(opened, id_, S.ACKNOWLEDGED)).status is S.CANCELLED
    assert (await tried(opened, id_))[-1][2] == "acknowledged"


async def test_merged_who_is_asked_in_both_stands_down_in_one_and_the_rest_goes_on(opened: Store) -> None:
    kept, there = await asked(opened, "damkar")
    gone, here = await asked(opened, "damkar", "bpbd")
    async with opened.transaction() as connection:
        into = await incidents.merge(connection, gone, kept, 2, by="x")
        await dispatches.merged(connection, gone, into, by="x", zone=ZONE)
        view = await incidents.get(connection, kept)
        old = await dispatches.get(connection, here["damkar"])
    assert {dispatch.agency: dispatch.id for dispatch in view.dispatches} == {
        "damkar": there["damkar"],
        "bpbd": here["bpbd"],
    }
    assert old.status is S.CANCELLED


async def test_another_agencys_dispatch_is_not_there(opened: Store) -> None:
    _, by_agency = await asked(opened, "damkar")
    with pytest.raises(DispatchUnknown):
        await report(opened, by_agency["damkar"], S.ACKNOWLEDGED, agency="pmi")
    await report(opened, by_agency["damkar"], S.DONE, agency="damkar")
    with pytest.raises(IncidentRefused, match="ask it anew"):
        await report(opened, by_agency["damkar"], S.EN_ROUTE)


async def test_a_change_written_while_a_worker_leases_is_told(opened: Store) -> None:
    """Who leases before the change is written sends what was: then the change is a delivery of its own."""
    incident, by_agency = await asked(opened, "damkar")
    async with opened.transaction() as changing:
        view, _ = await incidents.change(changing, incident, 2, {"people_in_danger": 3}, by="x")
        await dispatches.incident_changed(changing, view, zone=ZONE)
        meanwhile = await asyncio.create_task(lease(opened))
    assert meanwhile == [], "nobody reads the incident as it was before"
    (held,) = await lease(opened)
    async with opened.transaction() as connection:
        told = await incidents.get(connection, incident)
    assert (held.telling, told.content.people_in_danger) == ("new", 3)
    async with opened.transaction() as connection:
        view, _ = await incidents.change(connection, incident, 3, {"people_in_danger": 4}, by="x")
        await dispatches.incident_changed(connection, view, zone=ZONE)
    assert [each[0] for each in await tried(opened, by_agency["damkar"])] == ["new", "change"]


async def test_a_change_nobody_acknowledged_stays_listed_until_somebody_does_or_it_is_done(
    opened: Store,
) -> None:
    incident, by_agency = await asked(opened, "damkar")
    id_ = by_agency["damkar"]
    for end in (S.ACKNOWLEDGED, S.DONE):
        await report(opened, id_, S.ACKNOWLEDGED)
        async with opened.transaction() as connection:
            await connection.execute(text(WAYS), {"code": "damkar", "ways": "[]"})
            now = await incidents.get(connection, incident)
            people = {"people_in_danger": now.version}
            view, _ = await incidents.change(connection, incident, now.version, people, by="x")
            await dispatches.incident_changed(connection, view, zone=ZONE)
        assert (await report(opened, id_, S.EN_ROUTE)).escalated_at is not None
        assert (await report(opened, id_, S.EN_ROUTE)).escalated_at is not None
        assert (await report(opened, id_, end)).escalated_at is None


async def test_what_is_on_its_way_to_an_agency_that_is_done_is_over(opened: Store) -> None:
    incident, by_agency = await asked(opened, "damkar")
    id_ = by_agency["damkar"]
    await report(opened, id_, S.ACKNOWLEDGED)
    async with opened.transaction() as connection:
        now = await incidents.get(connection, incident)
        view, _ = await incidents.change(connection, incident, now.version, {"people_in_danger": 4}, by="x")
        await dispatches.incident_changed(connection, view, zone=ZONE)
    await report(opened, id_, S.DONE)
    assert await lease(opened) == []
    assert (await tried(opened, id_))[-1][2:] == ("over", "done")
