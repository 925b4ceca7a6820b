"""`ct112 web` as a process of its own: with `ct112 serve` away, with PostgreSQL away, with both."""

import asyncio
from pathlib import Path

import psutil
import pytest

from ct112.web import process
from lab.throwaway import Server
from tests.processes.running import BEARER, running

pytestmark = pytest.mark.real
NOWHERE = "postgresql://nobody@127.0.0.1:1/none"


async def test_with_serve_away_lists_are_answered_and_what_is_live_says_so(
    database_url: str, tmp_path: Path
) -> None:
    async with running("web", database_url, tmp_path) as web:
        await web.until(lambda parts: parts.get("database", (False,))[0], 15)
        assert (await web.get("/readyz"))[0] == 200
        await web.until(lambda parts: "reached" in parts["live"][1], 15)
        parts = await web.parts()  # for everybody: no versions, no addresses
        assert parts["live"] == (False, "ct112 serve cannot be reached: Connection refused")
        assert parts["database"] == (True, "there")
        status, page = await web.get("/api/v1/calls", headers=BEARER)
        assert (status, page["total"]) == (200, 0)
        assert (await web.get("/api/v1/callbacks", headers=BEARER))[0] == 200
        status, problem = await web.get("/api/v1/positions", headers=BEARER)
        assert (status, problem["title"]) == (503, "live is away")
        assert "ct112 serve" in problem["detail"]
        code, said = await web.leave()
    assert code == 0, said


async def test_it_takes_all_the_connections_it_may(tmp_path: Path) -> None:
    """More than the usual limit of open files; one that is too many is closed, and the rest goes on."""
    async with running("web", NOWHERE, tmp_path) as web:
        await web.answers()
        port = int(web.url.rpartition(":")[2])
        files, _ = psutil.Process(web.process.pid).rlimit(psutil.RLIMIT_NOFILE)
        assert files > process.MOST_CONNECTIONS
        many = [await asyncio.open_connection("127.0.0.1", port) for _ in range(300)]
        assert (await web.get("/healthz"))[0] == 200
        _, metrics = await web.get("/metrics")
        assert "ct112_live_clients" in metrics
        assert "ct112_operators_on_duty" not in metrics, "a zero here would be a false alarm"
        for _, writer in many:
            writer.close()


async def test_with_postgresql_away_it_says_so_and_lives(tmp_path: Path) -> None:
    async with running("web", NOWHERE, tmp_path) as web:
        await web.until(lambda parts: "away" in parts.get("database", (False, ""))[1], 15)
        assert (await web.get("/healthz"))[0] == 200
        assert (await web.get("/readyz"))[0] == 503, "neither lists nor the floor can be shown"
        status, problem = await web.get("/api/v1/calls", headers=BEARER)
        assert (status, problem["title"]) == (503, "database away")
        assert problem["detail"]
        code, said = await web.leave()
    assert code == 0, said
    assert "Traceback" not in said


async def test_it_goes_on_when_postgresql_is_back(server: Server, database_url: str, tmp_path: Path) -> None:
    async with running("web", database_url, tmp_path) as web:
        await web.until(lambda parts: parts.get("database", (False,))[0], 15)
        await asyncio.to_thread(server.stop)
        try:
            await web.until(lambda parts: not parts["database"][0], 15)
            assert (await web.get("/api/v1/calls", headers=BEARER))[0] == 503
        finally:
            await asyncio.to_thread(server.start)
        await web.until(lambda parts: parts["database"][0], 40)
        assert (await web.get("/api/v1/calls", headers=BEARER))[0] == 200
