"""The table of recordings for the menu."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Float, LargeBinary, func
from sqlalchemy.orm import Mapped, mapped_column

from ct112.store.tables import Base


class IvrRecording(Base):
    """A recording sent by the editor, as callers hear it (WAV). Its name is made of its content."""

    __tablename__ = "ivr_recording"
    __table_args__ = (CheckConstraint("name ~ '^up-[0-9a-f]{32}$'", name="name"),)

    name: Mapped[str] = mapped_column(primary_key=True)
    sound: Mapped[bytes] = mapped_column(LargeBinary())
    seconds: Mapped[float] = mapped_column(Float())
    uploaded_by: Mapped[str]
    uploaded_at: Mapped[datetime] = mapped_column(server_default=func.now())
