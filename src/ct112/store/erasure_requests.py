"""Erasures that somebody asked for: done by whoever has the audit's key, again while calls are under way."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Table, func, insert, select, update

from ct112.store import clean
from ct112.store.audit_verify import Transactions
from ct112.store.engine import Connection
from ct112.store.erasing import Left, Whose, erase_person, left
from ct112.store.pages import Order, Page, count
from ct112.store.privacy_tables import ErasureRequest

REQUESTS: Table = ErasureRequest.metadata.tables["erasure_request"]
NEWEST_FIRST = Order("erasures", (REQUESTS.c.asked_at, REQUESTS.c.id), (datetime, UUID), newest_first=True)
SETTLES = timedelta(minutes=5)
"""A call's record may lie in the spool for so long; the person is looked for again until then."""
SHOWN = [column for column in REQUESTS.columns if column.name != "number"]
MOST_OPEN = 100


class RequestUnknown(LookupError):
    """There is no such request; the text says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRequest:
    """A request and how far it is; times in UTC. The number it is about is never shown, and goes at the end.

    `held`: rows left because of a legal hold; `in_use`: rows of calls and incidents under way.
    """

    id: UUID
    call_id: UUID | None
    incident_id: UUID | None
    reason: str
    asked_by: str
    asked_at: datetime
    done_at: datetime | None
    rows: int
    held: int
    in_use: int


async def ask(connection: Connection, whose: Whose, *, by: str, reason: str) -> StoredRequest:
    """Ask for an erasure."""
    values = {"call_id": whose.call, "incident_id": whose.incident, "number": clean.maybe(whose.number)}
    made = (
        insert(REQUESTS)
        .values(id=uuid.uuid4(), asked_by=clean.text(by), reason=clean.text(reason), **values)
        .returning(*SHOWN)
    )
    return StoredRequest(**(await connection.execute(made)).mappings().one())


async def get(connection: Connection, id_: UUID) -> StoredRequest:
    """Return one. Raises RequestUnknown."""
    row = (await connection.execute(select(*SHOWN).where(REQUESTS.c.id == id_))).mappings().one_or_none()
    if row is None:
        raise RequestUnknown("there is no such request: use an id from GET /api/v1/erasures")
    return StoredRequest(**row)


async def page(connection: Connection, *, limit: int = 50, after: str | None = None) -> Page[StoredRequest]:
    """Return a page, the newest first. Raises BadCursor."""
    rows, more = await NEWEST_FIRST.page(connection, select(*SHOWN), limit, after, "asked_at", "id")
    total, exact = await count(connection, select(REQUESTS))
    return Page(items=[StoredRequest(**row) for row in rows], total=total, exact=exact, next=more)


async def open_(connection: Connection) -> Sequence[UUID]:
    """Return those that are not done, the oldest first."""
    query = select(REQUESTS.c.id).where(REQUESTS.c.done_at.is_(None)).order_by(REQUESTS.c.asked_at)
    return (await connection.scalars(query.limit(MOST_OPEN))).all()


async def carry_out(store: Transactions, id_: UUID, key: bytes, *, actor: str) -> StoredRequest:
    """Erase what may be erased now, in parts. Raises RequestUnknown, StoreUnavailable.

    A kill in between loses nothing: each part is committed with its row of the audit, the request stays open.
    """
    async with store.transaction() as connection:
        whose = await _whose(connection, id_)
    while whose is not None:
        async with store.transaction() as connection:
            rows = await erase_person(connection, whose, key, actor=actor, why=f"request {id_}")
            rest = await left(connection, whose)
            await _note(connection, id_, rows, rest)
        if not rows:
            break
    async with store.transaction() as connection:
        return await get(connection, id_)


async def _whose(connection: Connection, id_: UUID) -> Whose | None:
    """Return whose data it is about; None when it is done. Raises RequestUnknown."""
    row = (await connection.execute(select(REQUESTS).where(REQUESTS.c.id == id_))).one_or_none()
    if row is None:
        raise RequestUnknown("there is no such request: use an id from GET /api/v1/erasures")
    if row.done_at is not None:
        return None
    return Whose(number=row.number, call=row.call_id, incident=row.incident_id)


async def _note(connection: Connection, id_: UUID, rows: int, rest: Left) -> None:
    """Write how far it is: it is done when nothing was found and nothing more can come."""
    now = func.clock_timestamp()
    over = (REQUESTS.c.asked_at < now - SETTLES) & (rows == 0 and rest.in_use == 0)
    values = {"rows": REQUESTS.c.rows + rows, "held": rest.held, "in_use": rest.in_use}
    await connection.execute(update(REQUESTS).where(REQUESTS.c.id == id_).values(**values))
    await connection.execute(
        update(REQUESTS).where(REQUESTS.c.id == id_, over).values(done_at=now, number=None)
    )
