"""Sessions of signed-in browsers, and the browsers that have signed in before."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, any_, delete, func, insert, select, text, update

from ct112.store import accounts
from ct112.store.access_tables import AccountRow, DeviceRow, SessionRow
from ct112.store.engine import Connection
from ct112.store.handed_out import digest, hashes_of, new_secret
from ct112.store.roles import Role

SEEN_SECONDS = 60  # `last_seen_at` is not written more often, unless a session's idle time is short
DEVICE_DAYS = 180  # a browser that was not used for so long is a stranger again
MOST_SESSIONS = 20  # of one account; the oldest ends when another begins


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Whose session or token it is, as the account is now. `scopes`: of a token; None means all."""

    name: str
    role: Role
    operator: str | None
    agency: str | None
    id: uuid.UUID
    scopes: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A session in a list: never its secret."""

    id: uuid.UUID
    account: str
    via: str
    source: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime


def _quarter() -> ColumnElement[Any]:
    """Return after how long it is written again that a session was used."""
    return func.make_interval(0, 0, 0, 0, 0, 0, func.least(SEEN_SECONDS, SessionRow.idle_seconds / 4))


def _alive() -> ColumnElement[bool]:
    idle = func.make_interval(0, 0, 0, 0, 0, 0, SessionRow.idle_seconds)
    return (SessionRow.expires_at > func.now()) & (SessionRow.last_seen_at + idle > func.now())


async def begin(
    connection: Connection, account: str, *, via: str, source: str, idle_seconds: int, total_seconds: int
) -> tuple[uuid.UUID, str]:
    """Begin a session; return its id, and its secret, which is nowhere else."""
    secret, number = new_secret(), uuid.uuid4()
    await _make_room(connection, account)
    await connection.execute(
        insert(SessionRow).values(
            id=number,
            token_hash=digest(secret),
            account=account,
            via=via,
            source=source,
            idle_seconds=idle_seconds,
            expires_at=func.now() + func.make_interval(0, 0, 0, 0, 0, 0, total_seconds),
        )
    )
    return number, secret


async def holder(connection: Connection, token_hash: bytes) -> Holder | None:
    """Return whose living session this is the hash of, as the account is now; None when it is none."""
    unseen = (SessionRow.last_seen_at + _quarter() < func.now()).label("unseen")
    row = (await connection.execute(_holders(unseen).where(SessionRow.token_hash == token_hash))).first()
    if row is None:
        return None
    if row.unseen:
        await connection.execute(
            update(SessionRow).where(SessionRow.id == row.id).values(last_seen_at=func.now())
        )
    return _holder(row)


async def holders(connection: Connection, hashes: Sequence[bytes]) -> dict[bytes, Holder]:
    """Return whose living sessions these are the hashes of; it does not count as a use of them."""
    found = await connection.execute(_holders().where(SessionRow.token_hash == any_(hashes_of(hashes))))
    return {row.token_hash: _holder(row) for row in found}


def _holders(*more: ColumnElement[Any]) -> Select[Any]:
    of_account = (AccountRow.name, AccountRow.role, AccountRow.operator, AccountRow.agency)
    return (
        select(*of_account, SessionRow.id, SessionRow.token_hash, *more)
        .join(AccountRow, AccountRow.name == SessionRow.account)
        .where(_alive(), accounts.usable())
    )


def _holder(row: Row[Any]) -> Holder:
    return Holder(name=row.name, role=Role(row.role), operator=row.operator, agency=row.agency, id=row.id)


async def living(connection: Connection, account: str) -> Sequence[Session]:
    """Return the account's sessions, the newest first."""
    table = SessionRow.__table__.c
    columns = [table[name] for name in Session.__dataclass_fields__]
    found = await connection.execute(
        select(*columns).where(SessionRow.account == account, _alive()).order_by(SessionRow.created_at.desc())
    )
    return [Session(**row) for row in found.mappings()]


async def end(connection: Connection, session: uuid.UUID) -> None:
    """End a session; one that is over already is no error."""
    await connection.execute(delete(SessionRow).where(SessionRow.id == session))


async def end_by_hash(connection: Connection, token_hash: bytes) -> None:
    """End the session this is the hash of; none is no error."""
    await connection.execute(delete(SessionRow).where(SessionRow.token_hash == token_hash))


async def end_all(connection: Connection, account: str, *, but: uuid.UUID | None = None) -> int:
    """End an account's sessions, and forget its browsers; return how many ended. `but`: this one stays."""
    await connection.execute(delete(DeviceRow).where(DeviceRow.account == account))
    query = delete(SessionRow).where(SessionRow.account == account)
    done = await connection.execute(query if but is None else query.where(SessionRow.id != but))
    return done.rowcount


async def remember_device(connection: Connection, account: str) -> str:
    """Return a secret by which this browser is known when it signs in again."""
    secret = new_secret()
    await connection.execute(insert(DeviceRow).values(token_hash=digest(secret), account=account))
    return secret


async def knows_device(connection: Connection, account: str, secret: str) -> bool:
    """Return whether this browser has signed in to this account before."""
    done = await connection.execute(
        update(DeviceRow)
        .where(
            DeviceRow.token_hash == digest(secret),
            DeviceRow.account == account,
            DeviceRow.last_used_at > func.now() - text(f"interval '{DEVICE_DAYS} days'"),
        )
        .values(last_used_at=func.now())
    )
    return done.rowcount == 1


async def forget_old(connection: Connection) -> int:
    """Remove what is over: sessions, browsers not used for long. Returns how many."""
    old = func.now() - text(f"interval '{DEVICE_DAYS} days'")
    over = await connection.execute(delete(SessionRow).where(~_alive()))
    devices = await connection.execute(delete(DeviceRow).where(DeviceRow.last_used_at < old))
    return over.rowcount + devices.rowcount


async def _make_room(connection: Connection, account: str) -> None:
    kept = (
        select(SessionRow.id)
        .where(SessionRow.account == account)
        .order_by(SessionRow.created_at.desc(), SessionRow.id)
        .limit(MOST_SESSIONS - 1)
    )
    await connection.execute(
        delete(SessionRow).where(SessionRow.account == account, SessionRow.id.not_in(kept))
    )
