"""serve's own HTTP: its health, the prompts for its nodes, and the control door for web and worker.

Nothing here is awaited by the switchboard, and nothing here waits for the database.
"""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path

from aiohttp import web

from ct112 import metrics
from ct112.http.faults import faults
from ct112.http.health import Health
from ct112.http.probes import add_probes
from ct112.http.problems import problem
from ct112.http.server import hide

KEY = re.compile(r"[0-9a-f]{8,64}")
FOR_EVER = "public, max-age=31536000, immutable"
LARGEST_ASK = 16 * 1024  # bytes


def make_door(*, health: Callable[[], Health], prompts_dir: Path) -> web.Application:
    """Return the application of `ct112 serve`."""
    app = web.Application(middlewares=[faults], client_max_size=LARGEST_ASK)
    app.on_response_prepare.append(hide)
    add_probes(app, health)
    app.router.add_get("/prompts/{name}", Prompts(prompts_dir).prompt)
    return app


class Prompts:
    """Prompts for Asterisk: they play as long as serve lives, whatever becomes of web."""

    def __init__(self, folder: Path) -> None:
        """`folder`: where the library keeps them."""
        self._folder = folder

    async def prompt(self, request: web.Request) -> web.StreamResponse:
        """The name is made of the content, so it may be kept for ever."""
        key = request.match_info["name"].removesuffix(".wav")
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
