"""The owner of a database, who is no superuser, may migrate it up, search, and migrate it down."""

import asyncio
import secrets
import uuid

import asyncpg
from sqlalchemy import make_url

from ct112.incidents.places import NamedPlace
from ct112.store import Store, migrate, places
from lab.throwaway import Server


async def test_an_owner_without_rights_may_migrate_and_search(server: Server) -> None:
    name, word = f"owner_{uuid.uuid4().hex[:8]}", secrets.token_hex(8)
    root = await asyncpg.connect(server.url("postgres"))
    await root.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{word}' NOSUPERUSER NOCREATEDB NOCREATEROLE")
    await root.execute(f"CREATE DATABASE {name} OWNER {name}")
    url = make_url(server.url(name)).set(username=name, password=word).render_as_string(hide_password=False)
    await asyncio.to_thread(migrate.upgrade, url)
    store = await Store.create(url)
    async with store.transaction() as connection:
        place = NamedPlace(code="s1", kind="street", name="Jalan Melati")
        await places.take_names(connection, [place], by="test", digest="-")
        assert [one.code for one in await places.search(connection, "jl mlati")] == ["s1"]
    await store.close()
    await asyncio.to_thread(migrate.downgrade, url, "base")
    await root.execute(f"DROP DATABASE {name}")
    await root.execute(f"DROP ROLE {name}")
    await root.close()
