"""The tables of web push. The key is a secret of ours; an endpoint names somebody's phone."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from ct112.store.tables import Base


class PushKeyRow(Base):
    """Our own key (VAPID, RFC 8292), made once: a subscription is for this key alone."""

    __tablename__ = "push_key"
    __table_args__ = (CheckConstraint("id = 1", name="one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    private: Mapped[bytes]
    made_at: Mapped[datetime] = mapped_column(server_default=func.now())


class PushSubscriptionRow(Base):
    """A browser that wants to be told; `key` and `secret`: what encrypts it (RFC 8291, p256dh and auth)."""

    __tablename__ = "push_subscription"
    __table_args__ = (
        CheckConstraint("language IN ('id', 'en')", name="language"),
        Index(None, "account"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("account.name"))
    endpoint: Mapped[str] = mapped_column(unique=True)
    key: Mapped[bytes]
    secret: Mapped[bytes]
    language: Mapped[str]
    seen_at: Mapped[datetime] = mapped_column(server_default=func.now())


class PushTaskRow(Base):
    """One message to one browser, gone when it is over. It refers to no subscription that could hold it back:
    a dispatch waits for nobody's browser. `dispatch_id` null: a test.
    """

    __tablename__ = "push_task"
    __table_args__ = (
        CheckConstraint("telling IN ('new', 'change', 'stand_down', 'test')", name="telling"),
        Index(None, "due_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    subscription_id: Mapped[uuid.UUID]
    dispatch_id: Mapped[uuid.UUID | None]
    telling: Mapped[str]
    due_at: Mapped[datetime]
    until: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    lease_token: Mapped[uuid.UUID | None]
    leased_until: Mapped[datetime | None]
