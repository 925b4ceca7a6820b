"""Operators: the people. Where they sit is the floor's to say; what is here is who they are."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from ct112.store.engine import Connection
from ct112.store.names import PeopleError, check_full_name, check_name
from ct112.store.tables import Operator


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredOperator:
    """An operator. Only who is `active` can log in; `pin_hash` is for the telephone."""

    name: str
    full_name: str
    active: bool
    pin_hash: str | None = field(repr=False)


async def operators(connection: Connection) -> list[StoredOperator]:
    """Return all operators by name."""
    rows = await connection.execute(
        select(Operator.name, Operator.full_name, Operator.active, Operator.pin_hash).order_by(Operator.name)
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
        raise PeopleError(f"operator {name} is there already: choose another name")
    return made


async def remove(connection: Connection, name: str) -> None:
    """Remove an operator; who sits somewhere is logged out after the talk. Raises PeopleError."""
    removed = await connection.execute(delete(Operator).where(Operator.name == name))
    if removed.rowcount == 0:
        raise await _unknown(connection, name)


async def set_pin(connection: Connection, name: str, pin_hash: str | None) -> None:
    """Give an operator another PIN, by its hash; None takes it away. Raises PeopleError."""
    await _change(connection, name, pin_hash=pin_hash)


async def set_active(connection: Connection, name: str, *, active: bool) -> None:
    """Let an operator log in, or not any more. Raises PeopleError."""
    await _change(connection, name, active=active)


async def set_full_name(connection: Connection, name: str, full_name: str) -> None:
    """Say what an operator is called. Raises PeopleError."""
    check_full_name(full_name)
    await _change(connection, name, full_name=full_name)


async def _change(connection: Connection, name: str, **values: Any) -> None:
    changed = await connection.execute(update(Operator).where(Operator.name == name).values(**values))
    if changed.rowcount == 0:
        raise await _unknown(connection, name)


async def _unknown(connection: Connection, name: str) -> PeopleError:
    names = ", ".join(operator.name for operator in await operators(connection)) or "nobody"
    return PeopleError(f"there is no operator {ascii(name)[:80]}; there is: {names}")
