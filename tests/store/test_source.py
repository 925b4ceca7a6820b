"""What serve takes of the database: who there is, why one may pause, who should be on duty, who sat where."""

from datetime import UTC, datetime, timedelta

from ct112.serve.known import KnownOperator, KnownPosition, RosterEntry
from ct112.serve.sources import PLANNED_AHEAD, StoreSource
from ct112.store import Store, operators, positions, roster
from ct112.store.roster import RosterEntry as Planned
from lab import people

HOUR = timedelta(hours=1)


async def test_all_that_has_to_outlast_an_outage_is_in_one_answer(store: Store) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    async with store.transaction() as connection:
        await positions.add(connection, "pos-1", "correct-horse-1")
        await operators.add(connection, "siti", full_name="Siti Aminah", pin_hash="$argon2id$")
        await operators.add(connection, "budi")
        await operators.set_active(connection, "budi", active=False)
        duties = [
            Planned(starts_at=now + at, ends_at=now + at + HOUR, operator="siti") for at in (-HOUR, HOUR)
        ]
        late = now + PLANNED_AHEAD + HOUR
        await roster.plan(connection, [*duties, Planned(starts_at=late, ends_at=late + HOUR, people=3)])
    known = await StoreSource(store).known()
    assert known.positions == (KnownPosition("pos-1", "correct-horse-1"),)
    assert known.operators == (KnownOperator("siti", "Siti Aminah", "$argon2id$"),)  # budi may not log in
    assert "meal" in {reason.code for reason in known.reasons}
    soon = (now + HOUR).timestamp()
    assert known.roster == (RosterEntry(soon, soon + 3600, "siti"),)
    assert known.ivr is None


async def test_who_sits_where_by_the_copy(store: Store) -> None:
    await people.man(store, [("pos-1", "siti", "correct-horse-1")], since=1_790_000_000.0)
    (stay,) = await StoreSource(store).stays()
    assert (stay.operator, stay.position, stay.since, stay.ready) == ("siti", "pos-1", 1_790_000_000.0, True)
