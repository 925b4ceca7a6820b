"""The table of the audit: append-only by a trigger, chained by the sealer."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Identity, Index, LargeBinary, func, text
from sqlalchemy.orm import Mapped, mapped_column

from ct112.store.tables import Base


class AuditRow(Base):
    """One read of personal data, or one change. Who, what, on what, when.

    `personal` is a text that may be erased; its digest and length stay and are chained in its place.
    `xact`: the transaction that wrote it. `seq`, `mac` and `key_id` are the sealer's: the place in the
    chain, the HMAC over this row and the one before, and which key made it.
    """

    __tablename__ = "audit"
    __table_args__ = (
        Index("uq_audit_seq", "seq", unique=True),
        Index("ix_audit_unsealed", "xact", "id", postgresql_where=text("seq IS NULL")),
        Index("ix_audit_object", "object_kind", "object_id"),
        Index("ix_audit_actor", "actor", "id"),
        Index("ix_audit_proved", "id", postgresql_where=text("action IN ('audit.delete', 'audit.erase')")),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    xact: Mapped[int] = mapped_column(
        BigInteger(), server_default=text("pg_current_xact_id()::text::bigint"), autoincrement=False
    )
    actor: Mapped[str]
    role: Mapped[str]
    action: Mapped[str]
    object_kind: Mapped[str]
    object_id: Mapped[str | None]
    detail: Mapped[dict[str, Any]]
    personal: Mapped[str | None]
    personal_digest: Mapped[bytes] = mapped_column(LargeBinary())
    personal_length: Mapped[int]
    seq: Mapped[int | None]
    mac: Mapped[bytes | None]
    key_id: Mapped[str | None]
