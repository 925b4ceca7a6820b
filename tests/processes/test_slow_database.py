"""A database that takes connections and answers nothing: no process hangs on it, not even to leave."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lab.throwaway import Server
from tests.processes.running import BEARER, Process, running

pytestmark = pytest.mark.real
LEAVE_SECONDS = 9.5  # whoever stops a process waits longer than that, and then kills it


@pytest.fixture
async def thawed(server: Server, database_url: str) -> AsyncIterator[Server]:
    """Give the server, and let it go on before the database is dropped."""
    yield server
    await asyncio.to_thread(server.thaw)


async def _there(process: Process) -> None:
    await process.until(lambda parts: parts.get("database", (False, ""))[0], 20)


async def _left(process: Process) -> float:
    """Tell it to leave; return after how many seconds it had left in good order."""
    began = time.monotonic()
    code, said = await process.leave()
    assert code == 0, said
    return time.monotonic() - began


async def test_the_worker_waits_goes_on_and_leaves(thawed: Server, database_url: str, tmp_path: Path) -> None:
    async with running("worker", database_url, tmp_path) as worker:
        await _there(worker)
        await asyncio.to_thread(thawed.freeze)
        await worker.until(lambda parts: not parts["database"][0], 30)
        assert (await worker.get("/healthz"))[0] == 200
        await asyncio.to_thread(thawed.thaw)
        await worker.until(lambda parts: all(ok for ok, _ in parts.values()), 60)
        await asyncio.to_thread(thawed.freeze)
        assert await _left(worker) < LEAVE_SECONDS


async def test_web_answers_in_time_and_leaves(thawed: Server, database_url: str, tmp_path: Path) -> None:
    async with running("web", database_url, tmp_path) as web:
        await _there(web)
        await asyncio.to_thread(thawed.freeze)
        began = time.monotonic()
        status, problem = await web.get("/api/v1/calls", headers=BEARER)
        assert (status, problem["title"]) == (503, "database away")
        assert time.monotonic() - began < 12
        assert (await web.get("/healthz"))[0] == 200
        assert await _left(web) < LEAVE_SECONDS
