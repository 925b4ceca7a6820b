"""Facts: written each once, and none lost, even if two different ones have the same number; read in order."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Table, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from ct112.core.record import Fact
from ct112.store import agency_calls, clean, pages, seating
from ct112.store.faults import NO_ROW, RowRefused
from ct112.store.ids import call_uuid
from ct112.store.pages import Order, Page
from ct112.store.tables import FactRow

# The facts are one text that PostgreSQL takes apart itself: that costs us less than making rows of them.
GIVEN = """
    SELECT CAST(f->>0 AS uuid) AS call_id, CAST(f->>1 AS bigint) AS seq,
           to_timestamp(CAST(f->>2 AS double precision)) AS at, f->>3 AS kind, f->4 AS data, place
    FROM jsonb_array_elements(CAST(:facts AS jsonb)) WITH ORDINALITY AS given(f, place)
"""
APPEND = text(f"""
    INSERT INTO call_fact (call_id, seq, at, kind, data)
    SELECT call_id, seq, at, kind, data FROM ({GIVEN}) AS g
    ON CONFLICT DO NOTHING
""")  # noqa: S608 - no value is in it
CROWDED_OUT = text(f"""
    SELECT g.call_id, g.seq, g.at, g.kind, CAST(g.data AS text) AS data FROM ({GIVEN}) AS g
    WHERE NOT EXISTS (
        SELECT FROM call_fact AS c WHERE c.call_id = g.call_id AND c.seq >= g.seq
            AND c.at = g.at AND c.kind = g.kind AND c.data = g.data)
    ORDER BY g.place
""")  # noqa: S608 - no value is in it
APPEND_BEHIND = text("""
    INSERT INTO call_fact (call_id, seq, at, kind, data)
    SELECT CAST(:call_id AS uuid), min(taken.seq) + 1, CAST(:at AS timestamptz), CAST(:kind AS text),
           CAST(:data AS jsonb)
    FROM call_fact AS taken
    WHERE taken.call_id = CAST(:call_id AS uuid) AND taken.seq >= CAST(:seq AS bigint) AND NOT EXISTS (
        SELECT FROM call_fact AS next WHERE next.call_id = taken.call_id AND next.seq = taken.seq + 1)
    ON CONFLICT DO NOTHING
""")
NUL = b"\\u0000"
FACTS: Table = FactRow.metadata.tables["call_fact"]
COLUMNS = (FACTS.c.seq, FACTS.c.at, FACTS.c.kind, FACTS.c.data)
IN_ORDER = Order("facts", (FACTS.c.seq,), (int,))
TRIES = 5  # another writer may take the same free number at the same moment


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFact:
    """One thing that happened to a call."""

    seq: int
    at: datetime
    kind: str
    data: Mapping[str, Any]


async def of_call(connection: AsyncConnection, call_id: str) -> list[StoredFact]:
    """Return what happened to a call, in order; raises UnknownCall when `call_id` is no id at all."""
    query = select(*COLUMNS).where(FACTS.c.call_id == call_uuid(call_id)).order_by(*IN_ORDER.by())
    return [StoredFact(**row) for row in (await connection.execute(query)).mappings()]


async def page(
    connection: AsyncConnection, call_id: str, *, limit: int = 50, after: str | None = None
) -> Page[StoredFact]:
    """Return a page of what happened to a call, in order. Raises UnknownCall for no id, BadCursor."""
    matching = select(*COLUMNS).where(FACTS.c.call_id == call_uuid(call_id))
    rows, more = await IN_ORDER.page(connection, matching, limit, after, "seq")
    total, exact = await pages.count(connection, matching)
    return Page(items=[StoredFact(**row) for row in rows], total=total, exact=exact, next=more)


async def append(connection: AsyncConnection, facts: Sequence[Fact]) -> None:
    """Write facts; one that is there already is not written again. Raises RowRefused.

    A different fact of the same call and number (a clock went back over a restart) takes the next number
    that is free. Facts of stays (who sat where) and of calls to agencies go to tables of their own.
    """
    stays = seating.of_stays(facts)
    if stays:
        await seating.append(connection, GIVEN, as_json(stays), [fact.call for fact in stays])
        facts = [fact for fact in facts if fact.kind not in seating.KINDS]
    agencies = agency_calls.of_agencies(facts)
    if agencies:
        await agency_calls.append(connection, GIVEN, as_json(agencies))
        facts = [fact for fact in facts if fact.kind not in agency_calls.KINDS]
    if facts:
        await _append(connection, facts)


async def _append(connection: AsyncConnection, facts: Sequence[Fact]) -> None:
    given = {"facts": as_json(facts)}
    written = await connection.execute(APPEND, given)
    if written.rowcount == len(facts):
        return
    crowded_out = (await connection.execute(CROWDED_OUT, given)).all()
    for row in dict.fromkeys(crowded_out):  # each once, in order
        await _behind(connection, row._asdict())


async def _behind(connection: AsyncConnection, row: dict[str, Any]) -> None:
    for _ in range(TRIES):
        if (await connection.execute(APPEND_BEHIND, row)).rowcount:
            return
    raise RowRefused("no free number for a fact")


def row_of(fact: Fact) -> tuple[Any, ...]:
    """Return the fact as PostgreSQL can hold it. Raises RowRefused when its time is none."""
    try:
        clean.exact(fact.at)
        return clean.text(fact.call), fact.seq, fact.at, clean.text(fact.kind), clean.json(fact.data)
    except NO_ROW as error:
        raise RowRefused(type(error).__name__) from None


def as_json(facts: Sequence[Fact]) -> str:
    """Return facts as one text; what cannot be stored as it is is made storable. Raises RowRefused."""
    return _as_they_are(facts) or _made_storable(facts)


def _as_they_are(facts: Sequence[Fact]) -> str | None:
    """Return them the fast way; None when something in them, as half a character, has to be changed first."""
    try:
        if not all(clean.is_time(fact.at) for fact in facts):
            return None
        told = orjson.dumps([(fact.call, fact.seq, fact.at, fact.kind, fact.data) for fact in facts])
    except NO_ROW:
        return None
    return None if NUL in told else told.decode()


def _made_storable(facts: Sequence[Fact]) -> str:
    rows = [row_of(fact) for fact in facts]
    try:
        return json.dumps(rows)
    except NO_ROW as error:
        raise RowRefused(type(error).__name__) from None
