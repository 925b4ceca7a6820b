"""Operators, agencies and workers at the same incidents at once: no agency is forgotten."""

import asyncio
import random
from collections.abc import AsyncIterator
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from ct112.incidents.dispatches import OVER, UNANSWERED, DispatchStatus
from ct112.incidents.outcomes import Acknowledged, Delivered, Failed, Outcome, Pending, Refused
from ct112.incidents.states import IncidentRefused, Status
from ct112.store import (
    Connection,
    Store,
    deliveries,
    dispatches,
    incident_changes,
    incidents,
    incidents_acting,
)
from ct112.store.deliveries_settling import settled
from ct112.store.dispatches_reading import DispatchQuery, StoredDispatch, page
from ct112.store.faults import Stale
from tests.store.test_incident_attacks import opened

ZONE = ZoneInfo("Asia/Jakarta")
AGENCIES = ("damkar", "pmi", "polres")
TWO = '[{"kind": "webhook", "url": "https://a.example/", "secret": "sixteen letters!"}, {"kind": "page"}]'
OUTCOMES: tuple[Outcome, ...] = (
    Delivered(),
    Acknowledged(),
    Failed("refused"),
    Refused("not there"),
    Pending(0.01),
)
ALLOWED = (IncidentRefused, Stale)


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    """Give a store in which agencies have two ways."""
    found = await Store.create(database_url)
    async with found.transaction() as connection:
        await connection.execute(text("UPDATE agency SET ways = cast(:ways AS jsonb)"), {"ways": TWO})
    yield found
    await found.close()


class Somebody:
    """One who does at random what operators, agencies and workers do, each in a transaction."""

    def __init__(self, store: Store, incidents_: list[UUID], seed: int) -> None:
        self.store, self.incidents = store, incidents_
        self.lot = random.Random(seed)
        self.done = 0

    async def act(self, times: int) -> None:
        """Do so many things; what is refused is refused."""
        for _ in range(times):
            try:
                await self._work() if self.lot.random() < 0.4 else await self._decide()
                self.done += 1
            except ALLOWED:
                continue

    async def _work(self) -> None:
        async with self.store.transaction() as connection:
            taken = await deliveries.lease(connection, 2, self.lot.choice((0.0, 5.0)))
        for leased in taken:
            async with self.store.transaction() as connection:
                await settled(connection, leased, self.lot.choice(OUTCOMES), zone=ZONE)

    async def _decide(self) -> None:
        id_, into = self.lot.choice(self.incidents), self.lot.choice(self.incidents)
        async with self.store.transaction() as connection:
            match self.lot.randrange(7):
                case 0 | 1:
                    await dispatches.ask(connection, id_, self.lot.sample(AGENCIES, 2), by="x", zone=ZONE)
                case 2:
                    version = (await incidents.get(connection, id_)).version
                    what = {"people_in_danger": self.lot.randrange(99)}
                    await incidents_acting.change(connection, id_, version, what, by="x", zone=ZONE)
                case 3 if self.lot.random() < 0.3:
                    version = (await incidents.get(connection, id_)).version
                    await incidents_acting.merge(connection, id_, into, version, by="x", zone=ZONE)
                case 4 if self.lot.random() < 0.5:
                    await incidents_acting.close(connection, id_, None, "over", by="x", zone=ZONE)
                case 5:
                    await incidents.reopen(connection, id_, None, "again", by="x")
                case _:
                    await self._report(connection)

    async def _report(self, connection: Connection) -> None:
        found = (await page(connection, DispatchQuery(live=True))).items
        if found:
            to = self.lot.choice([status for status in DispatchStatus if status is not DispatchStatus.SENT])
            await dispatches.report(
                connection, self.lot.choice(found).id, to, by="x", zone=ZONE, reason="because"
            )


async def test_whoever_acts_at_once_no_dispatch_is_forgotten(store: Store) -> None:
    made = [await opened(store) for _ in range(5)]
    everybody = [Somebody(store, made, seed) for seed in range(8)]
    await asyncio.gather(*(one.act(30) for one in everybody))
    assert sum(one.done for one in everybody) > 60
    async with store.transaction() as connection:
        for dispatch in (await page(connection, limit=500)).items:
            await judge(connection, dispatch)
        for id_ in made:
            trail = await incident_changes.of_incident(connection, id_)
            assert [line.seq for line in trail] == list(range(1, len(trail) + 1))


async def judge(connection: Connection, dispatch: StoredDispatch) -> None:
    """Nobody drives for what is over; who has not answered is being tried, or is a supervisor's."""
    incident = await incidents.get(connection, dispatch.incident_id)
    tried = await deliveries.of_dispatch(connection, dispatch.id)
    due = [row for row in tried if row["due_at"] is not None]
    if incident.status is not Status.DISPATCHED:
        assert dispatch.status in OVER
    if dispatch.status in UNANSWERED:
        assert due or dispatch.escalated_at, dispatch
    assert len({row["told"] for row in due if row["telling"] == "new"}) <= 1
    if dispatch.status is DispatchStatus.CANCELLED:
        assert any(row["telling"] == "stand_down" for row in tried) or dispatch.escalated_at


async def test_a_report_while_its_incident_is_merged_stands_in_the_right_trail(store: Store) -> None:
    for _ in range(15):
        gone, kept = await opened(store), await opened(store)
        async with store.transaction() as connection:
            view = await dispatches.ask(connection, gone, ["damkar"], by="x", zone=ZONE)

        async def merge(gone: UUID = gone, kept: UUID = kept, version: int = view.version) -> None:
            async with store.transaction() as connection:
                await incidents_acting.merge(connection, gone, kept, version, by="x", zone=ZONE)

        async def report(id_: UUID = view.dispatches[0].id) -> None:
            async with store.transaction() as connection:
                await dispatches.report(connection, id_, DispatchStatus.EN_ROUTE, by="x", zone=ZONE)

        await asyncio.gather(merge(), report(), report())
        async with store.transaction() as connection:
            (crew,) = (await incidents.get(connection, kept)).dispatches
            assert crew.status == "en_route"
