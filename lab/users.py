"""The lab's users: an account and a token of each role, so that everything can be asked as everybody."""

import asyncio
from typing import Any, Protocol

from ct112.store import Connection, Store, accounts, tokens
from ct112.store.handed_out import digest
from ct112.store.roles import Role
from ct112.web.access.passwords import HASHER, hashed

OPERATORS = 3
USERS: dict[str, dict[str, Any]] = {
    "admin": {"role": Role.ADMIN},
    "supervisor": {"role": Role.SUPERVISOR},
    **{
        f"operator-{number}": {"role": Role.OPERATOR, "operator": f"operator-{number}"}
        for number in range(1, OPERATORS + 1)
    },
    **{agency: {"role": Role.AGENCY, "agency": agency} for agency in ("damkar", "pmi")},
    "sensor": {"role": Role.INTEGRATION},
}


class Secrets(Protocol):
    """Secrets by name, the same at each start of the lab."""

    def __getitem__(self, name: str) -> str:
        """Return the secret of this name."""
        ...


def make_users(database_url: str, secrets: Secrets) -> dict[str, dict[str, str]]:
    """Make what is missing; return name, password and token of each user, for lab.json."""
    return asyncio.run(_make(database_url, secrets))


async def _make(database_url: str, secrets: Secrets) -> dict[str, dict[str, str]]:
    store = await Store.create(database_url)
    try:
        async with store.transaction() as connection:
            return {name: await _user(connection, name, secrets) for name in USERS}
    finally:
        await store.close()


async def _user(connection: Connection, name: str, secrets: Secrets) -> dict[str, str]:
    password, token = secrets[f"user {name}"], tokens.PREFIX + secrets[f"token {name}"]
    account = await accounts.find(connection, name)
    if account is None:
        account = await accounts.add(connection, name, **USERS[name])
    if account.password_hash is None or not HASHER.verify(password, account.password_hash):
        await accounts.set_password(connection, name, hashed(password))
    if await tokens.holder(connection, digest(token)) is None:
        await tokens.add(connection, name, label="lab", scopes=["*"], created_by="lab", secret=token)
    return {"username": name, "password": password, "token": token}
