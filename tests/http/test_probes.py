"""What is scraped says how the process is at that moment, as /readyz does."""

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from ct112.http.health import Health, Part, health
from ct112.http.probes import add_probes
from lab.world import sum_of


async def test_metrics_and_readiness_say_the_same() -> None:
    parts = [Part("database", True, "there", needed=True), Part("trunk", False, "away")]

    def look() -> Health:
        return health(parts)

    app = web.Application()
    add_probes(app, look)
    async with TestClient(TestServer(app)) as client:
        text = await (await client.get("/metrics")).text()
        assert (await client.get("/readyz")).status == 200
        assert sum_of(text, "ct112_ready", {}) == 1
        assert sum_of(text, "ct112_part_ok", {"part": "database"}) == 1
        assert sum_of(text, "ct112_part_ok", {"part": "trunk"}) == 0
        parts[0] = Part("database", False, "away", needed=True)
        text = await (await client.get("/metrics")).text()
        assert (await client.get("/readyz")).status == 503
        assert sum_of(text, "ct112_ready", {}) == 0
        assert sum_of(text, "ct112_part_ok", {"part": "database"}) == 0
