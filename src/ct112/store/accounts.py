"""Accounts: who may sign in, and as what."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, func, insert, or_, select, text, update

from ct112.store import agencies
from ct112.store.access_tables import ACCOUNT_PATTERN, AccountRow
from ct112.store.engine import Connection
from ct112.store.pages import Order, Page
from ct112.store.roles import Role

NOBODYS = frozenset({"api-token", "nobody"})
"""Names the audit has for others than accounts."""
KEPT = ("role", "operator", "agency", "active", "expires_at", "oidc_issuer", "oidc_subject")
"""What `change` may change."""


class AccountError(ValueError):
    """What was asked of an account cannot be; the text says why and what to do."""


class UnknownAccount(AccountError):
    """There is no account of this name."""


class StaleAccount(AccountError):
    """Somebody else has changed the account since it was read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account as it is stored; its secrets are never in its text."""

    name: str
    role: Role
    operator: str | None
    agency: str | None
    active: bool
    version: int
    password_hash: str | None = field(repr=False)
    totp_secret: str | None = field(repr=False)
    totp_confirmed: bool
    totp_step: int | None
    oidc_issuer: str | None
    oidc_subject: str | None
    expires_at: datetime | None
    created_at: datetime
    last_login_at: datetime | None
    usable: bool
    """Active, and not expired by the database's clock."""


def usable() -> ColumnElement[bool]:
    """Return the rule that an account may be used now, by the database's clock."""
    return AccountRow.active & or_(AccountRow.expires_at.is_(None), AccountRow.expires_at > func.now())


BY_NAME = Order("accounts", (AccountRow.__table__.c.name,), (str,))
_SELECT = select(AccountRow.__table__, usable().label("usable"))


async def get(connection: Connection, name: str) -> Account:
    """Return an account. Raises UnknownAccount."""
    row = (await connection.execute(_SELECT.where(AccountRow.name == name))).mappings().first()
    if row is None:
        raise UnknownAccount(f"there is no account {name!r}: see the list of accounts")
    return _account(row)


async def find(connection: Connection, name: str) -> Account | None:
    """Return an account; None when there is none, whatever was typed."""
    if not re.fullmatch(ACCOUNT_PATTERN, name):
        return None
    try:
        return await get(connection, name)
    except UnknownAccount:
        return None


async def by_subject(connection: Connection, issuer: str, subject: str) -> Account | None:
    """Return whom an OIDC provider means; None when nobody here."""
    found = await connection.execute(
        _SELECT.where(AccountRow.oidc_issuer == issuer, AccountRow.oidc_subject == subject)
    )
    row = found.mappings().first()
    return None if row is None else _account(row)


async def page(connection: Connection, *, limit: int = 50, after: str | None = None) -> Page[Account]:
    """Return accounts by name. Raises BadCursor."""
    rows, more = await BY_NAME.page(connection, _SELECT, limit, after, "name")
    return Page(
        items=[_account(row) for row in rows],
        total=await connection.scalar(select(func.count()).select_from(AccountRow)) or 0,
        next=more,
    )


async def add(
    connection: Connection,
    name: str,
    role: Role,
    *,
    operator: str | None = None,
    agency: str | None = None,
    password_hash: str | None = None,
    expires_at: datetime | None = None,
    oidc: tuple[str, str] | None = None,
) -> Account:
    """Make an account. Raises AccountError when the name is taken or what is asked makes no sense.

    `oidc`: issuer and subject who may sign in as this account.
    """
    check(name, role, agency)
    await _check_agency(connection, agency)
    if name in NOBODYS:
        raise AccountError(f"{name} is what the audit calls somebody without an account: choose another name")
    if await find(connection, name) is not None:
        raise AccountError(f"account {name} is there already; accounts are disabled, never made again")
    issuer, subject = oidc or (None, None)
    await connection.execute(
        insert(AccountRow).values(
            name=name,
            role=role,
            operator=operator,
            agency=agency,
            password_hash=password_hash,
            active=True,
            version=1,
            expires_at=expires_at,
            oidc_issuer=issuer,
            oidc_subject=subject,
        )
    )
    return await get(connection, name)


async def change(connection: Connection, name: str, version: int | None, changes: dict[str, Any]) -> Account:
    """Change some of `KEPT`. Raises UnknownAccount, StaleAccount when it is not at `version`, AccountError.

    `version` None: whatever it is.
    """
    unknown = changes.keys() - set(KEPT)
    if unknown:
        raise AccountError(f"{', '.join(sorted(unknown))} cannot be changed so")
    before = await lock(connection, name)
    if version is not None and version != before.version:
        raise StaleAccount(f"account {name} was changed meanwhile: read it again, then repeat the change")
    role = Role(changes.get("role", before.role))
    agency = changes.get("agency", before.agency) if role is Role.AGENCY else None
    check(name, role, agency)
    if agency != before.agency:
        await _check_agency(connection, agency)
    await _update(connection, name, **changes | {"agency": agency, "version": before.version + 1})
    return await get(connection, name)


async def lock(connection: Connection, name: str) -> Account:
    """Return an account that nobody else changes until the transaction ends. Raises UnknownAccount."""
    await connection.execute(select(AccountRow.name).where(AccountRow.name == name).with_for_update())
    return await get(connection, name)


async def lock_all(connection: Connection) -> None:
    """Let one transaction at a time change roles: what it counts stays true. Readers go on."""
    await connection.execute(text("LOCK TABLE account IN SHARE ROW EXCLUSIVE MODE"))


async def set_password(connection: Connection, name: str, password_hash: str | None) -> Account:
    """Give an account another password (None: it cannot sign in by password). Raises UnknownAccount."""
    before = await lock(connection, name)
    await _update(connection, name, password_hash=password_hash, version=before.version + 1)
    return await get(connection, name)


async def rehash(connection: Connection, name: str, password_hash: str) -> None:
    """Keep the same password's newer hash."""
    await _update(connection, name, password_hash=password_hash)


async def signed_in(connection: Connection, name: str) -> None:
    """Note that somebody has signed in."""
    await _update(connection, name, last_login_at=func.now())


async def set_totp(connection: Connection, name: str, secret: str | None, *, confirmed: bool) -> None:
    """Set the seed of the codes, or with None ask for no code any more."""
    await _update(connection, name, totp_secret=secret, totp_confirmed=confirmed, totp_step=None)


async def use_totp_step(connection: Connection, name: str, step: int) -> bool:
    """Note that the code of this time step was used. Returns False when it, or a later one, was before."""
    done = await connection.execute(
        update(AccountRow)
        .where(AccountRow.name == name, or_(AccountRow.totp_step.is_(None), AccountRow.totp_step < step))
        .values(totp_step=step)
    )
    return done.rowcount == 1


async def admins(connection: Connection) -> int:
    """Return how many admins may sign in now and always: what the last of them must not give up."""
    count = await connection.scalar(
        select(func.count())
        .select_from(AccountRow)
        .where(AccountRow.role == Role.ADMIN, AccountRow.active, AccountRow.expires_at.is_(None))
    )
    return count or 0


def check(name: str, role: Role, agency: str | None) -> None:
    """Raise AccountError unless such an account may be."""
    if not re.fullmatch(ACCOUNT_PATTERN, name):
        raise AccountError(
            f"account {name[:80]!r} is no name: small letters, digits, '.' and '-', 63 at most, "
            "beginning with a letter or digit"
        )
    if (role is Role.AGENCY) != (agency is not None):
        raise AccountError("an account of role agency needs its agency's code, and no other account has one")


async def _check_agency(connection: Connection, code: str | None) -> None:
    """Raise AccountError for an agency that is none: who signs in for it would see nothing, for ever."""
    if code is None:
        return
    known = await agencies.codes(connection)
    if code not in known:
        raise AccountError(f"there is no agency {ascii(code)[:80]}: use one of {', '.join(known)}")


async def _update(connection: Connection, name: str, **values: Any) -> None:
    await connection.execute(update(AccountRow).where(AccountRow.name == name).values(**values))


def _account(row: RowMapping) -> Account:
    return Account(**{**row, "role": Role(row["role"])})
