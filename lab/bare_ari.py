"""ARI by hand, for tests with an Asterisk and no ct112: ask, be an application that does nothing, wait."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from lab.asterisk import AsteriskNode

APPLICATION = "ct112"


def client(node: AsteriskNode) -> aiohttp.ClientSession:
    """Return an ARI client of the node."""
    login = aiohttp.encode_basic_auth(node.values().ari_user, node.ari_password)
    base = f"http://127.0.0.1:{node.ports.http}/ari/"
    return aiohttp.ClientSession(base, headers={"Authorization": login})


async def ari(node: AsteriskNode, method: str, path: str, body: Any = None) -> Any:
    """Send one ARI request; a channel that is gone already is no failure."""
    async with client(node) as session, session.request(method, path, json=body) as answer:
        assert answer.status < 300 or answer.status == 404, await answer.text()
        return await answer.json() if answer.status == 200 else None


async def channels(node: AsteriskNode) -> list[dict[str, Any]]:
    """Return the channels Asterisk has."""
    found: list[dict[str, Any]] = await ari(node, "GET", "channels")
    return found


async def _listed(node: AsteriskNode) -> list[dict[str, Any]] | None:
    """Return its channels; None while one is there whose words are no UTF-8: Asterisk then lists none."""
    async with client(node) as session, session.get("channels") as answer:
        if answer.status == 500:
            return None
        assert answer.status == 200, await answer.text()
        found: list[dict[str, Any]] = await answer.json()
        return found


async def until(check: Callable[[], Any], seconds: float = 10) -> Any:
    """Wait until `check` gives something and return it. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while True:
            found = check()
            if found:
                return found
            await asyncio.sleep(0.02)


async def in_fallback(node: AsteriskNode, seconds: float = 8) -> dict[str, Any]:
    """Wait until a channel is in the fallback queue and return it."""
    async with asyncio.timeout(seconds):
        while True:
            for channel in await _listed(node) or []:
                if channel["dialplan"]["app_name"] == "Queue":
                    return channel
            await asyncio.sleep(0.05)


async def nobody_there(node: AsteriskNode, seconds: float = 20) -> None:
    """Wait until Asterisk has no channel."""
    async with asyncio.timeout(seconds):
        while True:
            if await _listed(node) == []:
                return
            await asyncio.sleep(0.05)


@asynccontextmanager
async def deaf_application(node: AsteriskNode) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """Be an application that takes calls and then does nothing for them."""
    async with client(node) as session, session.ws_connect(f"events?app={APPLICATION}") as socket:
        yield socket


async def stasis_start(socket: aiohttp.ClientWebSocketResponse, seconds: float = 10) -> dict[str, Any]:
    """Return the channel of the next StasisStart."""
    async with asyncio.timeout(seconds):
        while True:
            event = await socket.receive_json()
            if event["type"] == "StasisStart":
                channel: dict[str, Any] = event["channel"]
                return channel
