"""The tables of incidents. What is personal of them: who called, what was said, where it is, the trail."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ct112.core.record import ServiceClass
from ct112.incidents.states import LIVE, Status
from ct112.store.tables import Base

CODE_PATTERN = "^[a-z][a-z0-9_]{0,39}$"
"""What a category may be called."""
STATUSES = ", ".join(f"'{status}'" for status in Status)
CLASSES = ", ".join(f"'{service_class}'" for service_class in ServiceClass)
IS_LIVE = f"status IN ({', '.join(repr(str(status)) for status in sorted(LIVE))})"


class CategoryRow(Base):
    """A kind of incident. Never deleted, only retired: incidents name it.

    `questions` and `instructions`: lists of {"indonesian", "english"}, in the order they are asked and read.
    """

    __tablename__ = "category"
    __table_args__ = (
        CheckConstraint(f"code ~ '{CODE_PATTERN}'", name="code"),
        CheckConstraint(f"service_class IN ({CLASSES})", name="service_class"),
        CheckConstraint("priority BETWEEN 1 AND 4", name="priority"),
    )

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    name_en: Mapped[str]
    service_class: Mapped[str]
    priority: Mapped[int]
    questions: Mapped[list[dict[str, str]]] = mapped_column(JSONB)
    instructions: Mapped[list[dict[str, str]]] = mapped_column(JSONB)
    retired_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(server_default=text("1"))


class IncidentDay(Base):
    """How many incidents a day had: the row gives the next number, one at a time."""

    __tablename__ = "incident_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    last: Mapped[int]


class IncidentRow(Base):
    """An event in the world that somebody is asked to act on; UTC. `version` grows with every change.

    `drafted_as`: digest of the request that opened it under an id of its own: the same again is known by it.
    """

    __tablename__ = "incident"
    __table_args__ = (
        CheckConstraint(f"status IN ({STATUSES})", name="status"),
        CheckConstraint("priority BETWEEN 1 AND 4", name="priority"),
        CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="coordinates"),
        CheckConstraint("latitude BETWEEN -90 AND 90", name="latitude"),
        CheckConstraint("longitude BETWEEN -180 AND 180", name="longitude"),
        CheckConstraint("(status = 'merged') = (merged_into IS NOT NULL)", name="merged"),
        CheckConstraint("merged_into <> id", name="into_another"),
        UniqueConstraint("number", name="uq_incident_number"),
        Index(None, "opened_at", "id"),
        Index(None, "status", "opened_at", "id"),
        Index(None, "category", "opened_at", "id"),
        Index(None, "kelurahan", "opened_at", "id", postgresql_where=text("kelurahan IS NOT NULL")),
        Index("ix_incident_live", "opened_at", postgresql_where=text(IS_LIVE)),
        Index(None, "merged_into", postgresql_where=text("merged_into IS NOT NULL")),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    number: Mapped[str]
    version: Mapped[int] = mapped_column(server_default=text("1"))
    status: Mapped[str]
    category: Mapped[str] = mapped_column(ForeignKey("category.code"))
    priority: Mapped[int]
    description: Mapped[str | None]
    people_in_danger: Mapped[int | None]
    caller_name: Mapped[str | None]
    caller_number: Mapped[str | None]
    caller_withheld: Mapped[bool] = mapped_column(server_default=text("false"))
    kelurahan: Mapped[str | None]
    landmark: Mapped[str | None]
    place_text: Mapped[str | None]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    opened_at: Mapped[datetime] = mapped_column(server_default=func.now())
    opened_by: Mapped[str]
    changed_at: Mapped[datetime] = mapped_column(server_default=func.now())
    closed_at: Mapped[datetime | None]
    close_reason: Mapped[str | None]
    merged_into: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("incident.id"))
    drafted_as: Mapped[bytes | None]


class IncidentCall(Base):
    """A call about an incident. No row of the call need be there yet: its record comes by the spool."""

    __tablename__ = "incident_call"
    __table_args__ = (Index(None, "call_id"),)

    incident_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("incident.id"), primary_key=True)
    call_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    joined_at: Mapped[datetime] = mapped_column(server_default=func.now())
    joined_by: Mapped[str]


class IncidentChange(Base):
    """A line of an incident's trail: what, who, when. `data`: what it was and what it is."""

    __tablename__ = "incident_change"
    __table_args__ = (UniqueConstraint("incident_id", "seq", name="uq_incident_change_seq"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    incident_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("incident.id"))
    seq: Mapped[int]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    by: Mapped[str]
    kind: Mapped[str]
    data: Mapped[dict[str, Any]]
