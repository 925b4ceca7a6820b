"""Operators, positions and who sits where."""

import re
import secrets
from dataclasses import dataclass, field

from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ct112.core.reserved import reserved
from ct112.store.tables import NAME_PATTERN, Operator, Position

PASSWORD = re.compile(r"[!-~]{12,80}")  # printable, without spaces: it has to survive every phone's settings
UNSAFE = re.compile(r"[;\\\[\]]")  # comment and section marks of Asterisk's configuration


class RosterError(Exception):
    """What was asked of the roster cannot be; the text says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterRow:
    """A position, its softphone's password (in clear: Asterisk is told it) and who sits there."""

    position: str
    sip_password: str = field(repr=False)
    operator: str | None
    ready: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorRow:
    """An operator, and where they sit."""

    operator: str
    position: str | None
    ready: bool


def new_password() -> str:
    """Return a password no one can guess (144 bits)."""
    return secrets.token_urlsafe(18)


async def roster(connection: AsyncConnection) -> list[RosterRow]:
    """Return all positions by name."""
    found = await connection.execute(
        select(Position.name, Position.sip_password, Operator.name.label("operator"), Operator.ready)
        .outerjoin(Operator, Operator.position == Position.name)
        .order_by(Position.name)
    )
    return [
        RosterRow(position=name, sip_password=password, operator=operator, ready=bool(ready))
        for name, password, operator, ready in found
    ]


async def operators(connection: AsyncConnection) -> list[OperatorRow]:
    """Return all operators by name."""
    found = await connection.execute(
        select(Operator.name, Operator.position, Operator.ready).order_by(Operator.name)
    )
    return [OperatorRow(operator=name, position=position, ready=ready) for name, position, ready in found]


async def add(
    connection: AsyncConnection,
    operator: str,
    position: str,
    sip_password: str | None = None,
    *,
    ready: bool = True,
) -> RosterRow:
    """Put a new operator at a free position, made when it is not there yet. Raises RosterError.

    Without `sip_password` an existing position keeps its own and a new one gets a random one.
    """
    _check_name("operator", operator)
    _check_name("position", position)
    if reserved(position):
        raise RosterError(
            f"position {position!r} is a name Asterisk's configuration uses: choose pos-1 or so"
        )
    if sip_password is not None:
        _check_password(sip_password)
    await _lock(connection)
    seats = {row.position: row for row in await roster(connection)}
    if any(row.operator == operator for row in await operators(connection)):
        raise RosterError(f"operator {operator} is there already; remove them first, or choose another name")
    seat = seats.get(position)
    if seat is not None and seat.operator is not None:
        raise RosterError(f"position {position} is taken by {seat.operator}; choose another")
    password = await _position(connection, seat, position, sip_password)
    await connection.execute(insert(Operator).values(name=operator, position=position, ready=ready))
    return RosterRow(position=position, sip_password=password, operator=operator, ready=ready)


async def remove(connection: AsyncConnection, operator: str, *, keep_position: bool = False) -> None:
    """Remove an operator and, unless it is kept, their position with its SIP account. Raises RosterError."""
    await _lock(connection)
    found = await connection.execute(
        delete(Operator).where(Operator.name == operator).returning(Operator.position)
    )
    row = found.first()
    if row is None:
        raise await _unknown(connection, operator)
    if row.position is not None and not keep_position:
        await connection.execute(delete(Position).where(Position.name == row.position))


async def set_ready(connection: AsyncConnection, operator: str, *, ready: bool) -> None:
    """Make an operator ready, or pause them. Raises RosterError."""
    changed = await connection.execute(update(Operator).where(Operator.name == operator).values(ready=ready))
    if changed.rowcount == 0:
        raise await _unknown(connection, operator)


async def change_password(connection: AsyncConnection, operator: str, sip_password: str | None = None) -> str:
    """Give the operator's position another SIP password, a random one by default; return it."""
    if sip_password is not None:
        _check_password(sip_password)
    password = sip_password or new_password()
    seat = select(Operator.position).where(Operator.name == operator).scalar_subquery()
    changed = await connection.execute(
        update(Position).where(Position.name == seat).values(sip_password=password)
    )
    if changed.rowcount == 0:
        raise await _unknown(connection, operator)
    return password


async def _position(
    connection: AsyncConnection, seat: RosterRow | None, position: str, sip_password: str | None
) -> str:
    """Make the position, or give it the password asked for; return its password."""
    if seat is None:
        password = sip_password or new_password()
        await connection.execute(insert(Position).values(name=position, sip_password=password))
        return password
    if sip_password is not None:
        await connection.execute(
            update(Position).where(Position.name == position).values(sip_password=sip_password)
        )
    return sip_password or seat.sip_password


async def _lock(connection: AsyncConnection) -> None:
    """One change of the roster at a time: what was checked stays true until it is done. Readers go on."""
    await connection.execute(text("LOCK TABLE position, operator IN SHARE ROW EXCLUSIVE MODE"))


async def _unknown(connection: AsyncConnection, operator: str) -> RosterError:
    names = ", ".join(row.operator for row in await operators(connection)) or "nobody"
    return RosterError(f"there is no operator {operator!r}; there is: {names}")


def _check_name(what: str, name: str) -> None:
    if not re.fullmatch(NAME_PATTERN, name):
        raise RosterError(
            f"{what} {name!r} is no name: small letters, digits and '-', beginning with a letter or digit, "
            "31 at most"
        )


def _check_password(password: str) -> None:
    if not PASSWORD.fullmatch(password) or UNSAFE.search(password):
        raise RosterError(
            "that SIP password will not do: 12 to 80 letters, digits and signs, without spaces and ; \\ [ ]"
        )
