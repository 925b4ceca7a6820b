"""Tokens of machines: an account's rights, narrowed by scopes."""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, any_, func, insert, or_, select, text, update

from ct112.store import accounts, pages
from ct112.store.access_tables import AccountRow, TokenRow
from ct112.store.engine import Connection
from ct112.store.handed_out import digest, hashes_of, new_secret
from ct112.store.pages import Order, Page
from ct112.store.roles import Role
from ct112.store.sessions import Holder

SCOPE = re.compile(r"(\*|[a-z][a-z-]*)(:(read|write))?")
USED_EVERY = "1 minute"  # `last_used_at` is not written more often
PREFIX = "ct112_"  # so that a token that leaks into a repository is found by those who look


TOKENS = TokenRow.__table__.c
NEWEST_FIRST = Order("tokens", (TOKENS.created_at, TOKENS.id), (datetime, uuid.UUID), newest_first=True)


class TokenError(ValueError):
    """What was asked of a token cannot be; the text says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token in a list: never its secret."""

    id: uuid.UUID
    account: str
    label: str
    scopes: tuple[str, ...]
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


async def add(
    connection: Connection,
    account: str,
    *,
    label: str,
    scopes: Sequence[str],
    created_by: str,
    expires_at: datetime | None = None,
    secret: str | None = None,
) -> tuple[Token, str]:
    """Make a token; return it and its secret, which is nowhere else. Raises UnknownAccount, TokenError.

    `secret`: one of the caller's making, as unguessable as ours.
    """
    await accounts.get(connection, account)
    check_scopes(scopes)
    secret, number = secret or PREFIX + new_secret(), uuid.uuid4()
    await connection.execute(
        insert(TokenRow).values(
            id=number,
            token_hash=digest(secret),
            account=account,
            label=label,
            scopes=list(scopes),
            created_by=created_by,
            expires_at=expires_at,
        )
    )
    return await get(connection, number), secret


def check_scopes(scopes: Sequence[str]) -> None:
    """Raise TokenError unless all are scopes."""
    wrong = [scope for scope in scopes if not SCOPE.fullmatch(scope)]
    if wrong or not scopes:
        raise TokenError(
            f"{', '.join(wrong)[:200] or 'nothing'} is no scope: '*' for all the account may, or for example "
            "calls:read, callbacks:write, *:read"
        )


async def get(connection: Connection, number: uuid.UUID) -> Token:
    """Return a token. Raises TokenError."""
    for token in await _tokens(connection, TokenRow.id == number):
        return token
    raise TokenError(f"there is no token {number}: see the list of tokens")


async def page(
    connection: Connection, *, account: str | None = None, limit: int = 50, after: str | None = None
) -> Page[Token]:
    """Return tokens, the newest first, revoked ones too; of one account or of all. Raises BadCursor."""
    size = pages.size(limit)
    rules = [] if account is None else [TokenRow.account == account]
    total = await connection.scalar(select(func.count()).select_from(TokenRow).where(*rules))
    if after is not None:
        rules.append(NEWEST_FIRST.behind(after))
    found = await _tokens(connection, *rules, limit=size + 1)
    last = found[size - 1] if len(found) > size else None
    return Page(
        items=found[:size],
        total=total or 0,
        next=None if last is None else pages.write(NEWEST_FIRST.name, (last.created_at, last.id)),
    )


async def revoke(connection: Connection, number: uuid.UUID) -> Token:
    """Make a token worthless at once; repeatable. Raises TokenError."""
    await connection.execute(
        update(TokenRow)
        .where(TokenRow.id == number, TokenRow.revoked_at.is_(None))
        .values(revoked_at=func.now())
    )
    return await get(connection, number)


async def holder(connection: Connection, token_hash: bytes) -> Holder | None:
    """Return whose token this is the hash of, as the account is now; None when it is worth nothing."""
    old = TokenRow.last_used_at < func.now() - text(f"interval '{USED_EVERY}'")
    unseen = (TokenRow.last_used_at.is_(None) | old).label("unseen")
    row = (await connection.execute(_holders(unseen).where(TokenRow.token_hash == token_hash))).first()
    if row is None:
        return None
    if row.unseen:
        await connection.execute(
            update(TokenRow).where(TokenRow.id == row.id).values(last_used_at=func.now())
        )
    return _holder(row)


async def holders(connection: Connection, hashes: Sequence[bytes]) -> dict[bytes, Holder]:
    """Return whose tokens these are the hashes of; it does not count as a use of them."""
    found = await connection.execute(_holders().where(TokenRow.token_hash == any_(hashes_of(hashes))))
    return {row.token_hash: _holder(row) for row in found}


def _holders(*more: ColumnElement[Any]) -> Select[Any]:
    of_account = (AccountRow.name, AccountRow.role, AccountRow.operator, AccountRow.agency)
    return (
        select(*of_account, TokenRow.id, TokenRow.scopes, TokenRow.token_hash, *more)
        .join(AccountRow, AccountRow.name == TokenRow.account)
        .where(
            TokenRow.revoked_at.is_(None),
            or_(TokenRow.expires_at.is_(None), TokenRow.expires_at > func.now()),
            accounts.usable(),
        )
    )


def _holder(row: Row[Any]) -> Holder:
    return Holder(
        name=row.name,
        role=Role(row.role),
        operator=row.operator,
        agency=row.agency,
        id=row.id,
        scopes=tuple(row.scopes),
    )


async def _tokens(connection: Connection, *rules: ColumnElement[bool], limit: int = 1) -> Sequence[Token]:
    columns = [TOKENS[name] for name in Token.__dataclass_fields__]
    found = await connection.execute(select(*columns).where(*rules).order_by(*NEWEST_FIRST.by()).limit(limit))
    return [Token(**{**row, "scopes": tuple(row["scopes"])}) for row in found.mappings()]
