"""The shift log: what supervisors write down for each other. Entries are added, never changed nor deleted."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Table, func, insert, select, update

from ct112.store import clean
from ct112.store.engine import Connection
from ct112.store.pages import Order, Page, count
from ct112.store.shift_log_tables import ShiftLogRow

LOG: Table = ShiftLogRow.metadata.tables["shift_log"]
NEWEST_FIRST = Order("shift_log", (LOG.c.written_at, LOG.c.id), (datetime, UUID), newest_first=True)
OPEN = LOG.c.hands_over & LOG.c.taken_at.is_(None)


class EntryUnknown(LookupError):
    """There is no such entry; the text says what to do."""


class EntryError(ValueError):
    """This entry cannot be taken over; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEntry:
    """An entry; times in UTC. `hands_over`: for the next shift, which has it since `taken_at`."""

    id: UUID
    written_at: datetime
    written_by: str
    note: str
    hands_over: bool
    taken_at: datetime | None
    taken_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogQuery:
    """Which entries. `since` ≤ written_at < `until`; `open`: handed over and not taken yet."""

    since: datetime | None = None
    until: datetime | None = None
    open: bool = False


EVERYTHING = LogQuery()


async def write(connection: Connection, *, by: str, note: str, hands_over: bool = False) -> StoredEntry:
    """Add an entry."""
    values = {"written_by": clean.text(by), "note": clean.text(note), "hands_over": hands_over}
    added = insert(LOG).values(id=uuid.uuid4(), **values).returning(LOG)
    return StoredEntry(**(await connection.execute(added)).mappings().one())


async def take_over(connection: Connection, id_: UUID, *, by: str) -> StoredEntry:
    """Take over what was handed over. Raises EntryUnknown, EntryError when somebody has it already."""
    taken = {"taken_at": func.clock_timestamp(), "taken_by": clean.text(by)}
    changed = update(LOG).where(LOG.c.id == id_, OPEN).values(**taken).returning(LOG)
    row = (await connection.execute(changed)).mappings().one_or_none()
    if row is not None:
        return StoredEntry(**row)
    found = await get(connection, id_)
    if found.taken_by is None:
        raise EntryError("it was not handed over: there is nothing to take")
    raise EntryError(f"{found.taken_by} has taken it over already")


async def get(connection: Connection, id_: UUID) -> StoredEntry:
    """Return one entry. Raises EntryUnknown."""
    row = (await connection.execute(select(LOG).where(LOG.c.id == id_))).mappings().one_or_none()
    if row is None:
        raise EntryUnknown("use an id from GET /api/v1/shift-log")
    return StoredEntry(**row)


async def page(
    connection: Connection, wanted: LogQuery = EVERYTHING, *, limit: int = 50, after: str | None = None
) -> Page[StoredEntry]:
    """Return a page of entries, the newest first. Raises BadCursor."""
    query = select(LOG)
    if wanted.since is not None:
        query = query.where(LOG.c.written_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(LOG.c.written_at < wanted.until)
    if wanted.open:
        query = query.where(OPEN)
    rows, more = await NEWEST_FIRST.page(connection, query, limit, after, "written_at", "id")
    total, exact = await count(connection, query)
    return Page(items=[StoredEntry(**row) for row in rows], total=total, exact=exact, next=more)
