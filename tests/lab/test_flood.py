"""The flood: it asks at its rate whatever is answered, and goes nowhere but to this machine."""

import asyncio

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from lab.flood import Flood


async def test_it_asks_at_its_rate_and_counts_the_answers() -> None:
    seen: list[tuple[str, str]] = []

    async def answer(request: web.Request) -> web.Response:
        seen.append((request.path, request.headers.get("Authorization", "")))
        return web.Response(text="x" * 100, status=200 if request.path == "/a" else 401)

    app = web.Application()
    app.router.add_get("/{path}", answer)
    async with TestServer(app) as server:
        flood = Flood(f"http://127.0.0.1:{server.port}", ["!/a", "/b"], "secret")
        await flood.run(400, 2.0)
    assert 400 <= flood.sent <= 840, "half of it at least, on a busy machine too; never more"
    assert sum(flood.answers.values()) == len(seen) == flood.sent
    assert set(flood.answers) == {"200", "401"}
    assert set(seen) == {("/a", "Bearer secret"), ("/b", "")}


async def test_one_that_answers_nothing_does_not_slow_it() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    flood = Flood(f"http://127.0.0.1:{port}", ["/a"], "")
    asked = asyncio.create_task(flood.run(1000, 1.0))
    await asyncio.sleep(1.2)
    assert 700 <= flood.sent + flood.left_out <= 1050
    asked.cancel()
    await asyncio.gather(asked, return_exceptions=True)
    server.close()
    await server.wait_closed()
    await asyncio.sleep(0.1)


@pytest.mark.parametrize("url", ["http://192.0.2.1:80", "http://example.org", "http://[2001:db8::1]:80"])
def test_it_goes_nowhere_but_to_this_machine(url: str) -> None:
    with pytest.raises(ValueError, match=r"is not this machine|does not appear to be"):
        Flood(url, ["/"], "")
