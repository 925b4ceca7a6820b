"""The tables of alerts and of cameras. Personal of them: what an alert says, and where it is."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ct112.incidents.alerts import LIVE, AlertStatus
from ct112.store.tables import Base

STATUSES = ", ".join(f"'{status}'" for status in AlertStatus)
IS_LIVE = f"status IN ({', '.join(repr(str(status)) for status in sorted(LIVE))})"
DEGREES = "latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180"


class CameraRow(Base):
    """A camera of the city: where it is and where its stream is. Never deleted, only set inactive."""

    __tablename__ = "camera"
    __table_args__ = (
        CheckConstraint("code ~ '^[a-z0-9][a-z0-9_-]{0,39}$'", name="code"),
        CheckConstraint(DEGREES, name="degrees"),
    )

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    latitude: Mapped[float]
    longitude: Mapped[float]
    stream: Mapped[str]
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    version: Mapped[int] = mapped_column(server_default=text("1"))


class AlertRow(Base):
    """What a sensor, a camera or another system saw; UTC. `times`: how often it was said.

    `source`: the account that said it first. `evidence`: the newest of what was said, a list.
    """

    __tablename__ = "alert"
    __table_args__ = (
        CheckConstraint(f"status IN ({STATUSES})", name="status"),
        CheckConstraint(DEGREES, name="degrees"),
        CheckConstraint("(status = 'incident') = (incident_id IS NOT NULL)", name="incident"),
        Index(None, "first_at", "id"),
        Index("ix_alert_live", "kind", "last_at", postgresql_where=text(IS_LIVE)),
        Index(None, "source", "first_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(server_default=text("1"))
    status: Mapped[str]
    kind: Mapped[str]
    source: Mapped[str]
    latitude: Mapped[float]
    longitude: Mapped[float]
    place_text: Mapped[str | None]
    times: Mapped[int] = mapped_column(server_default=text("1"))
    first_at: Mapped[datetime] = mapped_column(server_default=func.now())
    last_at: Mapped[datetime] = mapped_column(server_default=func.now())
    evidence: Mapped[list[Any]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    taken_by: Mapped[str | None]
    taken_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    close_reason: Mapped[str | None]
    incident_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("incident.id"))
