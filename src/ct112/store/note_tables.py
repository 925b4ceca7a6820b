"""What agencies write and photograph at the scene. Personal: the words and the photo."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from ct112.incidents.photos import MOST_BYTES
from ct112.store.tables import Base


class NoteRow(Base):
    """A note of an agency, of its dispatch; UTC. The id is the client's: the same again is the same.

    `photo`: a JPEG without anything beside the picture; `drafted_as`: the digest of what was sent.
    """

    __tablename__ = "dispatch_note"
    __table_args__ = (
        CheckConstraint(f"octet_length(photo) <= {MOST_BYTES}", name="photo"),
        Index(None, "dispatch_id", "at", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    dispatch_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dispatch.id"))
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    by: Mapped[str]
    text: Mapped[str | None]
    photo: Mapped[bytes | None]
    drafted_as: Mapped[bytes | None]
