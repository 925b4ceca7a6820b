"""The tables of neighbouring centres and of what they offer. Personal of them: what an offer says."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ct112.incidents.neighbours import LIVE, Cause, OfferStatus
from ct112.store.tables import Base

STATUSES = ", ".join(f"'{status}'" for status in OfferStatus)
CAUSES = ", ".join(f"'{cause}'" for cause in Cause)
ANSWERS = "'acknowledged', 'declined', 'en_route', 'on_scene', 'done'"
ONCE = "'en_route', 'on_scene', 'done'"
IS_LIVE = f"status IN ({', '.join(repr(str(status)) for status in sorted(LIVE))})"


class NeighbourRow(Base):
    """A neighbouring centre. `secret` signs what it sends; `url`, `token`: where answers go, as whom."""

    __tablename__ = "neighbour"
    __table_args__ = (CheckConstraint("code ~ '^[a-z][a-z0-9_]{0,30}$'", name="code"),)

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    url: Mapped[str]
    secret: Mapped[str]
    token: Mapped[str]
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    version: Mapped[int] = mapped_column(server_default=text("1"))


class NeighbourOfferRow(Base):
    """An incident a neighbour offers; UTC. `dispatch`: the neighbour's id of it; `told`: what it said last.

    `order`: the versions of dispatch and incident in `told`. `came_by`: the dispatches it went through.
    `unseen`: since when something has changed that nobody of ours has acknowledged.
    """

    __tablename__ = "neighbour_offer"
    __table_args__ = (
        CheckConstraint(f"status IN ({STATUSES})", name="status"),
        CheckConstraint(f"cause IN ({CAUSES})", name="cause"),
        Index("uq_neighbour_offer_dispatch", "neighbour", "dispatch", unique=True),
        Index(None, "received_at", "id"),
        Index(None, "incident_id"),
        Index("ix_neighbour_offer_live", "received_at", postgresql_where=text(IS_LIVE)),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    neighbour: Mapped[str] = mapped_column(ForeignKey("neighbour.code"))
    dispatch: Mapped[uuid.UUID]
    number: Mapped[str]
    status: Mapped[str]
    version: Mapped[int] = mapped_column(server_default=text("1"))
    order: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    came_by: Mapped[list[str]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    told: Mapped[dict[str, Any]] = mapped_column(JSONB)
    received_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    unseen: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str | None]
    cause: Mapped[str | None]
    reason: Mapped[str | None]
    incident_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("incident.id"))


class NeighbourKeyRow(Base):
    """A delivery a neighbour sent: however often it comes, it is taken once."""

    __tablename__ = "neighbour_key"

    neighbour: Mapped[str] = mapped_column(ForeignKey("neighbour.code"), primary_key=True)
    key: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    received_at: Mapped[datetime] = mapped_column(server_default=func.now())


class NeighbourAnswerRow(Base):
    """Something to say to a neighbour about its offer, in the order of `seq`; `due_at` None: it was said.

    `id` is the Idempotency-Key it is said under. Leased as deliveries are.
    """

    __tablename__ = "neighbour_answer"
    __table_args__ = (
        CheckConstraint(f"status IN ({ANSWERS})", name="status"),
        Index(
            "uq_neighbour_answer_once",
            "offer_id",
            "status",
            unique=True,
            postgresql_where=text(f"status IN ({ONCE})"),
        ),
        Index("ix_neighbour_answer_due", "due_at", postgresql_where=text("due_at IS NOT NULL")),
        Index(None, "offer_id", "seq"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(Identity(always=True))
    offer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("neighbour_offer.id"))
    status: Mapped[str]
    reason: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    due_at: Mapped[datetime | None] = mapped_column(server_default=func.clock_timestamp())
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    lease_token: Mapped[uuid.UUID | None]
    leased_until: Mapped[datetime | None]
    outcome: Mapped[str | None]
