"""What happened in telephone calls to agencies: facts of their deliveries, each written once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args
from uuid import UUID

from sqlalchemy import Table, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from ct112.core.facts import OfAgencyCall
from ct112.core.record import Fact
from ct112.store.agency_call_tables import AgencyCallFact

FACTS: Table = AgencyCallFact.metadata.tables["agency_call_fact"]
KINDS: frozenset[str] = frozenset(kind.KIND for kind in get_args(OfAgencyCall))
APPEND = """
    INSERT INTO agency_call_fact (delivery, seq, at, kind, data)
    SELECT call_id, seq, at, kind, data FROM ({given}) AS g ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAgencyFact:
    """One thing that happened in a call to an agency."""

    seq: int
    at: datetime
    kind: str
    data: Mapping[str, Any]


def of_agencies(facts: Sequence[Fact]) -> list[Fact]:
    """Return those facts that are of calls to agencies."""
    return [fact for fact in facts if fact.kind in KINDS]


async def append(connection: AsyncConnection, given: str, facts: str) -> None:
    """Write facts of calls to agencies, each once. `given` is the SQL that takes `facts` apart."""
    await connection.execute(text(APPEND.format(given=given)), {"facts": facts})


async def of_delivery(connection: AsyncConnection, delivery: UUID) -> list[StoredAgencyFact]:
    """Return what happened in the call of this delivery, in order."""
    columns = (FACTS.c.seq, FACTS.c.at, FACTS.c.kind, FACTS.c.data)
    query = select(*columns).where(FACTS.c.delivery == delivery).order_by(FACTS.c.seq)
    return [StoredAgencyFact(**row) for row in (await connection.execute(query)).mappings()]
