"""How the centre did in a span: calls, incidents, agencies. Numbers alone, nobody's name.

Definitions and their sources are `incidents/definitions.py`; times are seconds. A span is half-open, by the
time a call arrived, an incident was opened, an agency was asked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text

from ct112.store.engine import Connection

CALL_FIGURES = """
    count(*) AS calls,
    count(answered_at) AS answered,
    count(*) FILTER (WHERE outcome IN ('abandoned', 'fallback_abandoned')) AS abandoned,
    count(*) FILTER (WHERE answered_at - arrived_at <= interval '10 s') AS within_10_s,
    count(*) FILTER (WHERE answered_at - arrived_at <= interval '15 s') AS within_15_s,
    count(*) FILTER (WHERE answered_at - arrived_at <= interval '20 s') AS within_20_s,
    avg(extract(epoch FROM answered_at - arrived_at))::float8 AS answer_mean_seconds,
    (percentile_cont(0.9) WITHIN GROUP (ORDER BY extract(epoch FROM answered_at - arrived_at)))::float8
        AS answer_p90_seconds
"""
CALLS = f"""
    SELECT COALESCE(service_class, 'none') AS key, {CALL_FIGURES}
    FROM call_record WHERE arrived_at >= :since AND arrived_at < :until GROUP BY 1 ORDER BY 1
"""  # noqa: S608 (our own words)
TOTAL = f"""
    SELECT 'all' AS key, {CALL_FIGURES} FROM call_record WHERE arrived_at >= :since AND arrived_at < :until
"""  # noqa: S608
FIRST = """
    WITH first AS (
        SELECT i.id, i.category, i.kelurahan, i.status, c.service_class,
            (SELECT min(r.answered_at) FROM incident_call j JOIN call_record r ON r.id = j.call_id
                WHERE j.incident_id = i.id) AS answered_at,
            (SELECT min(r.arrived_at) FROM incident_call j JOIN call_record r ON r.id = j.call_id
                WHERE j.incident_id = i.id) AS arrived_at,
            (SELECT min(d.asked_at) FROM dispatch d WHERE d.incident_id = i.id) AS asked_at,
            (SELECT min(d.on_scene_at) FROM dispatch d WHERE d.incident_id = i.id) AS on_scene_at,
            i.opened_at
        FROM incident i JOIN category c ON c.code = i.category
        WHERE i.opened_at >= :since AND i.opened_at < :until AND i.status <> 'merged'
    )
"""
INCIDENT_FIGURES = """
    count(*) AS incidents,
    count(*) FILTER (WHERE status = 'closed') AS closed,
    count(asked_at) AS dispatched,
    count(*) FILTER (WHERE asked_at BETWEEN answered_at AND answered_at + interval '60 s')
        AS dispatched_within_60_s,
    count(*) FILTER (WHERE asked_at >= answered_at) AS dispatched_after_answer,
    count(on_scene_at) AS reached,
    count(*) FILTER (WHERE on_scene_at - LEAST(arrived_at, opened_at) <= interval '15 min')
        AS reached_within_15_min,
    avg(extract(epoch FROM on_scene_at - LEAST(arrived_at, opened_at)))::float8 AS response_mean_seconds,
    (percentile_cont(0.9) WITHIN GROUP
        (ORDER BY extract(epoch FROM on_scene_at - LEAST(arrived_at, opened_at))))::float8
        AS response_p90_seconds
"""
AGENCIES = """
    SELECT agency AS key, count(*) AS asked, count(acknowledged_at) AS acknowledged,
        count(*) FILTER (WHERE status = 'declined') AS declined, count(on_scene_at) AS reached,
        avg(extract(epoch FROM acknowledged_at - asked_at))::float8 AS acknowledged_mean_seconds,
        (percentile_cont(0.9) WITHIN GROUP (ORDER BY extract(epoch FROM acknowledged_at - asked_at)))::float8
            AS acknowledged_p90_seconds,
        avg(extract(epoch FROM on_scene_at - asked_at))::float8 AS on_scene_mean_seconds,
        (percentile_cont(0.9) WITHIN GROUP (ORDER BY extract(epoch FROM on_scene_at - asked_at)))::float8
            AS on_scene_p90_seconds
    FROM dispatch WHERE asked_at >= :since AND asked_at < :until GROUP BY 1 ORDER BY 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFigures:
    """Calls of a class; `key` "all": every call, "none": without one. A mean of nothing is None."""

    key: str
    calls: int
    answered: int
    abandoned: int
    within_10_s: int
    within_15_s: int
    within_20_s: int
    answer_mean_seconds: float | None
    answer_p90_seconds: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentFigures:
    """Incidents of a class ("all": every one), a category or a kelurahan (its code; "none": not known)."""

    key: str
    incidents: int
    closed: int
    dispatched: int
    dispatched_within_60_s: int
    dispatched_after_answer: int
    reached: int
    reached_within_15_min: int
    response_mean_seconds: float | None
    response_p90_seconds: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyFigures:
    """What an agency was asked, and how quick it was."""

    key: str
    asked: int
    acknowledged: int
    declined: int
    reached: int
    acknowledged_mean_seconds: float | None
    acknowledged_p90_seconds: float | None
    on_scene_mean_seconds: float | None
    on_scene_p90_seconds: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """A span's figures; `since` ≤ … < `until`, UTC."""

    since: datetime
    until: datetime
    calls: Sequence[CallFigures]
    classes: Sequence[IncidentFigures]
    categories: Sequence[IncidentFigures]
    kelurahan: Sequence[IncidentFigures]
    agencies: Sequence[AgencyFigures]


async def of_span(connection: Connection, since: datetime, until: datetime) -> Statistics:
    """Return the figures of a span. Raises ValueError when it ends before it begins."""
    if since >= until:
        raise ValueError("a span ends after it begins")
    span = {"since": since, "until": until}
    everything = [dict(row) for row in await _rows(connection, _incidents("'all'"), span)]
    calls = [*await _rows(connection, TOTAL, span), *await _rows(connection, CALLS, span)]
    by = {
        name: [IncidentFigures(**row) for row in await _rows(connection, _incidents(column), span)]
        for name, column in (
            ("classes", "service_class"),
            ("categories", "category"),
            ("kelurahan", "COALESCE(kelurahan, 'none')"),
        )
    }
    by["classes"] = [*(IncidentFigures(**row) for row in everything), *by["classes"]]
    agencies = [AgencyFigures(**row) for row in await _rows(connection, AGENCIES, span)]
    return Statistics(
        since=since, until=until, calls=[CallFigures(**row) for row in calls], agencies=agencies, **by
    )


async def of_days(
    connection: Connection, days: Sequence[date], zone: ZoneInfo
) -> list[tuple[date, Statistics]]:
    """Return the figures of each local day."""
    found = []
    for day in days:
        since = datetime(day.year, day.month, day.day, tzinfo=zone)
        following = date.fromordinal(day.toordinal() + 1)
        until = datetime(following.year, following.month, following.day, tzinfo=zone)
        found.append((day, await of_span(connection, since, until)))
    return found


async def of_month(
    connection: Connection, days: Sequence[date], zone: ZoneInfo
) -> tuple[list[tuple[date, Statistics]], Statistics]:
    """Return the figures of each local day, and of all of them."""
    found = await of_days(connection, days, zone)
    return found, await of_span(connection, found[0][1].since, found[-1][1].until)


def _incidents(column: str) -> str:
    return f"{FIRST} SELECT {column} AS key, {INCIDENT_FIGURES} FROM first GROUP BY 1 ORDER BY 1"  # noqa: S608


async def _rows(connection: Connection, query: str, span: dict[str, Any]) -> list[dict[str, Any]]:
    return [dict(row) for row in (await connection.execute(text(query), span)).mappings()]
