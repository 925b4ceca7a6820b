"""The tables of where callers are."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, LargeBinary, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ct112.store.tables import Base


class PlaceLocation(Base):
    """A location of a call or incident; none is ever replaced by another.

    `number`: of a telephone that sent its own, E.164: the call is found by it when somebody reads, since a
    message may be here before the call's record. `digest`: of that message, which is taken once.
    Personal data: latitude, longitude, uncertainty, text and shape (a place), number (a caller), by.
    """

    __tablename__ = "place_location"
    __table_args__ = (
        Index(None, "call_id", postgresql_where=text("call_id IS NOT NULL")),
        Index(None, "incident_id", postgresql_where=text("incident_id IS NOT NULL")),
        Index(None, "number", "received_at", postgresql_where=text("number IS NOT NULL")),
        Index(None, "digest", unique=True),
        CheckConstraint("source IN ('hand', 'aml', 'link')", name="source"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    call_id: Mapped[uuid.UUID | None]
    incident_id: Mapped[uuid.UUID | None]
    source: Mapped[str]
    at: Mapped[datetime]
    received_at: Mapped[datetime] = mapped_column(server_default=func.now())
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    uncertainty_m: Mapped[float | None]
    confidence: Mapped[float | None]
    text: Mapped[str | None]
    shape: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    number: Mapped[str | None]
    digest: Mapped[bytes | None] = mapped_column(LargeBinary)
    by: Mapped[str | None]


class LocationLink(Base):
    """A link sent to a caller, who may answer with a location `uses_left` times until `expires_at`."""

    __tablename__ = "location_link"
    __table_args__ = (Index(None, "call_id"), CheckConstraint("uses_left >= 0", name="uses"))

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    call_id: Mapped[uuid.UUID]
    made_by: Mapped[str | None]
    made_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    uses_left: Mapped[int]
