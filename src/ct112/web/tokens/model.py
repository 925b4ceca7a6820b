"""Tokens as the API shows and takes them."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from ct112.web.accounts.model import AccountName
from ct112.web.values import Cursor, Given, Instant, Line, PageSize, Shown

Scope = Annotated[str, Field(pattern=r"^(\*|[a-z][a-z-]*)(:(read|write))?$", max_length=60)]


class TokenView(Shown):
    """A token: never its secret."""

    id: UUID
    account: str
    label: str
    scopes: tuple[str, ...]
    created_by: str
    created_at: Instant
    expires_at: Instant | None
    last_used_at: Instant | None
    revoked_at: Instant | None


class MadeToken(TokenView):
    """A token that was made, with its secret: shown this once."""

    secret: str


class TokenPage(Shown):
    """Some of the tokens, the newest first."""

    tokens: tuple[TokenView, ...]
    total: int
    next: str | None


class TokenQuery(Given):
    """Which tokens."""

    account: AccountName | None = None
    limit: PageSize = 50
    after: Cursor | None = None


class NewToken(Given):
    """A token to be made: what the account may, narrowed to `scopes`, for so many days."""

    account: AccountName
    label: Annotated[Line, Field(min_length=1, max_length=100)]
    scopes: Annotated[tuple[Scope, ...], Field(min_length=1, max_length=50)]
    days: Annotated[int, Field(ge=1, le=3650)] | None = 365
