"""The tables of dispatches and of their deliveries. Personal of them: the reasons people give."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from ct112.incidents.agencies import WayKind
from ct112.incidents.dispatches import OVER, DispatchStatus
from ct112.store.tables import Base

STATUSES = ", ".join(f"'{status}'" for status in DispatchStatus)
KINDS = ", ".join(f"'{kind}'" for kind in WayKind)
TELLINGS = "'new', 'change', 'stand_down'"
STATES = "'pending', 'delivered', 'acknowledged', 'over'"
IS_UNDER_WAY = f"status NOT IN ({', '.join(repr(str(status)) for status in sorted(OVER))})"


class DispatchRow(Base):
    """An agency that was asked to act on an incident; UTC. One that is under way at a time for each agency.

    `escalated_at`: since then it is on the supervisor's list: nobody of the agency was found.
    `what` of the agency is to be sent, in words. `noted_at`: a person had told the agency before, by
    telephone or radio, and then it was noted here; `drafted_as`: the digest of what was noted.
    """

    __tablename__ = "dispatch"
    __table_args__ = (
        CheckConstraint(f"status IN ({STATUSES})", name="status"),
        Index(
            "uq_dispatch_under_way", "incident_id", "agency", unique=True, postgresql_where=text(IS_UNDER_WAY)
        ),
        Index(None, "agency", "asked_at", "id"),
        Index(None, "asked_at", "id"),
        Index("ix_dispatch_escalated", "escalated_at", postgresql_where=text("escalated_at IS NOT NULL")),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    incident_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("incident.id"))
    agency: Mapped[str] = mapped_column(ForeignKey("agency.code"))
    status: Mapped[str]
    version: Mapped[int] = mapped_column(server_default=text("1"))
    asked_at: Mapped[datetime] = mapped_column(server_default=func.now())
    asked_by: Mapped[str]
    changed_at: Mapped[datetime] = mapped_column(server_default=func.now())
    changed_by: Mapped[str]
    how: Mapped[str | None]
    what: Mapped[str | None]
    noted_at: Mapped[datetime | None]
    drafted_as: Mapped[bytes | None]
    reason: Mapped[str | None]
    acknowledged_at: Mapped[datetime | None]
    on_scene_at: Mapped[datetime | None]
    escalated_at: Mapped[datetime | None]
    escalated_why: Mapped[str | None]


class DeliveryRow(Base):
    """One try to tell an agency something by one way; its id is the receiver's Idempotency-Key.

    `due_at`: when somebody has to look at it next (None: it is over); `limit_at`: how long it is waited for.
    Whoever works on it holds `lease_token` until `leased_until`; nobody else writes its outcome.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        CheckConstraint(f"telling IN ({TELLINGS})", name="telling"),
        CheckConstraint(f"way IN ({KINDS})", name="way"),
        CheckConstraint(f"state IN ({STATES})", name="state"),
        CheckConstraint("(state IN ('pending', 'delivered')) = (due_at IS NOT NULL)", name="due"),
        Index("ix_delivery_due", "due_at", postgresql_where=text("due_at IS NOT NULL")),
        Index(None, "dispatch_id", "created_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    dispatch_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dispatch.id"))
    telling: Mapped[str]
    told: Mapped[uuid.UUID]
    way: Mapped[str]
    step: Mapped[str]
    state: Mapped[str]
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    due_at: Mapped[datetime | None]
    limit_at: Mapped[datetime]
    lease_token: Mapped[uuid.UUID | None]
    leased_until: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
