"""serve's own HTTP: its health, the prompts for its nodes, and the control door for web and worker.

Nothing here is awaited by the switchboard, and nothing here waits for the database.
"""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path

from aiohttp import web
from pydantic import ValidationError

from ct112 import metrics
from ct112.control.asks import AskRequest
from ct112.control.fanout import Full
from ct112.control.outflow import Outflow
from ct112.control.websocket import stream
from ct112.http.bearer import Bearer
from ct112.http.faults import faults
from ct112.http.health import Health
from ct112.http.probes import add_probes
from ct112.http.problems import explained, problem
from ct112.http.server import hide
from ct112.serve.asks import Asks
from ct112.serve.feed import Feed
from ct112.serve.spoken import NAME

KEY = re.compile(r"[0-9a-f]{8,64}")
FOR_EVER = "public, max-age=31536000, immutable"
SHORT = "private, max-age=300"
LARGEST_ASK = 384 * 1024  # bytes: a draft of the menu as JSON, each letter as six
BODY_SECONDS = 3.0


def make_door(
    *,
    health: Callable[[], Health],
    prompts_dir: Path,
    feed: Feed,
    asks: Asks,
    token: str | None,
    spoken_dir: Path | None = None,
) -> web.Application:
    """Return the application of `ct112 serve`. Without `token` the control door refuses everybody.

    `spoken_dir`: what is said to agencies, under names nobody can guess.
    """
    app = web.Application(middlewares=[faults], client_max_size=LARGEST_ASK)
    app.on_response_prepare.append(hide)
    add_probes(app, health)
    app.router.add_get("/prompts/{name}", Prompts(prompts_dir, spoken_dir).prompt)
    control = Control(feed, asks, Bearer(token, "CT112_CONTROL_TOKEN"))
    app.router.add_get("/control/feed", control.feed)
    app.router.add_post("/control/ask", control.ask)
    return app


class Control:
    """The control door: what web and worker may see and ask. Never for browsers."""

    def __init__(self, feed: Feed, asks: Asks, bearer: Bearer) -> None:
        """`bearer`: whom to let in."""
        self._feed = feed
        self._asks = asks
        self._bearer = bearer

    async def feed(self, request: web.Request) -> web.StreamResponse:
        """A snapshot of the floor, then every change, over a WebSocket."""
        refusal = self._bearer.refusal(request)
        if refusal is not None:
            return refusal
        outflow = Outflow()
        try:
            await self._feed.join(outflow)
        except Full:
            return problem(503, "too many readers", "end what reads the feed and should not, then again")
        try:
            return await stream(request, outflow)
        finally:
            self._feed.leave(outflow)

    async def ask(self, request: web.Request) -> web.Response:
        """One ask, answered by the floor."""
        refusal = self._bearer.refusal(request)
        if refusal is not None:
            return refusal
        try:
            wanted = AskRequest.model_validate_json(await _body(request))
        except ValidationError as error:
            return problem(400, "bad ask", explained(error))
        answer = await self._asks.ask(wanted)
        return web.json_response(answer.model_dump())


async def _body(request: web.Request) -> bytes:
    """Return what was sent; 408 when it does not come, 400 when it cannot be unpacked."""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await request.read()
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
    except web.RequestPayloadError:
        raise web.HTTPBadRequest from None


class Prompts:
    """Prompts for Asterisk: they play as long as serve lives, whatever becomes of web."""

    def __init__(self, folder: Path, spoken: Path | None = None) -> None:
        """`folder`: where the library keeps them; `spoken`: where sounds of one call are."""
        self._folder = folder
        self._spoken = spoken

    async def prompt(self, request: web.Request) -> web.StreamResponse:
        """The name is made of the content, so it may be kept for ever."""
        key = request.match_info["name"].removesuffix(".wav")
        if self._spoken is not None and NAME.fullmatch(key):
            return await self._of_one_call(self._spoken / f"{key}.wav")
        path = self._folder / f"{key}.wav"
        if not KEY.fullmatch(key) or not path.is_file():
            metrics.prompts_served.labels(status="404").inc()
            return problem(404, "no such prompt", "prompts are named by their content; see ct112 doctor")
        headers = {"Cache-Control": FOR_EVER, "ETag": f'"{key}"', "Content-Type": "audio/wav"}
        if f'"{key}"' in request.headers.get("If-None-Match", ""):
            metrics.prompts_served.labels(status="304").inc()
            return web.Response(status=304, headers=headers)
        metrics.prompts_served.labels(status="200").inc()
        return web.Response(body=await asyncio.to_thread(path.read_bytes), headers=headers)

    async def _of_one_call(self, path: Path) -> web.StreamResponse:
        """What is said to one agency: no longer kept than the call lasts."""
        try:
            sound = await asyncio.to_thread(path.read_bytes)
        except OSError:
            metrics.prompts_served.labels(status="404").inc()
            return problem(404, "no such prompt", "prompts are named by their content; see ct112 doctor")
        metrics.prompts_served.labels(status="200").inc()
        return web.Response(body=sound, headers={"Cache-Control": SHORT, "Content-Type": "audio/wav"})
