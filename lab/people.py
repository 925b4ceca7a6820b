"""Positions, operators, and who sits where before ct112 runs: put into the database as an upgrade does."""

import time
from collections.abc import Iterable
from contextlib import suppress

from ct112.core.ids import OperatorName, PositionName
from ct112.core.stays import Stay, StayKind, fact_of, stay_id
from ct112.store import Connection, PeopleError, Store, facts, operators, positions


async def seat(store: Store, operator: str, position: str, *, since: float | None = None) -> None:
    """Have an operator sit at a position, ready; a running ct112 does not hear of it."""
    async with store.transaction() as connection:
        await _log_in(connection, operator, position, time.time() if since is None else since)


async def man(store: Store, people: Iterable[tuple[str, str, str]], *, since: float | None = None) -> None:
    """Make positions and operators that are missing, and seat them: position, operator, SIP password."""
    for position, operator, password in people:
        await add(store, operator, position, password)
        await seat(store, operator, position, since=since)


async def add(store: Store, operator: str, position: str, password: str) -> None:
    """Make a position and an operator, unless they are there."""
    async with store.transaction() as connection:
        with suppress(PeopleError):
            await positions.add(connection, position, password)
        with suppress(PeopleError):
            await operators.add(connection, operator)


async def _log_in(connection: Connection, operator: str, position: str, since: float) -> None:
    name, place = OperatorName(operator), PositionName(position)
    stay = Stay(id=stay_id(name, place, since), operator=name, position=place, since=since, ready=True)
    await facts.append(connection, [fact_of(stay, StayKind.LOGGED_IN, since, "lab")])
