"""The routes of accounts."""

from typing import Any

from ct112.store import accounts, sessions
from ct112.store.accounts import Account, AccountError, StaleAccount, UnknownAccount
from ct112.store.engine import Connection
from ct112.store.pages import BadCursor
from ct112.web import kinds
from ct112.web.access.passwords import BadPassword
from ct112.web.access.principal import Role
from ct112.web.accounts.model import (
    AccountChange,
    AccountPage,
    AccountQuery,
    AccountView,
    ByAccount,
    NewAccount,
    PasswordGiven,
    SessionList,
    SessionView,
)
from ct112.web.house import House
from ct112.web.problems import Problem, bad_cursor
from ct112.web.routes import Route

ADMINS = frozenset({Role.ADMIN})
LAST = "this is the last admin that may sign in: make another one first"


def shown(account: Account) -> AccountView:
    """Return an account without its secrets."""
    return AccountView(
        codes=account.totp_confirmed,
        has_password=account.password_hash is not None,
        **{name: getattr(account, name) for name in AccountView.model_fields if hasattr(account, name)},
    )


async def list_accounts(connection: Connection, query: AccountQuery) -> AccountPage:
    """List who may sign in, by name."""
    try:
        page = await accounts.page(connection, limit=query.limit, after=query.after)
    except BadCursor:
        raise bad_cursor() from None
    return AccountPage(accounts=tuple(map(shown, page.items)), total=page.total, next=page.next)


async def show_account(connection: Connection, path: ByAccount) -> AccountView:
    """Show an account."""
    return shown(await _there(connection, path.name))


async def hashed_new(house: House, body: NewAccount) -> str | None:
    """Return the password's hash, when there is one. Raises Problem."""
    return None if body.password is None else await _hashed(house, body.name, body.password)


async def add_account(
    house: House, connection: Connection, prepared: str | None, body: NewAccount
) -> AccountView:
    """Make an account."""
    try:
        made = await accounts.add(
            connection,
            body.name,
            body.role,
            operator=body.operator,
            agency=body.agency,
            password_hash=prepared,
            oidc=_oidc(house, body.oidc_subject),
        )
    except AccountError as error:
        raise Problem(kinds.REFUSED, str(error)) from error
    return shown(made)


async def change_account(
    house: House, connection: Connection, path: ByAccount, body: AccountChange, version: int
) -> AccountView:
    """Change an account's role, whom it stands for, or whether it may be used; it counts at once."""
    changes: dict[str, Any] = {name: getattr(body, name) for name in body.model_fields_set}
    if "oidc_subject" in changes:
        issuer, subject = _oidc(house, body.oidc_subject) or (None, None)
        changes |= {"oidc_issuer": issuer, "oidc_subject": subject}
    if None in (changes.get("role", ""), changes.get("active", "")):
        raise Problem(kinds.REFUSED, "role and active cannot be null: leave them out to keep them")
    await accounts.lock_all(connection)
    before = await _there(connection, path.name)
    try:
        after = await accounts.change(connection, path.name, version, changes)
    except StaleAccount as error:
        raise Problem(kinds.STALE, str(error)) from error
    except AccountError as error:
        raise Problem(kinds.REFUSED, str(error)) from error
    await _keep_an_admin(connection, before, after)
    if not after.active:
        await sessions.end_all(connection, path.name)
    return shown(after)


async def hashed_given(house: House, path: ByAccount, body: PasswordGiven) -> str:
    """Return the password's hash. Raises Problem."""
    return await _hashed(house, path.name, body.password)


async def set_password(connection: Connection, path: ByAccount, prepared: str, body: PasswordGiven) -> None:  # noqa: ARG001
    """Give somebody another password: their sessions end."""
    await _there(connection, path.name)
    await accounts.set_password(connection, path.name, prepared)
    await sessions.end_all(connection, path.name)


async def remove_account_codes(connection: Connection, path: ByAccount) -> None:
    """Ask somebody who has lost the telephone for no codes any more: their sessions end."""
    await _there(connection, path.name)
    await accounts.set_totp(connection, path.name, None, confirmed=False)
    await sessions.end_all(connection, path.name)


async def list_sessions(connection: Connection, path: ByAccount) -> SessionList:
    """List where somebody is signed in."""
    await _there(connection, path.name)
    found = tuple(map(SessionView.model_validate, await sessions.living(connection, path.name)))
    return SessionList(sessions=found, total=len(found))


async def end_sessions(connection: Connection, path: ByAccount) -> None:
    """Sign somebody out everywhere."""
    await _there(connection, path.name)
    await sessions.end_all(connection, path.name)


async def _there(connection: Connection, name: str) -> Account:
    try:
        return await accounts.lock(connection, name)
    except UnknownAccount as error:
        raise Problem(kinds.NOT_FOUND, "see GET /api/v1/accounts", title="no such account") from error


async def _hashed(house: House, name: str, password: Any) -> str:
    try:
        return await house.gate.passwords.hash(password.get_secret_value(), name)
    except BadPassword as error:
        raise Problem(kinds.REFUSED, str(error)) from error


async def _keep_an_admin(connection: Connection, before: Account, after: Account) -> None:
    """Refuse to take the last admin away; the transaction is rolled back."""
    was = before.role is Role.ADMIN and before.usable
    stays = after.role is Role.ADMIN and after.usable
    if was and not stays and await accounts.admins(connection) == 0:
        raise Problem(kinds.CONFLICT, LAST)


def _oidc(house: House, subject: str | None) -> tuple[str, str] | None:
    if subject is None:
        return None
    if house.gate.provider is None:
        raise Problem(kinds.REFUSED, "no OIDC provider is set: see CT112_OIDC_ISSUER")
    return house.gate.provider.settings.issuer, subject


NO_SUCH = frozenset({kinds.NOT_FOUND})
PATH = "/api/v1/accounts/{name}"
ROUTES = (
    Route("GET", "/api/v1/accounts", list_accounts, ADMINS, audit="account.list"),
    Route(
        "POST",
        "/api/v1/accounts",
        add_account,
        ADMINS,
        status=201,
        prepare=hashed_new,
        problems=frozenset({kinds.REFUSED}),
        audit="account.add",
    ),
    Route("GET", PATH, show_account, ADMINS, problems=NO_SUCH, audit="account.read"),
    Route(
        "PATCH",
        PATH,
        change_account,
        ADMINS,
        problems=NO_SUCH | {kinds.CONFLICT, kinds.REFUSED},
        audit="account.change",
    ),
    Route(
        "PUT",
        f"{PATH}/password",
        set_password,
        ADMINS,
        status=204,
        prepare=hashed_given,
        problems=NO_SUCH | {kinds.REFUSED},
        audit="account.password",
    ),
    Route(
        "DELETE",
        f"{PATH}/codes",
        remove_account_codes,
        ADMINS,
        status=204,
        problems=NO_SUCH,
        audit="account.codes_remove",
    ),
    Route("GET", f"{PATH}/sessions", list_sessions, ADMINS, problems=NO_SUCH, audit="account.sessions"),
    Route(
        "DELETE",
        f"{PATH}/sessions",
        end_sessions,
        ADMINS,
        status=204,
        problems=NO_SUCH,
        audit="account.sessions_end",
    ),
)
