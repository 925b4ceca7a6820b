"""The tables of legal holds and of erasures that were asked for."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from ct112.store.tables import Base


class LegalHold(Base):
    """A call or an incident of which nothing may be erased or deleted until it is released.

    Neither has to be there: a call's record comes by the spool.
    """

    __tablename__ = "legal_hold"
    __table_args__ = (
        CheckConstraint("(call_id IS NULL) <> (incident_id IS NULL)", name="of_one"),
        CheckConstraint("(released_at IS NULL) = (released_by IS NULL)", name="released"),
        Index("ix_legal_hold_call_id", "call_id", postgresql_where=text("released_at IS NULL")),
        Index("ix_legal_hold_incident_id", "incident_id", postgresql_where=text("released_at IS NULL")),
        Index(None, "placed_at", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    call_id: Mapped[uuid.UUID | None]
    incident_id: Mapped[uuid.UUID | None]
    reason: Mapped[str]
    placed_by: Mapped[str]
    placed_at: Mapped[datetime] = mapped_column(server_default=func.now())
    released_by: Mapped[str | None]
    released_at: Mapped[datetime | None]
    release_reason: Mapped[str | None]


class ErasureRequest(Base):
    """Somebody's data that has to go: by a number, a call or an incident. `number` goes when it is done.

    `rows` were erased; `held` and `in_use` were left at the last look.
    """

    __tablename__ = "erasure_request"
    __table_args__ = (
        CheckConstraint("num_nonnulls(number, call_id, incident_id) <= 1", name="of_one"),
        CheckConstraint(
            "done_at IS NOT NULL OR num_nonnulls(number, call_id, incident_id) = 1", name="of_something"
        ),
        Index("ix_erasure_request_open", "asked_at", postgresql_where=text("done_at IS NULL")),
        Index(None, "asked_at", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    number: Mapped[str | None]
    call_id: Mapped[uuid.UUID | None]
    incident_id: Mapped[uuid.UUID | None]
    reason: Mapped[str]
    asked_by: Mapped[str]
    asked_at: Mapped[datetime] = mapped_column(server_default=func.now())
    done_at: Mapped[datetime | None]
    rows: Mapped[int] = mapped_column(server_default=text("0"))
    held: Mapped[int] = mapped_column(server_default=text("0"))
    in_use: Mapped[int] = mapped_column(server_default=text("0"))
