"""Accounts as the API shows and takes them: never a secret of theirs."""

from typing import Annotated
from uuid import UUID

from pydantic import Field, SecretStr

from ct112.web.access.principal import Role
from ct112.web.values import Cursor, Given, Instant, Name, PageSize, Shown

AccountName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{0,62}$", max_length=63)]
AgencyCode = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,30}$", max_length=31)]
Password = Annotated[SecretStr, Field(min_length=12, max_length=200)]


class AccountView(Shown):
    """An account. `codes`: signing in asks for one. `expires_at`: of a break-glass admin."""

    name: str
    role: Role
    operator: str | None
    agency: str | None
    active: bool
    version: int
    codes: bool
    has_password: bool
    oidc_issuer: str | None
    oidc_subject: str | None
    expires_at: Instant | None
    created_at: Instant
    last_login_at: Instant | None


class AccountPage(Shown):
    """Some of the accounts, by name."""

    accounts: tuple[AccountView, ...]
    total: int
    next: str | None


class AccountQuery(Given):
    """Which accounts."""

    limit: PageSize = 50
    after: Cursor | None = None


class ByAccount(Given):
    """The path of an account."""

    name: AccountName


class NewAccount(Given):
    """An account to be made. Without a password it has only tokens, or OIDC."""

    name: AccountName
    role: Role
    operator: Name | None = None
    agency: AgencyCode | None = None
    password: Password | None = None
    oidc_subject: Annotated[str, Field(min_length=1, max_length=255)] | None = None


class AccountChange(Given):
    """What is to be changed; what is left out stays."""

    role: Role | None = None
    operator: Name | None = None
    agency: AgencyCode | None = None
    active: bool | None = None
    oidc_subject: Annotated[str, Field(min_length=1, max_length=255)] | None = None


class PasswordGiven(Given):
    """A password for somebody else."""

    password: Password


class SessionView(Shown):
    """A session: never its secret."""

    id: UUID
    via: str
    source: str
    created_at: Instant
    last_seen_at: Instant
    expires_at: Instant


class SessionList(Shown):
    """An account's sessions, the newest first."""

    sessions: tuple[SessionView, ...]
    total: int
