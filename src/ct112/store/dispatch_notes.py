"""Notes and photos of agencies at the scene, beside their dispatch and in the incident's trail."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Table, func, insert, select, update

from ct112.store import clean, incident_changes
from ct112.store.dispatches import lock
from ct112.store.dispatches_reading import DISPATCHES, get
from ct112.store.engine import Connection
from ct112.store.note_tables import NoteRow

NOTES: Table = NoteRow.metadata.tables["dispatch_note"]
MOST_OF_ONE = 30  # notes of a dispatch: a page that went mad fills no disk
KIND = "agency_note"


class NoteRefused(ValueError):
    """This note cannot be taken; the text says what to do."""


class NoteUnknown(LookupError):
    """There is no such note, or no photo with it; the text says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A note as its client made it. `digest`: of what was sent."""

    id: UUID
    dispatch: UUID
    text: str | None
    photo: bytes | None
    digest: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredNote:
    """A note without its photo; `at` in UTC."""

    id: UUID
    at: datetime
    by: str
    text: str | None
    photo: bool


async def add(
    connection: Connection, draft: Draft, *, by: str, agency: str | None
) -> tuple[StoredNote, bool]:
    """Keep a note, and tell its incident's trail; the same again is the same, and not new.

    `agency`: the dispatch has to be this one's; None: the centre writes for it.

    Raises DispatchUnknown, NoteRefused.
    """
    dispatch = await lock(connection, draft.dispatch, agency)
    known = select(NOTES.c.dispatch_id, NOTES.c.drafted_as).where(NOTES.c.id == draft.id)
    row = (await connection.execute(known)).one_or_none()
    if row is not None:
        if row != (draft.dispatch, draft.digest):
            raise NoteRefused("another note was sent under this id: make a new one")
        return await _stored(connection, draft), False
    count = select(func.count()).where(NOTES.c.dispatch_id == draft.dispatch)
    if (await connection.scalar(count) or 0) >= MOST_OF_ONE:
        raise NoteRefused(f"a dispatch has at most {MOST_OF_ONE} notes: tell the rest by radio or telephone")
    new: dict[str, Any] = {"id": draft.id, "dispatch_id": draft.dispatch, "by": clean.text(by)}
    new |= {"text": clean.maybe(draft.text), "photo": draft.photo, "drafted_as": draft.digest}
    await connection.execute(insert(NOTES).values(new))
    said: dict[str, Any] = {"dispatch": str(dispatch.id), "agency": dispatch.agency, "note": draft.text}
    said |= {"note_id": str(draft.id), "photo": draft.photo is not None}
    await incident_changes.append(connection, dispatch.incident_id, by=by, kind=KIND, data=said)
    seen = update(DISPATCHES).where(DISPATCHES.c.id == dispatch.id)
    await connection.execute(seen.values(version=DISPATCHES.c.version + 1))  # screens look at it again
    return await _stored(connection, draft), True


async def of_dispatch(connection: Connection, dispatch: UUID, agency: str | None) -> list[StoredNote]:
    """Return the notes of a dispatch, the oldest first; `agency`: it has to be this one's.

    Raises DispatchUnknown.
    """
    await get(connection, dispatch, agency)
    query = _notes().where(NOTES.c.dispatch_id == dispatch).order_by(NOTES.c.at, NOTES.c.id)
    return [StoredNote(**row) for row in (await connection.execute(query)).mappings()]


async def photo(connection: Connection, dispatch: UUID, note: UUID, agency: str | None) -> bytes:
    """Return the JPEG of a note. Raises DispatchUnknown, NoteUnknown."""
    await get(connection, dispatch, agency)
    query = select(NOTES.c.photo).where(NOTES.c.id == note, NOTES.c.dispatch_id == dispatch)
    found = await connection.scalar(query)
    if found is None:
        raise NoteUnknown("there is no such photo; it may have been erased: see the list of notes")
    return bytes(found)


def _notes() -> Select[Any]:
    columns = (NOTES.c.id, NOTES.c.at, NOTES.c.by, NOTES.c.text)
    return select(*columns, NOTES.c.photo.is_not(None).label("photo"))


async def _stored(connection: Connection, draft: Draft) -> StoredNote:
    return StoredNote(**(await connection.execute(_notes().where(NOTES.c.id == draft.id))).mappings().one())
