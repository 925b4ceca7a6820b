"""Fallback calls in the tables: one record a call, whoever began it, however often it is taken in."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from ct112.core.fallback import FallbackCall
from ct112.core.ids import NodeName, PositionName
from ct112.core.record import ClassSource, EndedBy, Outcome, ServiceClass
from ct112.serve.fallback import FallbackReader
from ct112.store import Connection, StoreUnavailable
from lab import people
from tests.store.examples import ARRIVED, NODE, call_id, record
from tests.store.once import Once

LEG = "a-1790000001.7"


def call(*, answered: bool = True, sip_call_id: str | None = "abc", ani: str | None = "0812") -> FallbackCall:
    """A fallback call that began ten seconds after the example call arrived."""
    return FallbackCall(
        node=NODE,
        leg=LEG,
        entered_at=ARRIVED + 11,
        answered_at=ARRIVED + 15 if answered else None,
        ended_at=ARRIVED + 40,
        ended_by=EndedBy.CALLER,
        position=PositionName("pos-1") if answered else None,
        sip_call_id=sip_call_id,
        ani=ani,
    )


def left(folder: Path) -> int:
    """How many files are there."""
    return len(list(folder.iterdir()))


async def test_a_call_nobody_knew(store: Once) -> None:
    await people.man(store, [("pos-1", "sari", "generated-1234")], since=ARRIVED)
    for _ in range(3):
        await store.take_fallback(call())
    (row,) = await store.listed()
    assert (row.outcome, row.operator, row.position) == ("fallback_answered", "sari", "pos-1")
    assert (row.service_class, row.class_source) == ("emergency", "fallback")
    kinds = [fact.kind for fact in await store.facts(row.id)]
    assert kinds == ["fallback_entered", "fallback_answered", "ended"]


@pytest.mark.parametrize("closed", [True, False])
async def test_a_call_ct112_had_before_is_completed(store: Once, closed: bool) -> None:
    first = record(
        sip_call_id="abc",
        service_class=ServiceClass.URGENT,
        class_source=ClassSource.DIGIT,
        ended_at=ARRIVED + 12 if closed else None,
        outcome=Outcome.FALLBACK if closed else None,
    )
    await store.write([first], [])
    await store.take_fallback(call())
    await store.write(
        [record(revision=10**9, sip_call_id="abc", outcome=Outcome.ABANDONED, ended_at=2e9)], []
    )
    (row,) = await store.listed()
    assert (row.id, row.outcome, row.service_class) == (call_id(1), "fallback_answered", "urgent")
    assert row.ended_at is not None
    assert row.ended_at.timestamp() == ARRIVED + 40, "what is concluded from afar comes second"


async def test_the_same_sip_call_id_of_another_day_is_another_call(store: Once) -> None:
    await store.write([record(sip_call_id="abc", arrived_at=ARRIVED - 90_000, ended_at=ARRIVED)], [])
    await store.take_fallback(call())
    assert len(await store.listed()) == 2


async def test_who_gave_up_is_to_be_called_back_and_who_hid_the_number_is_counted(store: Once) -> None:
    await store.take_fallback(call(answered=False))
    (task,) = await store.tasks()
    assert (task.ani, task.reason) == ("0812", "fallback_abandoned")


async def test_files_stay_until_the_database_has_the_call(
    store: Once, database_url: str, tmp_path: Path
) -> None:
    (tmp_path / f"{LEG}.entered").write_text(f"at={ARRIVED}\nani=0812\n")
    (tmp_path / f"{LEG}.ended").write_text(f"at={ARRIVED + 9}\nby=caller\n")

    class Unavailable(Once):
        """A database that is away at first."""

        tries = 0

        @asynccontextmanager
        async def transaction(self) -> AsyncIterator[Connection]:
            self.tries += 1
            if self.tries == 1:
                raise StoreUnavailable("away")
            async with super().transaction() as connection:
                yield connection

    away = await Unavailable.create(database_url)
    assert isinstance(away, Unavailable)
    settled = [False]
    reader = FallbackReader(away, {NodeName("a"): tmp_path}, lambda: settled[0])
    task = asyncio.create_task(reader.run())
    await asyncio.sleep(0.2)
    assert (away.tries, left(tmp_path)) == (0, 2), "what we wrote ourselves comes first"
    settled[0] = True
    async with asyncio.timeout(20):
        while left(tmp_path):  # noqa: ASYNC110 - files tell nobody
            await asyncio.sleep(0.05)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert away.tries == 2
    await away.close()
    assert [row.outcome for row in await store.listed()] == ["fallback_abandoned"]
