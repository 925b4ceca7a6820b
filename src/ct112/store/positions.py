"""Positions: workstations, each with a SIP account of its own. Who sits there is another matter."""

from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from ct112.core.reserved import reserved
from ct112.store import clean
from ct112.store.engine import Connection
from ct112.store.faults import Stale
from ct112.store.names import (
    PeopleError,
    PeopleTaken,
    PeopleUnknown,
    check_name,
    check_password,
    new_password,
)
from ct112.store.tables import Position


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPosition:
    """A position, and its softphone's password (in clear: Asterisk is told it)."""

    name: str
    sip_password: str = field(repr=False)
    version: int = 1


async def positions(connection: Connection) -> list[StoredPosition]:
    """Return all positions by name."""
    rows = await connection.execute(
        select(Position.name, Position.sip_password, Position.version).order_by(Position.name)
    )
    return [StoredPosition(**row) for row in rows.mappings()]


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
        raise PeopleTaken(f"position {name} is there already: choose another name")
    return made


async def remove(connection: Connection, name: str, version: int | None = None) -> None:
    """Remove a position and its SIP account; who sits there is logged out after the talk.

    Raises PeopleUnknown; Stale when it is not at `version`.
    """
    removed = await connection.execute(delete(Position).where(*_that(name, version)))
    if removed.rowcount == 0:
        raise await _why_not(connection, name)


async def change_password(
    connection: Connection, name: str, sip_password: str | None = None, version: int | None = None
) -> str:
    """Give a position another SIP password, a random one by default; return it.

    Raises PeopleError; Stale when it is not at `version`.
    """
    if sip_password is not None:
        check_password(sip_password)
    password = sip_password or new_password()
    changed = await connection.execute(
        update(Position)
        .where(*_that(name, version))
        .values(sip_password=password, version=Position.version + 1)
    )
    if changed.rowcount == 0:
        raise await _why_not(connection, name)
    return password


def _that(name: str, version: int | None) -> list[ColumnElement[bool]]:
    same = [Position.name == clean.text(name)]
    return same if version is None else [*same, Position.version == version]


async def _why_not(connection: Connection, name: str) -> Exception:
    """Return why nothing was changed: another version, or no such position."""
    found = [position.name for position in await positions(connection)]
    if name in found:
        return Stale()
    names = ", ".join(found) or "none"
    return PeopleUnknown(f"there is no position {ascii(name)[:80]}; there is: {names}")
