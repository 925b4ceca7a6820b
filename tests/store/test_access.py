"""Accounts, sessions and tokens in the database."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from ct112.store import Store, accounts, sessions, tokens
from ct112.store.accounts import AccountError, StaleAccount, UnknownAccount
from ct112.store.engine import Connection
from ct112.store.handed_out import digest
from ct112.store.roles import Role

SOON = datetime.now(UTC) + timedelta(hours=1)


@pytest.fixture
async def connection(store: Store) -> AsyncIterator[Connection]:
    """Give a connection in a transaction."""
    async with store.transaction() as given:
        yield given


async def begin(connection: Connection, name: str = "siti", idle: int = 60) -> str:
    """Begin a session, return its secret."""
    _, secret = await sessions.begin(
        connection, name, via="password", source="192.0.2.1", idle_seconds=idle, total_seconds=3600
    )
    return secret


async def test_an_account_is_made_changed_and_disabled(connection: Connection) -> None:
    made = await accounts.add(connection, "siti", Role.OPERATOR, operator="siti", password_hash="hash")
    assert (made.role, made.version, made.usable) == (Role.OPERATOR, 1, True)
    changed = await accounts.change(connection, "siti", 1, {"role": Role.SUPERVISOR})
    assert (changed.role, changed.version, changed.operator) == (Role.SUPERVISOR, 2, "siti")
    with pytest.raises(StaleAccount, match="read it again"):
        await accounts.change(connection, "siti", 1, {"active": False})
    assert not (await accounts.change(connection, "siti", 2, {"active": False})).usable
    assert "hash" not in repr(made)


@pytest.mark.parametrize("name", ["", "Siti", "-siti", "siti rahma", "siti\n", "a" * 64, "ünal", "x/y", "'"])
async def test_a_name_that_is_none_is_refused(connection: Connection, name: str) -> None:
    with pytest.raises(AccountError, match="is no name"):
        await accounts.add(connection, name, Role.OPERATOR)


async def test_an_agency_has_a_code_and_nobody_else(connection: Connection) -> None:
    with pytest.raises(AccountError, match="agency's code"):
        await accounts.add(connection, "damkar", Role.AGENCY)
    with pytest.raises(AccountError, match="agency's code"):
        await accounts.add(connection, "siti", Role.OPERATOR, agency="damkar")
    await accounts.add(connection, "damkar", Role.AGENCY, agency="damkar")
    with pytest.raises(AccountError, match="there is no agency 'nobody': use one of bpbd"):
        await accounts.add(connection, "nobody", Role.AGENCY, agency="nobody")
    with pytest.raises(AccountError, match="use one of bpbd"):
        await accounts.change(connection, "damkar", None, {"agency": "nobody"})
    changed = await accounts.change(connection, "damkar", None, {"role": Role.OPERATOR})
    assert changed.agency is None


async def test_a_name_is_never_given_twice(connection: Connection) -> None:
    await accounts.add(connection, "siti", Role.OPERATOR)
    await accounts.change(connection, "siti", None, {"active": False})
    with pytest.raises(AccountError, match="there already"):
        await accounts.add(connection, "siti", Role.ADMIN)
    with pytest.raises(UnknownAccount):
        await accounts.get(connection, "budi")


@pytest.mark.parametrize("name", ["api-token", "nobody"])
async def test_nobody_is_called_as_the_audit_calls_others(connection: Connection, name: str) -> None:
    with pytest.raises(AccountError, match="choose another name"):
        await accounts.add(connection, name, Role.ADMIN)


async def test_accounts_are_listed_page_by_page(connection: Connection) -> None:
    for name in ("c", "a", "b"):
        await accounts.add(connection, name, Role.OPERATOR)
    first = await accounts.page(connection, limit=2)
    rest = await accounts.page(connection, limit=2, after=first.next)
    assert [account.name for account in [*first.items, *rest.items]] == ["a", "b", "c"]
    assert (first.total, rest.next) == (3, None)


async def test_a_session_says_what_its_account_is_now(connection: Connection) -> None:
    await accounts.add(connection, "siti", Role.OPERATOR)
    secret = await begin(connection)
    holder = await sessions.holder(connection, digest(secret))
    assert holder is not None
    assert (holder.name, holder.role, holder.scopes) == ("siti", Role.OPERATOR, None)
    await accounts.change(connection, "siti", None, {"role": Role.ADMIN})
    holder = await sessions.holder(connection, digest(secret))
    assert holder is not None
    assert holder.role is Role.ADMIN
    await accounts.change(connection, "siti", None, {"active": False})
    assert await sessions.holder(connection, digest(secret)) is None


@pytest.mark.parametrize(
    "aging",
    [
        "UPDATE session SET last_seen_at = now() - interval '61 seconds'",
        "UPDATE session SET expires_at = now() - interval '1 second'",
        "UPDATE account SET expires_at = now() - interval '1 second'",
    ],
)
async def test_a_session_comes_to_its_end(connection: Connection, aging: str) -> None:
    await accounts.add(connection, "siti", Role.ADMIN, expires_at=SOON)
    secret = await begin(connection)
    assert await sessions.holder(connection, digest(secret)) is not None
    await connection.execute(text(aging))
    assert await sessions.holder(connection, digest(secret)) is None


async def test_what_is_used_goes_on(connection: Connection) -> None:
    await accounts.add(connection, "siti", Role.OPERATOR)
    secret = await begin(connection, idle=300)
    await connection.execute(text("UPDATE session SET last_seen_at = now() - interval '200 seconds'"))
    await sessions.holder(connection, digest(secret))
    seen = await connection.scalar(text("SELECT last_seen_at = now() FROM session"))
    assert seen is True


async def test_the_secret_of_a_session_is_not_in_the_database(connection: Connection) -> None:
    await accounts.add(connection, "siti", Role.OPERATOR)
    secret = await begin(connection)
    row = await connection.scalar(text("SELECT session::text FROM session"))
    assert secret not in str(row)
    assert await sessions.holder(connection, digest(secret + "x")) is None
    assert await sessions.holder(connection, digest("\ud800")) is None


async def test_ending_all_but_ones_own(connection: Connection) -> None:
    await accounts.add(connection, "siti", Role.OPERATOR)
    first, second = await begin(connection), await begin(connection)
    mine = await sessions.holder(connection, digest(second))
    assert mine is not None
    assert await sessions.end_all(connection, "siti", but=mine.id) == 1
    assert await sessions.holder(connection, digest(first)) is None
    assert await sessions.holder(connection, digest(second)) is not None
    await sessions.end(connection, mine.id)
    assert await sessions.holder(connection, digest(second)) is None


async def test_an_account_has_so_many_sessions_and_no_more(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "MOST_SESSIONS", 3)
    await accounts.add(connection, "siti", Role.OPERATOR)
    for _ in range(5):
        await begin(connection)
    assert len(await sessions.living(connection, "siti")) == 3


async def test_a_browser_is_known_for_its_own_account_alone(connection: Connection) -> None:
    for name in ("siti", "budi"):
        await accounts.add(connection, name, Role.OPERATOR)
    secret = await sessions.remember_device(connection, "siti")
    assert await sessions.knows_device(connection, "siti", secret)
    assert not await sessions.knows_device(connection, "budi", secret)
    await connection.execute(text("UPDATE login_device SET last_used_at = now() - interval '1 year'"))
    assert not await sessions.knows_device(connection, "siti", secret)
    assert await sessions.forget_old(connection) == 1


async def test_a_token_has_its_accounts_role_and_its_own_scopes(connection: Connection) -> None:
    await accounts.add(connection, "sensor", Role.INTEGRATION)
    token, secret = await tokens.add(
        connection, "sensor", label="rob gauge", scopes=["calls:read"], created_by="admin", expires_at=SOON
    )
    holder = await tokens.holder(connection, digest(secret))
    assert holder is not None
    assert (holder.name, holder.scopes) == ("sensor", ("calls:read",))
    assert (await tokens.get(connection, token.id)).last_used_at is not None
    await tokens.revoke(connection, token.id)
    assert await tokens.holder(connection, digest(secret)) is None
    assert (await tokens.page(connection)).items[0].revoked_at is not None


@pytest.mark.parametrize(
    "aging",
    [
        "UPDATE api_token SET expires_at = now() - interval '1 second'",
        "UPDATE account SET active = false",
        "UPDATE account SET expires_at = now() - interval '1 second'",
    ],
)
async def test_a_token_comes_to_its_end(connection: Connection, aging: str) -> None:
    await accounts.add(connection, "sensor", Role.INTEGRATION)
    _, secret = await tokens.add(connection, "sensor", label="x", scopes=["*"], created_by="a")
    assert await tokens.holder(connection, digest(secret)) is not None
    await connection.execute(text(aging))
    assert await tokens.holder(connection, digest(secret)) is None


@pytest.mark.parametrize(
    "scopes", [[], ["calls:delete"], ["Calls"], ["calls:read:x"], [""], ["a" * 9 + "\n"]]
)
async def test_a_scope_that_is_none_is_refused(connection: Connection, scopes: list[str]) -> None:
    await accounts.add(connection, "sensor", Role.INTEGRATION)
    with pytest.raises(tokens.TokenError, match="is no scope"):
        await tokens.add(connection, "sensor", label="x", scopes=scopes, created_by="a")


async def test_a_code_counts_once(connection: Connection) -> None:
    await accounts.add(connection, "siti", Role.ADMIN)
    assert await accounts.use_totp_step(connection, "siti", 100)
    assert not await accounts.use_totp_step(connection, "siti", 100)
    assert not await accounts.use_totp_step(connection, "siti", 99)
    assert await accounts.use_totp_step(connection, "siti", 101)


async def test_a_break_glass_admin_is_not_one_to_rely_on(connection: Connection) -> None:
    await accounts.add(connection, "glass", Role.ADMIN, expires_at=SOON)
    assert await accounts.admins(connection) == 0
    await accounts.add(connection, "admin", Role.ADMIN)
    assert await accounts.admins(connection) == 1
