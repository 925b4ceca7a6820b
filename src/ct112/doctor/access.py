"""The checks of accounts and of the audit; they ask the database."""

import asyncio
from pathlib import Path

from ct112.doctor.checks import Answer, Trouble
from ct112.store import Connection, Store, accounts
from ct112.store.audit_chain import key_id
from ct112.store.audit_seal import head, unsealed
from ct112.store.roles import Role
from ct112.worker.audit_key import KeyTrouble, read_key

LONGEST_UNSEALED_SECONDS = 60.0


async def admins(address: str) -> Answer:
    """Somebody may sign in as an admin, and nobody with broken glass; warnings alone."""
    store = await Store.create(address)
    try:
        async with store.transaction() as connection:
            lasting = await accounts.admins(connection)
            glass = await _broken_glass(connection)
    finally:
        await store.close()
    if glass:
        return None, f"break-glass admins may sign in: {', '.join(glass)}"
    if not lasting:
        return None, "no account is an admin: CT112_API_TOKEN alone may all"
    return True, f"{lasting} may sign in as an admin"


async def audit(address: str, key_file: Path) -> Answer:
    """The audit is sealed in time, with the key that is there."""
    store = await Store.create(address)
    try:
        async with store.transaction() as connection:
            end, waiting = await head(connection), await unsealed(connection)
    finally:
        await store.close()
    try:
        key = await asyncio.to_thread(read_key, key_file)
    except KeyTrouble as error:
        raise Trouble(str(error), "put it right: without the key nothing is sealed or verified") from error
    if end is not None and (key is None or key_id(key) != end.key_id):
        raise Trouble(f"{key_file} is not the key of the chain", "restore it from its copy")
    if waiting.oldest_seconds > LONGEST_UNSEALED_SECONDS:
        why = f"{waiting.rows} rows wait to be sealed, the oldest for {waiting.oldest_seconds:.0f} s"
        raise Trouble(why, "start ct112 worker, or see its log")
    return True, "nothing to seal yet" if end is None else f"{end.seq} rows are chained"


async def _broken_glass(connection: Connection) -> list[str]:
    page = await accounts.page(connection, limit=500)
    return [
        account.name
        for account in page.items
        if account.role is Role.ADMIN and account.expires_at is not None and account.usable
    ]
