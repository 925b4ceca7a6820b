"""What every process answers to whoever watches it: /healthz, /readyz, /metrics."""

from collections.abc import Callable
from dataclasses import asdict

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from ct112 import metrics
from ct112.http.health import Health


class Probes:
    """The handlers. `health` looks at the process, and waits for nothing."""

    def __init__(self, health: Callable[[], Health]) -> None:
        """Nothing is asked yet."""
        self._health = health

    async def alive(self, _request: web.Request) -> web.Response:
        """Answer as long as the loop turns."""
        return web.json_response({"status": "alive"})

    async def readiness(self, _request: web.Request) -> web.Response:
        """Answer 200 when the process would do its work, else 503; the body names each part."""
        health = self._health()
        body = {"ready": health.ready, "parts": [asdict(part) for part in health.parts]}
        return web.json_response(body, status=200 if health.ready else 503)

    async def metrics(self, _request: web.Request) -> web.Response:
        """Answer in Prometheus' text format; how the process is, is looked at now."""
        health = self._health()
        metrics.ready.set(health.ready)
        for part in health.parts:
            metrics.part_ok.labels(part=part.name).set(part.ok)
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})


def add_probes(app: web.Application, health: Callable[[], Health]) -> None:
    """Add the three routes."""
    probes = Probes(health)
    app.router.add_get("/healthz", probes.alive)
    app.router.add_get("/readyz", probes.readiness)
    app.router.add_get("/metrics", probes.metrics)
