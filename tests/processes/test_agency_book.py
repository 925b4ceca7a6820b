"""The agency book of a real `ct112 web`: PostgreSQL stopped under it, then web killed and started again."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from lab.throwaway import Server
from tests.processes.running import BEARER, Process, running

pytestmark = pytest.mark.real
BOOK = "/api/v1/agency-book"
WHY = "/api/v1/routing/explain?category=kebakaran&alarm_level=2"


async def book(web: Process) -> dict[str, Any]:
    """Return the book, once there is one."""
    for _ in range(400):
        status, found = await web.get(BOOK, headers=BEARER)
        if status == 200:
            return dict(found)
        await asyncio.sleep(0.05)
    raise AssertionError("no book within 20 s")


async def test_who_is_to_be_rung_is_read_without_postgresql_and_after_web_was_killed(
    server: Server, database_url: str, tmp_path: Path
) -> None:
    async with running("web", database_url, tmp_path) as web:
        assert len((await book(web))["agencies"]) == 8
        await asyncio.to_thread(server.stop)
        try:
            before = await book(web)
            status, why = await web.get(WHY, headers=BEARER)
            assert (status, why["as_of"], why["first"]) == (200, before["as_of"], ["damkar"])
            web.process.kill()
            await web.process.wait()
            async with running("web", database_url, tmp_path) as again:
                after = await book(again)
                assert (after["as_of"], after["agencies"]) == (before["as_of"], before["agencies"])
                assert after["age_seconds"] > before["age_seconds"]
                assert (await again.get(WHY, headers=BEARER))[1]["agencies"] == [
                    "damkar",
                    "pmi",
                    "polres",
                    "pln",
                ]
                assert (await again.get("/api/v1/agencies", headers=BEARER))[0] == 503
        finally:
            await asyncio.to_thread(server.start)
