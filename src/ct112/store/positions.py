"""Positions: workstations, each with a SIP account of its own. Who sits there is another matter."""

from dataclasses import dataclass, field

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from ct112.core.reserved import reserved
from ct112.store.engine import Connection
from ct112.store.names import PeopleError, check_name, check_password, new_password
from ct112.store.tables import Position


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPosition:
    """A position, and its softphone's password (in clear: Asterisk is told it)."""

    name: str
    sip_password: str = field(repr=False)


async def positions(connection: Connection) -> list[StoredPosition]:
    """Return all positions by name."""
    rows = await connection.execute(select(Position.name, Position.sip_password).order_by(Position.name))
    return [StoredPosition(name=name, sip_password=password) for name, password in rows]


async def add(connection: Connection, name: str, sip_password: str | None = None) -> StoredPosition:
    """Make a position, by default with a random password. Raises PeopleError."""
    check_name("position", name)
    if reserved(name):
        raise PeopleError(f"position {name!r} is a name Asterisk's configuration uses: choose pos-1 or so")
    if sip_password is not None:
        check_password(sip_password)
    made = StoredPosition(name=name, sip_password=sip_password or new_password())
    rows = insert(Position).values(name=name, sip_password=made.sip_password)
    if (await connection.execute(rows.on_conflict_do_nothing())).rowcount == 0:
        raise PeopleError(f"position {name} is there already: choose another name")
    return made


async def remove(connection: Connection, name: str) -> None:
    """Remove a position and its SIP account; who sits there is logged out after the talk."""
    removed = await connection.execute(delete(Position).where(Position.name == name))
    if removed.rowcount == 0:
        raise await _unknown(connection, name)


async def change_password(connection: Connection, name: str, sip_password: str | None = None) -> str:
    """Give a position another SIP password, a random one by default; return it. Raises PeopleError."""
    if sip_password is not None:
        check_password(sip_password)
    password = sip_password or new_password()
    changed = await connection.execute(
        update(Position).where(Position.name == name).values(sip_password=password)
    )
    if changed.rowcount == 0:
        raise await _unknown(connection, name)
    return password


async def _unknown(connection: Connection, name: str) -> PeopleError:
    names = ", ".join(position.name for position in await positions(connection)) or "none"
    return PeopleError(f"there is no position {ascii(name)[:80]}; there is: {names}")
