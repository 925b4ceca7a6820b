"""The duty roster: which operator should be on duty when, or how many people in all."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from ct112.store.engine import Connection
from ct112.store.names import PeopleError, PeopleUnknown
from ct112.store.tables import NAME_PATTERN, Operator, PlannedDuty

LONGEST = timedelta(days=2)
MOST_PEOPLE = 999
MOST_AT_ONCE = 2000  # entries planned by one command


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterEntry:
    """One planned duty, times in UTC. Without `operator` it says how many `people` should be there."""

    id: int = 0
    starts_at: datetime
    ends_at: datetime
    operator: str | None = None
    people: int = 1


async def entries(connection: Connection, since: datetime, until: datetime) -> list[RosterEntry]:
    """Return what is planned between two moments, in order."""
    rows = await connection.execute(
        select(
            PlannedDuty.id,
            PlannedDuty.starts_at,
            PlannedDuty.ends_at,
            PlannedDuty.operator,
            PlannedDuty.people,
        )
        .where(PlannedDuty.ends_at > since, PlannedDuty.starts_at < until)
        .order_by(PlannedDuty.starts_at, PlannedDuty.operator, PlannedDuty.id)
    )
    return [RosterEntry(**row) for row in rows.mappings()]


async def plan(connection: Connection, wanted: Sequence[RosterEntry]) -> int:
    """Write duties, all or none; one that is planned already stays. Return how many are new."""
    if len(wanted) > MOST_AT_ONCE:
        raise PeopleError(f"that are {len(wanted)} duties at once: {MOST_AT_ONCE} at most, plan fewer days")
    for entry in wanted:
        _check(entry)
    await _check_names(connection, {entry.operator for entry in wanted if entry.operator is not None})
    new = 0
    for entry in wanted:
        row = insert(PlannedDuty).values(
            starts_at=entry.starts_at, ends_at=entry.ends_at, operator=entry.operator, people=entry.people
        )
        new += (await connection.execute(row.on_conflict_do_nothing())).rowcount
    return new


async def cancel(connection: Connection, number: int) -> None:
    """Take a duty off the roster. Raises PeopleError."""
    gone = await connection.execute(delete(PlannedDuty).where(PlannedDuty.id == number))
    if gone.rowcount == 0:
        raise PeopleUnknown(f"there is no duty {number}: ct112 roster show has the numbers")


def _check(entry: RosterEntry) -> None:
    if not timedelta() < entry.ends_at - entry.starts_at <= LONGEST:
        raise PeopleError("a duty ends after it begins, and within two days: correct the times")
    if not 1 <= entry.people <= MOST_PEOPLE:
        raise PeopleError(f"the number of people is 1 to {MOST_PEOPLE}")


async def _check_names(connection: Connection, names: set[str]) -> None:
    possible = {name for name in names if re.fullmatch(NAME_PATTERN, name)}
    known = set(await connection.scalars(select(Operator.name).where(Operator.name.in_(possible))))
    if names - known:
        listed = ", ".join(sorted(ascii(name)[:40] for name in names - known))
        raise PeopleUnknown(f"there is no operator {listed}: see ct112 operator list")
