"""The demo's end: one caller's fire reaches an agency, over HTTP and signed, told in five lines."""

import asyncio
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from aiohttp import web
from rich.console import Console

WITHIN_SECONDS = 20.0
PLACE = {"landmark": "Pasar Induk", "text": "Jl. Sultan Agung, ruko ketiga"}


class DemoFailed(RuntimeError):
    """The fire did not reach the agency; the text says where it stopped."""


class Receiver:
    """Damkar's own program: takes a delivery in when its signature is right."""

    def __init__(self) -> None:
        """Nothing has come yet. `secret` is what the city gave Damkar."""
        self.secret = secrets.token_urlsafe(24)
        self.came: asyncio.Future[tuple[dict[str, Any], float]] = asyncio.get_running_loop().create_future()

    async def take(self, request: web.Request) -> web.Response:
        """Answer 202 to a delivery of ours, 401 to anything else."""
        body = await request.read()
        signed = request.headers.get("Ct112-Timestamp", "").encode() + b"." + body
        wanted = "v1=" + hmac.new(self.secret.encode(), signed, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(request.headers.get("Ct112-Signature", ""), wanted):
            return web.Response(status=401)
        if not self.came.done():
            self.came.set_result((json.loads(body), time.monotonic()))
        return web.Response(status=202)


@asynccontextmanager
async def receiving(receiver: Receiver) -> AsyncIterator[str]:
    """Let it listen on a port of loopback; gives its URL."""
    app = web.Application()
    app.router.add_post("/ct112", receiver.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/ct112"
    finally:
        await runner.cleanup()


class FireReport:
    """Turns a call into an incident and brings it to Damkar, as the people of the centre would."""

    def __init__(self, console: Console, lab: Mapping[str, Any], session: aiohttp.ClientSession) -> None:
        """`lab`: lab.json."""
        self._console = console
        self._lab = lab
        self._session = session

    async def bring(self, name: str, call_id: str) -> None:
        """Bring it there. Raises DemoFailed, TimeoutError."""
        receiver = Receiver()
        async with receiving(receiver) as url:
            await self._reached_at(url, receiver.secret)
            opened = await self._opened(call_id)
            number = opened["number"].partition("-")[2]
            self._tell(f"{name}'s call is incident {number}: {opened['category_name']}, {PLACE['landmark']}")
            self._tell(f"{opened['why'][0].rstrip('.')}: {', '.join(opened['proposed'])}")
            began = time.monotonic()
            sent = await self._ask("operator-1", "POST", f"/incidents/{opened['id']}/dispatches", {})
            told, at = await asyncio.wait_for(receiver.came, WITHIN_SECONDS)
            people = told["incident"]["people_in_danger"]
            self._tell(
                f"Damkar's receiver has it after {at - began:.2f} s, signed: {people} people in danger"
            )
            await self._acts(next(each for each in sent["dispatches"] if each["agency"] == "damkar")["id"])
            await self._closed(opened["id"])

    async def _reached_at(self, url: str, secret: str) -> None:
        read = await self._ask("admin", "GET", "/agencies/damkar")
        ways = {"ways": [{"kind": "webhook", "url": url, "secret": secret}]}
        await self._ask("admin", "PATCH", "/agencies/damkar", ways, {"If-Match": f'"{read["version"]}"'})

    async def _opened(self, call_id: str) -> Any:
        form = {"call_id": call_id, "category": "kebakaran", "place": PLACE, "people_in_danger": 2}
        return await self._ask("operator-1", "POST", "/incidents", form)

    async def _acts(self, dispatch: str) -> None:
        for status in ("acknowledged", "en_route", "on_scene", "done"):
            await self._ask("damkar", "POST", f"/dispatches/{dispatch}/status", {"status": status})
        self._tell("Damkar acknowledges, drives out, is at the scene, is done")

    async def _closed(self, incident: str) -> None:
        await self._ask("operator-1", "POST", f"/incidents/{incident}/close", {"reason": "padam"})
        told = await self._ask("supervisor", "GET", f"/incidents/{incident}/timeline")
        self._tell(
            f"the incident is closed; its trail has {len(told['timeline'])} lines, each with who and when"
        )

    async def _ask(
        self, as_: str, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> Any:
        said = {"Authorization": f"Bearer {self._lab['users'][as_]['token']}", **(headers or {})}
        url = f"{self._lab['web']}/api/v1{path}"
        async with self._session.request(method, url, json=body, headers=said) as answer:
            told = await answer.json()
            if answer.status >= 300:
                raise DemoFailed(f"{method} {path}: {told.get('detail', answer.status)}")
            return told

    def _tell(self, line: str) -> None:
        self._console.print(f"  [red]▲[/red] {line}")


async def fire_reaches_damkar(console: Console, lab: Mapping[str, Any], name: str, call_id: str) -> bool:
    """Bring this caller's fire to Damkar and tell it; returns whether it got there."""
    console.print()
    timeout = aiohttp.ClientTimeout(WITHIN_SECONDS)
    try:
        async with aiohttp.ClientSession(timeout=timeout) as session:
            await FireReport(console, lab, session).bring(name, call_id)
    except (DemoFailed, TimeoutError, aiohttp.ClientError) as error:
        console.print(f"[red]✗ the fire did not reach Damkar: {error or type(error).__name__}[/red]")
        return False
    return True
