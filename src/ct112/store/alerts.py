"""Alerts: raised, merged while they repeat, taken by an operator, dismissed, or made an incident."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Table, func, insert, select, text, update

from ct112.incidents.alerts import LIVE, NEW_AN_HOUR, SAME_FOR, TABLE, TAKEN_FOR, AlertStatus, Spot, same
from ct112.store import clean
from ct112.store.alert_tables import AlertRow
from ct112.store.engine import Connection
from ct112.store.pages import Order, Page, count

ALERTS: Table = AlertRow.metadata.tables["alert"]
NEWEST_FIRST = Order("alerts", (ALERTS.c.first_at, ALERTS.c.id), (datetime, UUID), newest_first=True)
TURN = text("SELECT pg_advisory_xact_lock(112, 15)")
"""One alert at a time is compared: two of one event that come at once are one."""
MOST_EVIDENCE = 20  # the newest; a sensor may repeat itself for hours
MOST_COMPARED = 1000


class AlertUnknown(LookupError):
    """There is no such alert; the text says what to do."""


class AlertRefused(ValueError):
    """This cannot happen to an alert that stands so; the text says why."""


class TooManyAlerts(ValueError):
    """This source raises more new alerts than anybody can look at; the text says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """What a sensor says."""

    kind: str
    latitude: float
    longitude: float
    place_text: str | None = None
    evidence: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAlert:
    """An alert; times in UTC."""

    id: UUID
    version: int
    status: AlertStatus
    kind: str
    source: str
    latitude: float
    longitude: float
    place_text: str | None
    times: int
    first_at: datetime
    last_at: datetime
    evidence: Sequence[Mapping[str, Any]]
    taken_by: str | None
    taken_at: datetime | None
    closed_at: datetime | None
    close_reason: str | None
    incident_id: UUID | None


async def raise_(connection: Connection, raised: Raised, *, by: str) -> tuple[StoredAlert, bool]:
    """Note an alert; return it, and whether it is a new one. Raises TooManyAlerts."""
    await connection.execute(TURN)
    now = await connection.scalar(select(func.clock_timestamp()))
    assert isinstance(now, datetime)
    again = same(raised.latitude, raised.longitude, await _live(connection, raised.kind, now), now)
    said = {"at": now.isoformat(), "by": by, "said": clean.json(raised.evidence or {})}
    if again is not None:
        assert isinstance(again.id, UUID)
        return await _repeat(connection, again.id, said, now), False
    await _refuse_floods(connection, by, now)
    row = {
        "id": uuid.uuid4(),
        "status": AlertStatus.OPEN,
        "kind": raised.kind,
        "source": clean.text(by),
        "latitude": raised.latitude,
        "longitude": raised.longitude,
        "place_text": clean.maybe(raised.place_text),
        "first_at": now,
        "last_at": now,
        "evidence": [said],
    }
    made = await connection.execute(insert(ALERTS).values(row).returning(ALERTS))
    return _alert(made.mappings().one()), True


async def take(connection: Connection, id_: UUID, *, by: str) -> StoredAlert:
    """Say who looks at it. Raises AlertUnknown, AlertRefused."""
    values = {"taken_by": clean.text(by), "taken_at": func.now()}
    return await _move(connection, id_, AlertStatus.TAKEN, values)


async def dismiss(connection: Connection, id_: UUID, reason: str, *, by: str) -> StoredAlert:
    """Say that nobody has to act, and why. Raises AlertUnknown, AlertRefused."""
    values = {"close_reason": clean.text(reason), "closed_at": func.now(), "taken_by": clean.text(by)}
    return await _move(connection, id_, AlertStatus.DISMISSED, values)


async def became(connection: Connection, id_: UUID, incident: UUID, *, by: str) -> StoredAlert:
    """Say which incident it is. Raises AlertUnknown, AlertRefused."""
    values = {"incident_id": incident, "closed_at": func.now(), "taken_by": clean.text(by)}
    return await _move(connection, id_, AlertStatus.INCIDENT, values)


async def lock(connection: Connection, id_: UUID) -> StoredAlert:
    """Return one that nobody else changes until the transaction ends. Raises AlertUnknown."""
    return await _get(connection, id_, lock=True)


async def get(connection: Connection, id_: UUID) -> StoredAlert:
    """Return one. Raises AlertUnknown."""
    return await _get(connection, id_, lock=False)


async def page(
    connection: Connection, *, live: bool | None = None, limit: int = 50, after: str | None = None
) -> Page[StoredAlert]:
    """Return a page, the newest first; `live`: those somebody has to look at, or the others."""
    query = select(ALERTS)
    if live is not None:
        query = query.where(ALERTS.c.status.in_(LIVE) if live else ALERTS.c.status.not_in(LIVE))
    rows, more = await NEWEST_FIRST.page(connection, query, limit, after, "first_at", "id")
    total, exact = await count(connection, query)
    return Page(items=[_alert(row) for row in rows], total=total, exact=exact, next=more)


def may(alert: StoredAlert, to: AlertStatus) -> None:
    """Raises AlertRefused when this cannot happen to it."""
    if to not in TABLE[alert.status]:
        raise AlertRefused(f"this alert is over ({alert.status}): look at its incident, or raise another")


async def _move(connection: Connection, id_: UUID, to: AlertStatus, values: Mapping[str, Any]) -> StoredAlert:
    may(await lock(connection, id_), to)
    changed = (
        update(ALERTS)
        .where(ALERTS.c.id == id_)
        .values(**values, status=to, version=ALERTS.c.version + 1)
        .returning(ALERTS)
    )
    return _alert((await connection.execute(changed)).mappings().one())


async def _live(connection: Connection, kind: str, now: datetime) -> list[Spot]:
    query = (
        select(ALERTS.c.id, ALERTS.c.latitude, ALERTS.c.longitude, ALERTS.c.last_at)
        .where(ALERTS.c.kind == kind, ALERTS.c.status.in_(LIVE), ALERTS.c.last_at >= now - SAME_FOR)
        .order_by(ALERTS.c.last_at.desc())
        .limit(MOST_COMPARED)
    )
    return [Spot(**row) for row in (await connection.execute(query)).mappings()]


async def _repeat(connection: Connection, id_: UUID, said: Mapping[str, Any], now: datetime) -> StoredAlert:
    old = await lock(connection, id_)
    forgotten = old.taken_at is not None and now - old.taken_at > TAKEN_FOR
    again = {"status": AlertStatus.OPEN, "taken_by": None, "taken_at": None} if forgotten else {}
    changed = (
        update(ALERTS)
        .where(ALERTS.c.id == id_)
        .values(
            **again,
            times=ALERTS.c.times + 1,
            last_at=now,
            version=ALERTS.c.version + 1,
            evidence=[*old.evidence, said][-MOST_EVIDENCE:],
        )
        .returning(ALERTS)
    )
    return _alert((await connection.execute(changed)).mappings().one())


async def _refuse_floods(connection: Connection, by: str, now: datetime) -> None:
    since = now - timedelta(hours=1)
    new = select(func.count()).where(ALERTS.c.source == clean.text(by), ALERTS.c.first_at >= since)
    if int(await connection.scalar(new) or 0) >= NEW_AN_HOUR:
        raise TooManyAlerts(
            f"{NEW_AN_HOUR} new alerts an hour are as many as one source may raise: what repeats still merges"
        )


async def _get(connection: Connection, id_: UUID, *, lock: bool) -> StoredAlert:
    query = select(ALERTS).where(ALERTS.c.id == id_)
    row = (await connection.execute(query.with_for_update() if lock else query)).mappings().one_or_none()
    if row is None:
        raise AlertUnknown("there is no such alert: use an id from GET /api/v1/alerts")
    return _alert(row)


def _alert(row: Mapping[Any, Any]) -> StoredAlert:
    known = {name: row[name] for name in StoredAlert.__slots__}
    return StoredAlert(**known | {"status": AlertStatus(row["status"])})
