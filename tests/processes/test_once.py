"""A request that makes something, its web killed in the middle of it: made once, with the same key."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from tests.processes.running import BEARER, Process, running

pytestmark = pytest.mark.real
SITI = {"name": "siti", "full_name": "Siti"}
BUDI = {"name": "budi", "full_name": "Budi"}


@asynccontextmanager
async def held(database_url: str, table: str) -> AsyncIterator[asyncpg.Connection]:
    """Keep everybody from writing a table."""
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute(f"BEGIN; LOCK TABLE {table} IN EXCLUSIVE MODE")
        yield connection
    finally:
        await connection.close()


async def waiting(connection: asyncpg.Connection, table: str) -> None:
    """Wait until somebody waits for the table: all before it is done, nothing is committed."""
    query = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = $1::regclass"
    async with asyncio.timeout(10):
        while not await connection.fetchval(query, table):  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def post(web: Process, body: dict[str, str], key: str = "k") -> tuple[int, Any]:
    """Ask for an operator."""
    headers = BEARER | {"Idempotency-Key": key}
    return await web.get("/api/v1/operators", method="POST", json=body, headers=headers)


async def names(database_url: str) -> list[str]:
    """Return the operators there are."""
    connection = await asyncpg.connect(database_url)
    try:
        return [row["name"] for row in await connection.fetch("SELECT name FROM operator ORDER BY name")]
    finally:
        await connection.close()


async def test_a_web_killed_in_the_middle_leaves_nothing_and_the_same_key_makes_it_once(
    database_url: str, tmp_path: Path
) -> None:
    async with running("web", database_url, tmp_path) as web:
        await web.until(lambda parts: parts.get("database", (False,))[0], 15)
        async with held(database_url, "audit") as lock:  # the row after the operator's, before the answer
            asking = asyncio.create_task(post(web, SITI))
            await waiting(lock, "audit")
            web.process.kill()
            assert (await asking)[0] == 0
    assert await names(database_url) == []
    async with running("web", database_url, tmp_path) as web:
        await web.until(lambda parts: parts.get("database", (False,))[0], 15)
        first, again = await post(web, SITI), await post(web, SITI)
        assert first == again
        assert first[0] == 201
        assert (await post(web, BUDI))[0] == 422
    assert await names(database_url) == ["siti"]


async def test_two_webs_make_one_and_who_comes_second_waits_or_is_told(
    database_url: str, tmp_path: Path
) -> None:
    async with running("web", database_url, tmp_path) as one, running("web", database_url, tmp_path) as two:
        for web in (one, two):
            await web.until(lambda parts: parts.get("database", (False,))[0], 15)
        answers = await asyncio.gather(*(post(web, SITI) for web in (one, two) * 4))
        assert [answer for answer in answers if answer != answers[0]] == []
        async with held(database_url, "audit") as lock:
            slow = asyncio.create_task(post(one, BUDI, "other"))
            await waiting(lock, "audit")
            status, told = await post(two, BUDI, "other")
            assert (status, told["type"]) == (409, "urn:ct112:problem:conflict")
            assert "again in a second" in told["detail"]
        assert (await slow)[0] == 201
    assert await names(database_url) == ["budi", "siti"]
