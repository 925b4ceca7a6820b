"""Writing records and facts, and closing the records nobody will close any more."""

import asyncio
import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Table, case, func, text, update
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from ct112.core.ids import CallId
from ct112.core.record import CallRecord, ClassSource, EndedBy, Fact, Outcome, ServiceClass
from ct112.store import callbacks, clean
from ct112.store.numbers import e164
from ct112.store.tables import CallRow, FactRow

CALLS: Table = CallRow.metadata.tables["call_record"]
FACTS: Table = FactRow.metadata.tables["call_fact"]


def row_of(record: CallRecord) -> dict[str, Any]:
    """Return the record as a row. Raises ValueError when its id or a time is none."""
    return {
        "id": uuid.UUID(record.call),
        "revision": record.revision,
        "node": clean.text(record.node),
        "sip_call_id": clean.maybe(record.sip_call_id),
        "ani": clean.maybe(record.ani),
        "ani_e164": e164(record.ani),
        "dialled": clean.text(record.dialled),
        "arrived_at": clean.exact(record.arrived_at),
        "picked_up_at": clean.moment(record.picked_up_at),
        "queued_at": clean.moment(record.queued_at),
        "answered_at": clean.moment(record.answered_at),
        "ended_at": clean.moment(record.ended_at),
        "service_class": record.service_class,
        "class_source": record.class_source,
        "ivr_version": record.ivr_version,
        "ivr_path": [clean.text(node) for node in record.ivr_path],
        "operator": clean.maybe(record.operator),
        "position": clean.maybe(record.position),
        "outcome": record.outcome,
        "ended_by": record.ended_by,
        "location": clean.json(record.location),
        "recording": clean.json(record.recording),
    }


def fact_row_of(fact: Fact) -> dict[str, Any]:
    """Return the fact as a row. Raises ValueError when its call's id or its time is none."""
    return {
        "call_id": uuid.UUID(fact.call),
        "seq": fact.seq,
        "at": clean.exact(fact.at),
        "kind": clean.text(fact.kind),
        "data": clean.json(fact.data),
    }


def _upsert() -> Insert:
    """The highest revision wins, but what it does not know (a call found after a restart) is kept.

    Not an end: a call that is written without one lives, whatever an earlier record said.
    """
    new = insert(CALLS)
    known: dict[str, Any] = {
        column.name: func.coalesce(new.excluded[column.name], column)
        if column.nullable
        else new.excluded[column.name]
        for column in CALLS.columns
        if not column.primary_key
    }
    known |= {name: new.excluded[name] for name in ("ended_at", "ended_by", "outcome")}
    known["arrived_at"] = func.least(new.excluded.arrived_at, CALLS.c.arrived_at)
    known["dialled"] = func.coalesce(func.nullif(new.excluded.dialled, ""), CALLS.c.dialled)
    unknown_path = func.cardinality(new.excluded.ivr_path) == 0
    known["ivr_path"] = case((unknown_path, CALLS.c.ivr_path), else_=new.excluded.ivr_path)
    return new.on_conflict_do_update(
        index_elements=["id"], set_=known, where=CALLS.c.revision < new.excluded.revision
    )


UPSERT = _upsert()
APPEND = insert(FACTS).on_conflict_do_nothing()
APPEND_AT_ONCE = text("""
    INSERT INTO call_fact (call_id, seq, at, kind, data)
    SELECT CAST(f->>0 AS uuid), CAST(f->>1 AS integer),
           to_timestamp(CAST(f->>2 AS double precision)), f->>3, f->4
    FROM jsonb_array_elements(CAST(:facts AS jsonb)) AS f
    ON CONFLICT DO NOTHING
""")
NUL = b"\\u0000"
SLICE = 4
"""So many records are made into rows before the calls get their turn."""


async def write(connection: AsyncConnection, records: Sequence[CallRecord], facts: Sequence[Fact]) -> None:
    """Write records and facts in the caller's transaction. What is there already is not written again."""
    if records:
        await connection.execute(UPSERT, await _rows(records))
        told = [uuid.UUID(one.call) for one in records if one.ended_at or one.answered_at]
        if told:
            await callbacks.follow(connection, told)
    if facts:
        at_once = _as_json(facts)
        if at_once is None:
            await connection.execute(APPEND, [fact_row_of(fact) for fact in facts])
        else:
            await connection.execute(APPEND_AT_ONCE, {"facts": at_once})


async def _rows(records: Sequence[CallRecord]) -> list[dict[str, Any]]:
    """Return the records as rows, giving way to the calls in between."""
    rows = []
    for number, record in enumerate(records, 1):
        rows.append(row_of(record))
        if number % SLICE == 0:
            await asyncio.sleep(0)
    return rows


def _as_json(facts: Sequence[Fact]) -> str | None:
    """Return facts as one text PostgreSQL takes apart itself, which costs us less than making rows of them.

    None when there is something in them that has to be made storable first: see `clean`.
    """
    try:
        told = orjson.dumps([(fact.call, fact.seq, fact.at, fact.kind, fact.data) for fact in facts])
    except TypeError:
        return None
    return None if NUL in told else told.decode()


async def close_open(connection: AsyncConnection, node: str, live: Collection[str], now: float) -> int:
    """Close the node's records from before `now` (epoch seconds), `live` calls apart; return how many.

    How those calls ended was not seen: they were with the fallback, or with the operator who had
    answered. The revision stays, so that whatever is known better and still comes wins.
    """
    at = clean.exact(now)
    answered = CALLS.c.answered_at.is_not(None)
    closing = (
        update(CALLS)
        .where(CALLS.c.ended_at.is_(None), CALLS.c.node == node, CALLS.c.arrived_at < at)
        .where(CALLS.c.id.not_in([uuid.UUID(call) for call in live]))
        .values(
            ended_at=at,
            ended_by=EndedBy.SYSTEM,
            outcome=case((answered, Outcome.ANSWERED), else_=Outcome.FALLBACK),
            service_class=func.coalesce(CALLS.c.service_class, ServiceClass.EMERGENCY),
            class_source=func.coalesce(CALLS.c.class_source, ClassSource.FALLBACK),
        )
        .returning(CALLS.c.id, CALLS.c.arrived_at, CALLS.c.outcome)
    )
    closed = (await connection.execute(closing)).all()
    told = [_closed(CallId(str(row.id)), row.arrived_at, row.outcome, now) for row in closed]
    await write(connection, [], told)
    return len(closed)


def _closed(call: CallId, arrived_at: datetime, outcome: str, now: float) -> Fact:
    """Return the fact that a record was closed without its call; its number is the call's age in ms."""
    age = max(0, int((now - arrived_at.timestamp()) * 1000))
    return Fact(call=call, seq=age, at=now, kind="closed", data={"outcome": outcome})
