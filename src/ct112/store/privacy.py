"""What is known of a person, and who saw it (UU PDP 27/2022: access by the person, notice of a breach)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, TextClause, and_, cast, distinct, func, or_, select, text

from ct112.store import clean, holds
from ct112.store.audit import AUDIT, SHOWN_AT
from ct112.store.audit_tables import AuditRow
from ct112.store.dispatches_reading import DISPATCHES
from ct112.store.engine import Connection
from ct112.store.erasing import Whose, rule
from ct112.store.numbers import e164
from ct112.store.personal_data import BY_AGE, ERASABLE, Kept

MOST_FOUND = 1000  # rows of a table that are shown
MOST_READERS = 1000
NOTICE = timedelta(hours=72)
"""UU PDP 27/2022, article 46: those concerned and the authority are told within 3 × 24 hours."""
SHOWN = (
    *("%.list", "%.read", "%.find", "%.search", "%.live", "%.open", "%.export", "%.download"),
    *("call.%", "callback.%", "incident.%", "dispatch.%", "alert.%", "evidence.%", "neighbour_offer.%"),
    *("account.sessions", "agency.book", "position.phone", "privacy.breach"),
)
"""Actions of the audit that show personal data: who changes a call or an incident is answered with it."""

CALLED_BACK = text("SELECT call_id::text FROM callback_call WHERE task_id::text = ANY(:by)")
ASKED = text("SELECT incident_id::text FROM dispatch WHERE id::text = ANY(:by)")
NUMBERS = text(
    "SELECT COALESCE(ani_e164, ani, id::text) FROM call_record WHERE id = ANY(:c)"
    " UNION SELECT caller_number FROM incident WHERE id = ANY(:i) AND caller_number <> ''"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A row that holds something of a person. `columns`: what is personal of it, as it stands."""

    table: str
    key: str
    at: datetime
    columns: Mapping[str, Any]
    held: bool
    in_use: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Who did what how often, on how many things, between which times (UTC)."""

    actor: str
    role: str
    action: str
    object_kind: str
    times: int
    things: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """All that is known of a person, and who looked at it. `more`: tables with more rows than are shown."""

    found: Sequence[Found]
    seen: Sequence[Seen]
    more: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """Who saw what in a span, for the notice. `calls` and `incidents`: seen one by one, by their ids.

    A call seen by its call-back and an incident seen by its dispatch or its evidence count too.
    `lists`: how often a list or a search was read: each shows up to 500 persons that are not named here.
    `numbers`: different callers of these. `sealed` False: rows of the span wait for the sealer.
    """

    since: datetime
    until: datetime
    seen: Sequence[Seen]
    calls: Sequence[str]
    incidents: Sequence[str]
    lists: int
    numbers: int
    sealed: bool


async def find(connection: Connection, whose: Whose) -> Subject:
    """Return what is known of a person, and who looked at their calls and incidents one by one."""
    found, more = list[Found](), list[str]()
    for kept in ERASABLE:
        its = rule(kept, whose)
        if its is not None:
            rows = await _rows(connection, kept, *its)
            found += rows[:MOST_FOUND]
            more += [kept.table] if len(rows) > MOST_FOUND else []
    return Subject(found=found, seen=await _seen(connection, _about(found)), more=more)


def _about(found: Sequence[Found]) -> ColumnElement[bool]:
    """Return the condition that a row of the audit is about one of these, or about a dispatch of it."""
    keys = {name: [row.key for row in found if row.table == name] for name in ("call_record", "incident")}
    tasks = [row.key for row in found if row.table == "callback_task"]
    asked = select(cast(DISPATCHES.c.id, Text)).where(
        cast(DISPATCHES.c.incident_id, Text).in_(keys["incident"])
    )
    return or_(
        AUDIT.object_id.in_([*keys["call_record"], *keys["incident"]]),
        and_(AUDIT.object_kind == "callback", AUDIT.object_id.in_(tasks)),
        and_(AUDIT.object_kind == "dispatch", AUDIT.object_id.in_(asked)),
    )


async def breach(
    connection: Connection, since: datetime, until: datetime, *, actor: str | None = None
) -> Breach:
    """Return who saw personal data from `since` to before `until`; `actor`: one account's alone."""
    span: list[ColumnElement[bool]] = [AUDIT.at >= since, AUDIT.at < until]
    if actor is not None:
        span.append(AUDIT.actor == clean.text(actor))
    which = [*span, or_(*(AUDIT.action.like(pattern) for pattern in SHOWN))]
    calls = await _things(connection, "call", *which)
    calls = await _with(connection, CALLED_BACK, calls, await _things(connection, "callback", *which))
    incidents = [
        *await _things(connection, "incident", *which),
        *await _things(connection, "evidence", *which),
    ]
    incidents = await _with(connection, ASKED, incidents, await _things(connection, "dispatch", *which))
    lists = select(func.count()).where(*which, AUDIT.object_id.is_(None))
    unsealed = select(select(AUDIT.id).where(*span, AUDIT.seq.is_(None)).exists())
    return Breach(
        since=since,
        until=until,
        seen=await _seen(connection, *which),
        calls=calls,
        incidents=incidents,
        lists=int(await connection.scalar(lists) or 0),
        numbers=await _numbers(connection, calls, incidents),
        sealed=not await connection.scalar(unsealed),
    )


async def _rows(connection: Connection, kept: Kept, where: str, values: Mapping[str, Any]) -> list[Found]:
    columns = kept.columns(*BY_AGE)
    query = (
        f"SELECT {kept.key}::text AS row_key, {kept.at} AS row_at, {holds.held(kept)} AS row_held,"  # noqa: S608
        f" NOT ({kept.over}) AS row_used, {', '.join(columns)} FROM {kept.table}"
        f" WHERE ({where}) AND ({kept.something(columns)}) ORDER BY {kept.at}, {kept.key}"
        f" LIMIT {MOST_FOUND + 1}"
    )
    rows = (await connection.execute(text(query), dict(values))).mappings()
    return [
        Found(
            table=kept.table,
            key=row["row_key"],
            at=row["row_at"],
            columns={name: _told(row[name]) for name in columns if row[name] is not None},
            held=row["row_held"],
            in_use=row["row_used"],
        )
        for row in rows
    ]


def _told(value: Any) -> Any:
    return value.hex() if isinstance(value, bytes) else value


async def _seen(connection: Connection, *which: Any) -> list[Seen]:
    rows = select(AuditRow.__table__, SHOWN_AT.label("shown_at")).where(*which).subquery().c
    grouped = (rows.actor, rows.role, rows.action, rows.object_kind)
    query = (
        select(
            *grouped,
            func.count().label("times"),
            func.count(distinct(rows.object_id)).label("things"),
            func.min(rows.shown_at).label("first_at"),
            func.max(rows.shown_at).label("last_at"),
        )
        .group_by(*grouped)
        .order_by(func.count().desc(), *grouped)
        .limit(MOST_READERS)
    )
    return [Seen(**row) for row in (await connection.execute(query)).mappings()]


async def _things(connection: Connection, kind: str, *which: Any) -> list[str]:
    its = (AUDIT.object_kind == kind, AUDIT.object_id.is_not(None))
    query = select(AUDIT.object_id).where(*which, *its).distinct()
    return sorted((await connection.scalars(query)).all())


async def _with(
    connection: Connection, query: TextClause, ids: Sequence[str], by: Sequence[str]
) -> list[str]:
    """Return these ids and those that `query` finds for what else was seen."""
    return sorted({*ids, *(await connection.scalars(query, {"by": list(by)})).all()})


async def _numbers(connection: Connection, calls: Sequence[str], incidents: Sequence[str]) -> int:
    """Return how many different callers these are of; a call without a number is one."""
    ids = {
        name: [UUID(one) for one in known if _is_id(one)] for name, known in (("c", calls), ("i", incidents))
    }
    numbers = (await connection.scalars(NUMBERS, ids)).all()
    return len({e164(number) or number for number in numbers})


def _is_id(text_: str) -> bool:
    try:
        UUID(text_)
    except ValueError:
        return False
    return True
