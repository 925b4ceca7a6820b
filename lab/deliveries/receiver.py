"""The agencies' receiver: checks each signature, and keeps which key came when, and for which dispatch."""

import hashlib
import hmac
import json
import time
from collections import defaultdict
from dataclasses import dataclass, field

from aiohttp import web

SECRET = "the-secret-of-every-agency-here"
PATH = "/ct112"


@dataclass
class Receiver:
    """What came. `keys`: of each dispatch; `first`: when it came for the first time. It answers `status`."""

    status: int = 202
    keys: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    first: dict[str, float] = field(default_factory=dict)
    posts: int = 0
    badly_signed: int = 0

    def app(self) -> web.Application:
        """Return what listens."""
        app = web.Application()
        app.router.add_post(PATH, self._take)
        return app

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.read()
        stamp = request.headers["Ct112-Timestamp"]
        digest = hmac.new(SECRET.encode(), stamp.encode() + b"." + body, hashlib.sha256)
        if request.headers["Ct112-Signature"] != f"v1={digest.hexdigest()}":
            self.badly_signed += 1
            return web.Response(status=403)
        dispatch = json.loads(body)["dispatch"]["id"]
        self.posts += 1
        self.first.setdefault(dispatch, time.monotonic())
        self.keys[dispatch].add(request.headers["Idempotency-Key"])
        return web.Response(status=self.status)
