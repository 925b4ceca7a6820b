"""The table of what happened in telephone calls to agencies."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ct112.store.tables import Base


class AgencyCallFact(Base):
    """One thing that happened in a call to an agency; a trigger refuses any change. Nothing is personal.

    `delivery`: what the agency was called for. No row of it need be there: a fact waits for nobody.
    """

    __tablename__ = "agency_call_fact"

    delivery: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    kind: Mapped[str]
    data: Mapped[Mapping[str, Any]] = mapped_column(JSONB)
