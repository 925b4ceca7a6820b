"""The table of the shift log. Personal of it: what an entry says, and who wrote it."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from ct112.store.tables import Base

OPEN = "hands_over AND taken_at IS NULL"


class ShiftLogRow(Base):
    """An entry of the shift log; UTC. It is never changed: PostgreSQL refuses it, but to erase its `note`.

    `hands_over`: it is meant for the next shift, which takes it over once: `taken_by`, `taken_at`.
    """

    __tablename__ = "shift_log"
    __table_args__ = (
        CheckConstraint("(taken_at IS NULL) = (taken_by IS NULL)", name="taken"),
        CheckConstraint("hands_over OR taken_at IS NULL", name="handed_over"),
        Index(None, "written_at", "id"),
        Index("ix_shift_log_open", "written_at", "id", postgresql_where=text(OPEN)),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    written_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    written_by: Mapped[str]
    note: Mapped[str]
    hands_over: Mapped[bool] = mapped_column(server_default=text("false"))
    taken_at: Mapped[datetime | None]
    taken_by: Mapped[str | None]
