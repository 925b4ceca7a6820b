"""A neighbouring city's centre: it asks by the real signed door, and is told what became of it."""

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import aiohttp
from aiohttp import web

from ct112.incidents.signature import signed
from tests.browser.people import People

SECRET, TOKEN = "the-secret-of-both-centres", "an-account-we-are-there"
NUMBER = "261126-7"


@dataclass
class Neighbour:
    """What it asked, by dispatch; `told`: what we answered, as (dispatch, status, reason)."""

    ours: str
    code: str
    told: list[tuple[str, str, str | None]] = field(default_factory=list)

    async def ask(self, dispatch: str, *, telling: str = "new", version: int = 1, **more: Any) -> None:
        """Send an offer, a change or a stand-down; `more`: of the incident."""
        incident = {
            "number": NUMBER,
            "version": version,
            "category": "kebakaran",
            "category_name": "Kebakaran",
            "service_class": "emergency",
            "priority": 1,
            "opened_at": "2026-11-26T01:02:03Z",
            "description": "Gudang terbakar di perbatasan",
            "people_in_danger": 2,
            "caller_number": "+6281234567",
            "place": {"text": "Jalan Perbatasan 7", "latitude": -6.9052, "longitude": 109.7053},
        }
        delivery = str(uuid4())
        told = {
            "delivery": delivery,
            "telling": telling,
            "dispatch": {"id": dispatch, "version": version, "what": "2 mobil pompa"},
            "incident": incident | more,
        }
        body, now = json.dumps(told).encode(), str(int(time.time()))
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": delivery,
            "Ct112-Timestamp": now,
            "Ct112-Signature": signed(SECRET, now, body),
        }
        url = f"{self.ours}/api/v1/neighbours/{self.code}/offers"
        async with aiohttp.ClientSession() as http, http.post(url, data=body, headers=headers) as answer:
            assert answer.status == 200, await answer.text()

    async def hear(self, request: web.Request) -> web.Response:
        """Take an answer of ours."""
        assert request.headers["Authorization"] == f"Bearer {TOKEN}"
        said = await request.json()
        self.told.append((request.match_info["id"], said["status"], said.get("reason")))
        return web.json_response({})


@asynccontextmanager
async def neighbour(people: People, ours: str) -> AsyncIterator[Neighbour]:
    """Give a neighbour our centre knows; its door closes afterwards."""
    there = Neighbour(ours, f"kota_{uuid4().hex[:6]}")
    app = web.Application()
    app.router.add_post("/api/v1/dispatches/{id}/status", there.hear)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    known = {"code": there.code, "name": "Kota sebelah", "url": f"http://127.0.0.1:{port}"}
    await people.ask("POST", "/neighbours", known | {"secret": SECRET, "token": TOKEN})
    try:
        yield there
    finally:
        await runner.cleanup()
