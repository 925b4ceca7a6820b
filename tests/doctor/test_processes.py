"""The doctor and the three processes: which one is away, and what another line already says."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from ct112.doctor.checks import Trouble
from ct112.doctor.processes import Process, beside, telephone

DATABASE = {"name": "database", "ok": False, "detail": "away", "needed": True}
LIVE = {"name": "live", "ok": False, "detail": "away", "needed": False}
JOB = {"name": "sealer", "ok": False, "detail": "the database did not answer", "needed": False}


class Readiness:
    """A process that says what it is told to say."""

    def __init__(self) -> None:
        self.body: Any = {"ready": True, "parts": []}
        self.url = ""

    async def answer(self, _request: web.Request) -> web.Response:
        return web.json_response(self.body, status=200)


@pytest.fixture
async def door() -> AsyncIterator[Readiness]:
    readiness = Readiness()
    app = web.Application()
    app.router.add_get("/readyz", readiness.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    readiness.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield readiness
    await runner.cleanup()


async def test_one_that_is_away_is_to_be_started() -> None:
    with pytest.raises(Trouble, match=r"does not answer at http://127\.0\.0\.1:1/readyz") as trouble:
        await beside(Process("worker", "http://127.0.0.1:1"), [])
    assert trouble.value.remedy == "start it: ct112 worker"


@pytest.mark.parametrize("body", [[], {"parts": []}, "x", None, {"ready": True}])
async def test_something_else_at_its_port_is_said(door: Readiness, body: Any) -> None:
    door.body = body
    with pytest.raises(Trouble, match="is not ct112 web") as trouble:
        await beside(Process("web", door.url), [])
    assert trouble.value.remedy == "correct CT112_WEB_PORT"


async def test_what_has_a_line_of_its_own_is_not_said_twice(door: Readiness) -> None:
    process = Process("web", door.url)
    door.body = {"ready": True, "parts": [LIVE]}
    assert await beside(process, ["live"]) == (True, "ready")
    assert await beside(process, []) == (False, "live: away")
    door.body = {"ready": False, "parts": [DATABASE, JOB]}
    assert await beside(process, ["database"]) == (True, "runs")
    assert await beside(process, []) == (False, "database: away; sealer: the database did not answer")


async def test_serve_that_handles_calls_with_a_trouble_is_a_warning(door: Readiness) -> None:
    process = Process("serve", door.url)
    door.body = {"ready": True, "parts": [{"name": "spool", "ok": False, "detail": "full"}]}
    assert await telephone(process) == (None, "spool: full")
    door.body = {"ready": True, "parts": [DATABASE]}
    assert await telephone(process) == (True, "ready")
    door.body = {"ready": False, "parts": [{"name": "ari", "ok": False, "detail": "a: not ready"}]}
    assert await telephone(process) == (False, "ready")
