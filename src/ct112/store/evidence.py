"""All rows that belong to an incident, as they stand: what its evidence pack is made of."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import text

from ct112.store.engine import Connection

ITS_CALLS = "(SELECT call_id FROM incident_call WHERE incident_id = :id)"
ITS_DISPATCHES = "(SELECT id FROM dispatch WHERE incident_id = :id)"
ITS_DELIVERIES = f"(SELECT id FROM delivery WHERE dispatch_id IN {ITS_DISPATCHES})"  # noqa: S608
AUDITED = "id, seq, at, actor, role, action, object_kind, object_id, detail"


def _of(table: str, where: str, order: str, columns: str = "*") -> str:
    return f"SELECT {columns} FROM {table} WHERE {where} ORDER BY {order}"  # noqa: S608 (names of ours)


FILES: Mapping[str, str] = {
    "incident.jsonl": _of("incident", "id = :id", "id"),
    "trail.jsonl": _of("incident_change", "incident_id = :id", "seq"),
    "incident_calls.jsonl": _of("incident_call", "incident_id = :id", "call_id"),
    "calls.jsonl": _of("call_record", f"id IN {ITS_CALLS}", "arrived_at, id"),
    "facts.jsonl": _of("call_fact", f"call_id IN {ITS_CALLS}", "call_id, seq"),
    "locations.jsonl": _of("place_location", f"incident_id = :id OR call_id IN {ITS_CALLS}", "id"),
    "dispatches.jsonl": _of("dispatch", "incident_id = :id", "asked_at, id"),
    "deliveries.jsonl": _of("delivery", f"dispatch_id IN {ITS_DISPATCHES}", "created_at, id"),
    "agency_calls.jsonl": _of("agency_call_fact", f"delivery IN {ITS_DELIVERIES}", "delivery, seq"),
    "alerts.jsonl": _of("alert", "incident_id = :id", "first_at, id"),
    "audit.jsonl": _of(
        "audit",
        "object_id = CAST(CAST(:id AS uuid) AS text)"
        " OR object_id IN (SELECT call_id::text FROM incident_call WHERE incident_id = :id)",
        "id",
        AUDITED,
    ),
}
"""The file of each kind of rows, and which rows: a JSON object a line, its columns as they are stored."""


async def files(connection: Connection, incident: UUID) -> dict[str, bytes]:
    """Return the files of an incident, all of one moment; the first is empty when there is none.

    It has to be the transaction's first.
    """
    await connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
    return {name: await _lines(connection, query, incident) for name, query in FILES.items()}


async def _lines(connection: Connection, query: str, incident: UUID) -> bytes:
    wrapped = text(f"SELECT to_jsonb(row)::text FROM ({query}) AS row")  # noqa: S608 (FILES)
    rows = (await connection.scalars(wrapped, {"id": incident})).all()
    return "".join(f"{row}\n" for row in rows).encode()
