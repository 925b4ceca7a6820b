"""What a wallboard shows of the day: numbers alone, nobody's name, no place smaller than a kelurahan."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from ct112.incidents.states import LIVE
from ct112.store.engine import Connection
from ct112.store.statistics import CALL_FIGURES

HOURS = f"""
    SELECT hour, calls, answered, abandoned, within_15_s FROM (
        SELECT extract(hour FROM arrived_at AT TIME ZONE :zone)::int AS hour, {CALL_FIGURES}
        FROM call_record WHERE arrived_at >= :since AND arrived_at < :until GROUP BY 1
    ) AS figures ORDER BY hour
"""  # noqa: S608 (our own words)
INCIDENTS = """
    SELECT c.service_class, i.kelurahan AS area, a.name AS area_name, count(*) AS incidents,
        min(i.opened_at) AS oldest_at
    FROM incident i JOIN category c ON c.code = i.category LEFT JOIN area a ON a.code = i.kelurahan
    WHERE i.status = ANY(:live) GROUP BY 1, 2, 3 ORDER BY 1, 2 NULLS LAST
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """The calls that arrived in an hour of the local day, 0 to 23, as the statistics count them."""

    hour: int
    calls: int
    answered: int
    abandoned: int
    within_15_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenIncidents:
    """How many incidents of a class are open in an area; `area` None: it is not known where."""

    service_class: str
    area: str | None
    area_name: str | None
    incidents: int
    oldest_at: datetime


async def hours(connection: Connection, since: datetime, until: datetime, zone: str) -> Sequence[Hour]:
    """Return the hours in which calls arrived. `zone`: whose hours, as "Asia/Jakarta"."""
    found = await connection.execute(text(HOURS), {"since": since, "until": until, "zone": zone})
    return [Hour(**row) for row in found.mappings()]


async def open_incidents(connection: Connection) -> Sequence[OpenIncidents]:
    """Return the incidents that are open or dispatched, by class and area."""
    found = await connection.execute(text(INCIDENTS), {"live": sorted(LIVE)})
    return [OpenIncidents(**row) for row in found.mappings()]
