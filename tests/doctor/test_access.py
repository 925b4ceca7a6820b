"""What doctor says of accounts and of the audit."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from ct112.doctor import access
from ct112.doctor.checks import Trouble
from ct112.store import Store, accounts, audit
from ct112.store.roles import Role
from ct112.worker.sealer import Sealer

SOON = datetime.now(UTC) + timedelta(hours=1)


async def note(store: Store) -> None:
    """Add a row."""
    async with store.transaction() as connection:
        await audit.note(connection, actor="a", role="admin", action="call.read", object_kind="call")


async def test_who_may_sign_in_as_an_admin(store: Store, database_url: str) -> None:
    assert await access.admins(database_url) == (
        None,
        "no account is an admin: CT112_API_TOKEN alone may all",
    )
    async with store.transaction() as connection:
        await accounts.add(connection, "budi", Role.ADMIN)
    assert await access.admins(database_url) == (True, "1 may sign in as an admin")
    async with store.transaction() as connection:
        await accounts.add(connection, "glass-1", Role.ADMIN, expires_at=SOON)
    assert await access.admins(database_url) == (None, "break-glass admins may sign in: glass-1")


async def test_how_the_audit_stands(store: Store, database_url: str, tmp_path: Path) -> None:
    key = tmp_path / "key"
    assert await access.audit(database_url, key) == (True, "nothing to seal yet")
    await note(store)
    assert await access.audit(database_url, key) == (True, "nothing to seal yet")
    await Sealer(store, key, tmp_path / "heads").work()
    assert await access.audit(database_url, key) == (True, "1 rows are chained")
    await note(store)
    async with store.transaction() as connection:
        await connection.execute(text("ALTER TABLE audit DISABLE TRIGGER USER"))
        await connection.execute(text("UPDATE audit SET at = at - interval '2 minutes' WHERE seq IS NULL"))
    with pytest.raises(Trouble, match="1 rows wait to be sealed"):
        await access.audit(database_url, key)
    key.unlink()
    with pytest.raises(Trouble, match="is not the key of the chain"):
        await access.audit(database_url, key)
    key.write_text("00" * 32)
    key.chmod(0o644)
    with pytest.raises(Trouble, match="chmod 600"):
        await access.audit(database_url, key)
