"""The tables of who may sign in. No secret is in clear but the TOTP seed, which has to be."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from ct112.store.roles import Role
from ct112.store.tables import Base

ACCOUNT_PATTERN = "^[a-z0-9][a-z0-9.-]{0,62}$"
"""What an account may be called."""
ROLES = ", ".join(f"'{role}'" for role in Role)


class AccountRow(Base):
    """A person or a machine that may sign in. Never deleted, only disabled: the audit names it.

    `totp_step`: the last code's time step, so that no code counts twice. `expires_at`: of a break-glass
    admin. `version` grows with every change that somebody makes to it.
    """

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint(f"name ~ '{ACCOUNT_PATTERN}'", name="name"),
        CheckConstraint(f"role IN ({ROLES})", name="role"),
        CheckConstraint("(role = 'agency') = (agency IS NOT NULL)", name="agency"),
        Index("uq_account_oidc", "oidc_issuer", "oidc_subject", unique=True),
    )

    name: Mapped[str] = mapped_column(primary_key=True)
    role: Mapped[str]
    operator: Mapped[str | None]
    agency: Mapped[str | None]
    password_hash: Mapped[str | None]
    active: Mapped[bool]
    version: Mapped[int]
    totp_secret: Mapped[str | None]
    totp_confirmed: Mapped[bool] = mapped_column(server_default=text("false"))
    totp_step: Mapped[int | None]
    oidc_issuer: Mapped[str | None]
    oidc_subject: Mapped[str | None]
    expires_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    last_login_at: Mapped[datetime | None]


class SessionRow(Base):
    """A browser that is signed in, known by the hash of its cookie."""

    __tablename__ = "session"
    __table_args__ = (Index(None, "account"), Index(None, "expires_at"))

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    account: Mapped[str] = mapped_column(ForeignKey("account.name"))
    via: Mapped[str]
    source: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    last_seen_at: Mapped[datetime] = mapped_column(server_default=func.now())
    idle_seconds: Mapped[int]
    expires_at: Mapped[datetime]


class TokenRow(Base):
    """A machine's key: an account's rights, narrowed by scopes. Revoked ones stay, for the audit."""

    __tablename__ = "api_token"
    __table_args__ = (Index(None, "account"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    account: Mapped[str] = mapped_column(ForeignKey("account.name"))
    label: Mapped[str]
    scopes: Mapped[list[str]]
    created_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class DeviceRow(Base):
    """A browser that has signed in to this account before: strangers' guesses do not slow it."""

    __tablename__ = "login_device"
    __table_args__ = (Index(None, "account"), Index(None, "last_used_at"))

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("account.name"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    last_used_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ThrottleRow(Base):
    """How often somebody was wrong, by account, source or device. `key` is a hash: people mistype."""

    __tablename__ = "login_throttle"
    __table_args__ = (Index(None, "last_at"),)

    key: Mapped[bytes] = mapped_column(primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime]
    not_before: Mapped[datetime]
