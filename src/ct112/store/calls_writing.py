"""Writing records and facts."""

import asyncio
import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table, case, func
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from ct112.core.record import CallRecord, Fact
from ct112.store import callbacks_making, clean
from ct112.store.facts import append
from ct112.store.faults import NO_ROW, RowRefused
from ct112.store.numbers import e164
from ct112.store.tables import CallRow

CALLS: Table = CallRow.metadata.tables["call_record"]
BEFORE = ("arrived_at", "picked_up_at", "queued_at", "answered_at")  # all of them before `ended_at`


def row_of(record: CallRecord) -> dict[str, Any]:
    """Return the record as a row. Raises RowRefused when its id or a time is none."""
    try:
        return _row_of(record)
    except NO_ROW as error:
        raise RowRefused(type(error).__name__) from None


def _row_of(record: CallRecord) -> dict[str, Any]:
    ended_at = record.ended_at
    if ended_at is not None:  # whatever clocks did meanwhile, nothing ends before it began
        ended_at = max(ended_at, record.arrived_at, record.queued_at or 0, record.answered_at or 0)
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
        "ended_at": clean.moment(ended_at),
        "service_class": record.service_class,
        "class_source": record.class_source,
        "ivr_version": record.ivr_version,
        "ivr_path": [clean.text(node) for node in record.ivr_path],
        "keys_pressed": clean.maybe(record.keys_pressed),
        "operator": clean.maybe(record.operator),
        "position": clean.maybe(record.position),
        "outcome": record.outcome,
        "ended_by": record.ended_by,
        "location": clean.json(record.location),
        "recording": clean.json(record.recording),
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
    known |= {name: func.least(new.excluded[name], CALLS.c[name]) for name in BEFORE}
    known["dialled"] = func.coalesce(func.nullif(new.excluded.dialled, ""), CALLS.c.dialled)
    unknown_path = func.cardinality(new.excluded.ivr_path) == 0
    known["ivr_path"] = case((unknown_path, CALLS.c.ivr_path), else_=new.excluded.ivr_path)
    known["ended_at"] = case(
        (known["ended_at"].is_not(None), func.greatest(known["ended_at"], *(known[name] for name in BEFORE)))
    )
    return new.on_conflict_do_update(
        index_elements=["id"], set_=known, where=CALLS.c.revision < new.excluded.revision
    )


UPSERT = _upsert()
SLICE = 4
"""So many records are made into rows before the calls get their turn."""


async def write(connection: AsyncConnection, records: Sequence[CallRecord], facts: Sequence[Fact]) -> None:
    """Write records and facts in the caller's transaction. What is there already is not written again.

    Raises RowRefused.
    """
    if records:
        await connection.execute(UPSERT, await _rows(records))
        ended = [uuid.UUID(record.call) for record in records if record.ended_at or record.answered_at]
        if ended:
            await callbacks_making.follow(connection, ended)
    if facts:
        await append(connection, facts)


async def _rows(records: Sequence[CallRecord]) -> list[dict[str, Any]]:
    """Return the records as rows, giving way to the calls in between."""
    rows = []
    for number, record in enumerate(records, 1):
        rows.append(row_of(record))
        if number % SLICE == 0:
            await asyncio.sleep(0)
    return rows
