"""Operators: the people. Where they sit is the floor's to say; what is here is who they are."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from ct112.store import clean
from ct112.store.engine import Connection
from ct112.store.faults import Stale
from ct112.store.names import PeopleTaken, PeopleUnknown, check_full_name, check_name
from ct112.store.tables import Operator

CHANGEABLE = frozenset({"full_name", "active", "pin_hash"})


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredOperator:
    """An operator. Only who is `active` can log in; `pin_hash` is for the telephone."""

    name: str
    full_name: str
    active: bool
    pin_hash: str | None = field(repr=False)
    version: int = 1


async def operators(connection: Connection) -> list[StoredOperator]:
    """Return all operators by name."""
    rows = await connection.execute(
        select(
            Operator.name, Operator.full_name, Operator.active, Operator.pin_hash, Operator.version
        ).order_by(Operator.name)
    )
    return [StoredOperator(**row) for row in rows.mappings()]


async def add(
    connection: Connection, name: str, *, full_name: str = "", pin_hash: str | None = None
) -> StoredOperator:
    """Make an operator; they sit nowhere. Raises PeopleError."""
    check_name("operator", name)
    check_full_name(full_name)
    made = StoredOperator(name=name, full_name=full_name, active=True, pin_hash=pin_hash)
    rows = insert(Operator).values(name=name, full_name=full_name, pin_hash=pin_hash)
    if (await connection.execute(rows.on_conflict_do_nothing())).rowcount == 0:
        raise PeopleTaken(f"operator {name} is there already: choose another name")
    return made


async def remove(connection: Connection, name: str, version: int | None = None) -> None:
    """Remove an operator; who sits somewhere is logged out after the talk.

    Raises PeopleUnknown; Stale when they are not at `version`.
    """
    removed = await connection.execute(delete(Operator).where(*_that(name, version)))
    if removed.rowcount == 0:
        raise await _why_not(connection, name)


async def set_pin(connection: Connection, name: str, pin_hash: str | None) -> None:
    """Give an operator another PIN, by its hash; None takes it away. Raises PeopleError."""
    await change(connection, name, pin_hash=pin_hash)


async def set_active(connection: Connection, name: str, *, active: bool) -> None:
    """Let an operator log in, or not any more. Raises PeopleError."""
    await change(connection, name, active=active)


async def set_full_name(connection: Connection, name: str, full_name: str) -> None:
    """Say what an operator is called. Raises PeopleError."""
    await change(connection, name, full_name=full_name)


async def change(connection: Connection, name: str, version: int | None = None, **values: Any) -> None:
    """Change some of `full_name`, `active`, `pin_hash`. Raises PeopleError; Stale when not at `version`."""
    if not values.keys() <= CHANGEABLE:
        raise TypeError(f"of an operator only {', '.join(sorted(CHANGEABLE))} change")
    if "full_name" in values:
        check_full_name(values["full_name"])
    changed = await connection.execute(
        update(Operator).where(*_that(name, version)).values(**values, version=Operator.version + 1)
    )
    if changed.rowcount == 0:
        raise await _why_not(connection, name)


def _that(name: str, version: int | None) -> list[ColumnElement[bool]]:
    same = [Operator.name == clean.text(name)]
    return same if version is None else [*same, Operator.version == version]


async def _why_not(connection: Connection, name: str) -> Exception:
    """Return why nothing was changed: another version, or no such operator."""
    found = [operator.name for operator in await operators(connection)]
    if name in found:
        return Stale()
    names = ", ".join(found) or "nobody"
    return PeopleUnknown(f"there is no operator {ascii(name)[:80]}; there is: {names}")
