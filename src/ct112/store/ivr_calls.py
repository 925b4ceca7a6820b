"""How callers went through a menu: calls per node of a version."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from ct112.store.engine import Connection

OF_VERSION = "FROM call_record WHERE ivr_version = :number AND arrived_at >= :since"
CALLS = text(f"SELECT count(*) {OF_VERSION}")
NODES = text(
    f"""
    WITH ran AS (SELECT id, ivr_path, queued_at, ended_at {OF_VERSION})
    SELECT node, count(DISTINCT id) AS calls,
           count(DISTINCT id) FILTER (WHERE queued_at IS NULL AND ended_at IS NOT NULL
                                      AND ivr_path[cardinality(ivr_path)] = node) AS "left"
    FROM ran, unnest(ivr_path) AS node GROUP BY node ORDER BY node
    """  # noqa: S608
)


@dataclass(frozen=True, slots=True)
class NodeCalls:
    """Calls that came through a node at least once, and callers who hung up in it."""

    node: str
    calls: int
    left: int


async def per_node(connection: Connection, number: int, since: datetime) -> tuple[int, list[NodeCalls]]:
    """Return the calls that ran this version, in all and by node. `number` 0: the built-in menu."""
    asked = {"number": number, "since": since}
    total = int(await connection.scalar(CALLS, asked) or 0)
    return total, [NodeCalls(*row) for row in await connection.execute(NODES, asked)]
