"""`ct112 account`, `ct112 token`, `ct112 audit`: as an administrator types them."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ct112.cli import accounts as cli_accounts
from ct112.cli import audit as cli_audit
from ct112.cli import tokens as cli_tokens
from ct112.store import Store, accounts, audit, sessions, tokens
from ct112.store.handed_out import digest
from ct112.store.roles import Role
from ct112.web.access.passwords import HASHER
from ct112.worker.sealer import Sealer

PASSWORD = "correct horse battery"


class Terminal:
    """A terminal with the database and the audit's folder in its environment."""

    def __init__(self, database_url: str, folder: Path) -> None:
        self.folder = folder
        self._environment = {
            "CT112_DATABASE_URL": database_url,
            "CT112_STATE_DIR": str(folder),
            "CT112_ENV_FILE": None,
        }

    def run(self, app: Any, *words: str, stdin: str = "", code: int = 0) -> str:
        """Run a command, check its exit code, return what it said."""
        result = CliRunner().invoke(app, list(words), input=stdin, env=self._environment)
        assert result.exit_code == code, result.output
        return result.output

    async def account(self, *words: str, stdin: str = "", code: int = 0) -> str:
        """Run `ct112 account`: it has an event loop of its own."""
        return await asyncio.to_thread(self.run, cli_accounts.app, *words, stdin=stdin, code=code)

    async def token(self, *words: str, code: int = 0) -> str:
        """Run `ct112 token`."""
        return await asyncio.to_thread(self.run, cli_tokens.app, *words, code=code)

    async def audit(self, *words: str, code: int = 0) -> str:
        """Run `ct112 audit`."""
        return await asyncio.to_thread(self.run, cli_audit.app, *words, code=code)

    def sealer(self, store: Store) -> Sealer:
        """Return the sealer of this centre."""
        return Sealer(store, self.folder / "audit" / "key", self.folder / "audit" / "heads.jsonl")


@pytest.fixture
def terminal(database_url: str, tmp_path: Path) -> Terminal:
    """Give a terminal."""
    return Terminal(database_url, tmp_path)


async def actions(store: Store) -> list[tuple[str, str | None]]:
    """Return what is in the audit, the oldest first."""
    async with store.transaction() as connection:
        rows = (await audit.page(connection)).items
    assert all(row.actor.startswith("cli:") and row.role == "machine" for row in rows)
    return [(row.action, row.object_id) for row in reversed(rows) if row.action != "account.list"]


async def account(store: Store, name: str) -> accounts.Account:
    """Return an account."""
    async with store.transaction() as connection:
        return await accounts.get(connection, name)


async def test_an_account_lives_its_life_on_the_machine(terminal: Terminal, store: Store) -> None:
    said = await terminal.account("add", "siti", "operator", "--operator", "siti", stdin=f"{PASSWORD}\n")
    assert PASSWORD not in said
    made = await account(store, "siti")
    assert HASHER.verify(PASSWORD, made.password_hash or "")
    await terminal.account("role", "siti", "supervisor")
    await terminal.account("password", "siti", stdin="another horse battery\n")
    await terminal.account("no-codes", "siti")
    await terminal.account("disable", "siti")
    assert "disabled" in await terminal.account("list")
    await terminal.account("enable", "siti")
    now = await account(store, "siti")
    assert (now.role, now.operator, now.active) == (Role.SUPERVISOR, "siti", True)
    assert HASHER.verify("another horse battery", now.password_hash or "")
    assert [action for action, _ in await actions(store)] == [
        "account.add",
        "account.change",
        "account.password",
        "account.codes_remove",
        "account.change",
        "account.change",
    ]


@pytest.mark.parametrize("password", ["", "short", "aaaaaaaaaaaaaaaa", "siti-has-this-name"])
async def test_a_password_that_will_not_do_makes_no_account(
    terminal: Terminal, store: Store, password: str
) -> None:
    said = await terminal.account("add", "siti", "operator", stdin=f"{password}\n", code=1)
    assert "password" in said
    async with store.transaction() as connection:
        assert (await accounts.page(connection)).total == 0


async def test_what_cannot_be_is_one_sentence(terminal: Terminal) -> None:
    await terminal.account("add", "siti", "operator", "--no-password")
    assert "there already" in await terminal.account("add", "siti", "admin", "--no-password", code=1)
    assert "is no name" in await terminal.account("add", "Siti", "admin", "--no-password", code=1)
    assert "agency's code" in await terminal.account("add", "damkar", "agency", "--no-password", code=1)
    assert "no account" in await terminal.account("disable", "nobody", code=1)
    assert "CT112_OIDC_ISSUER" in await terminal.account("add", "b", "admin", "--oidc-subject", "x", code=1)


async def test_disabling_ends_sessions_at_once(terminal: Terminal, store: Store) -> None:
    await terminal.account("add", "siti", "operator", "--no-password")
    async with store.transaction() as connection:
        _, secret = await sessions.begin(
            connection, "siti", via="password", source="", idle_seconds=60, total_seconds=60
        )
    await terminal.account("disable", "siti")
    await terminal.account("enable", "siti")
    async with store.transaction() as connection:
        assert await sessions.holder(connection, digest(secret)) is None


async def test_break_glass_is_an_audited_admin_for_some_hours(terminal: Terminal, store: Store) -> None:
    said = await terminal.account("break-glass", "--hours", "2")
    name = re.search(r"account: (\S+)", said)
    password = re.search(r"password: (\S+)", said)
    assert name
    assert password
    made = await account(store, name[1])
    assert (made.role, made.usable) == (Role.ADMIN, True)
    assert HASHER.verify(password[1], made.password_hash or "")
    assert made.expires_at is not None
    assert timedelta(hours=1.9) < made.expires_at - datetime.now(UTC) < timedelta(hours=2.1)
    assert await actions(store) == [("account.break_glass", name[1])]
    assert f"until {made.expires_at.astimezone():%Y-%m-%d}" in await terminal.account("list")


async def test_a_token_lives_its_life_on_the_machine(terminal: Terminal, store: Store) -> None:
    await terminal.account("add", "gauge", "integration", "--no-password")
    said = await terminal.token(
        "add", "gauge", "--label", "rob gauge", "--scope", "calls:read", "--scope", "alerts"
    )
    secret = re.search(r"^ct112_\S+", said, re.MULTILINE)
    assert secret
    async with store.transaction() as connection:
        holder = await tokens.holder(connection, digest(secret[0]))
    assert holder is not None
    assert holder.scopes == ("calls:read", "alerts")
    listed = await terminal.token("list")
    assert secret[0] not in listed
    await terminal.token("revoke", str(holder.id))
    assert "revoked" in await terminal.token("list", "gauge")
    async with store.transaction() as connection:
        assert await tokens.holder(connection, digest(secret[0])) is None
    assert "is no scope" in await terminal.token("add", "gauge", "--label", "x", "--scope", "all!", code=1)
    assert "no account" in await terminal.token("add", "nobody", "--label", "x", "--scope", "*", code=1)
    assert "no id of a token" in await terminal.token("revoke", "x", code=1)
    found = [action for action, _ in await actions(store)]
    assert found == ["account.add", "token.add", "token.revoke"]


async def test_verify_says_which_row_and_ends_with_one(
    terminal: Terminal, store: Store, database_url: str
) -> None:
    import asyncpg

    assert "ct112 worker makes it" in await terminal.audit("verify", code=1)
    for name in ("a", "b", "c"):
        await terminal.account("add", name, "operator", "--no-password")
    await terminal.sealer(store).work()
    assert "✓ 3 rows, none removed, changed or cut off" in await terminal.audit("verify")
    connection = await asyncpg.connect(database_url)
    await connection.execute("ALTER TABLE audit DISABLE TRIGGER USER")
    await connection.execute("UPDATE audit SET actor = 'budi' WHERE seq = 2")
    assert "✗ row 2: changed" in await terminal.audit("verify", code=1)
    await connection.execute("DELETE FROM audit WHERE seq >= 2")
    await connection.close()
    assert "✗ rows 2–3: the end was cut off: it reached row 3" in await terminal.audit("verify", code=1)
    (terminal.folder / "audit" / "heads.jsonl").unlink()
    assert "a cut end would not show" in await terminal.audit("verify")


async def test_show_says_who_did_what(terminal: Terminal) -> None:
    await terminal.account("add", "siti", "operator", "--no-password")
    await terminal.account("role", "siti", "admin")
    said = await terminal.audit("show", "--action", "account.change", "--days", "1")
    assert "account.change" in said
    assert "role=admin" in said
    assert "account.add" not in said


async def test_erase_and_delete_leave_the_chain_whole(terminal: Terminal, store: Store) -> None:
    assert "is not there" in await terminal.audit("erase", "--older-than", "30", code=1)
    await terminal.account("add", "siti", "operator", "--no-password")
    await terminal.sealer(store).work()
    assert "0 rows" in await terminal.audit("erase", "--older-than", "30")
    assert "0 rows" in await terminal.audit("delete", "--older-than", "30")
    await terminal.audit("delete", "--older-than", "1", code=2)
    assert "✓ 1 rows" in await terminal.audit("verify")
