"""An agency's receiver, real and over HTTP: checks each signature, and answers as it is told to."""

import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

SECRET = "a-secret-of-sixteen"


@dataclass
class Receiver:
    """What came, in order; `answer` gives the status of each (by default 200)."""

    answer: Callable[[str, int], int] = lambda _key, _times: 200
    came: list[tuple[str, float, dict[str, Any]]] = field(default_factory=list)
    bad: list[str] = field(default_factory=list)
    url: str = ""

    @property
    def keys(self) -> list[str]:
        """Return the Idempotency-Keys that came, in order."""
        return [key for key, _, _ in self.came]

    async def take(self, request: web.Request) -> web.Response:
        """Take a delivery in, as docs/agency-guide.md tells an agency to."""
        body = await request.read()
        timestamp = request.headers["Ct112-Timestamp"]
        wanted = hmac.new(SECRET.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(request.headers["Ct112-Signature"], f"v1={wanted}"):
            self.bad.append("signature")
        if abs(time.time() - int(timestamp)) > 60:
            self.bad.append("timestamp")
        key = request.headers["Idempotency-Key"]
        told = json.loads(body)
        if told["delivery"] != key:
            self.bad.append("key")
        self.came.append((key, time.time(), told))
        return web.Response(status=self.answer(key, self.keys.count(key)), headers={"Location": "/elsewhere"})


@asynccontextmanager
async def receiving(receiver: Receiver) -> AsyncIterator[Receiver]:
    """Let it listen on a port of loopback."""
    app = web.Application()
    app.router.add_post("/ct112", receiver.take)
    server = TestServer(app)
    await server.start_server()
    receiver.url = str(server.make_url("/ct112"))
    try:
        yield receiver
    finally:
        await server.close()
