"""The site under test, and what is behind it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp.test_utils import TestClient, TestServer

from ct112.control.asks import Answer
from ct112.control.client import ControlClient
from ct112.control.mirror import Mirror
from ct112.core.policy import Policy
from ct112.core.record import ClassSource, EndedBy, Outcome, ServiceClass
from ct112.http.health import Health, Part
from ct112.settings import Settings
from ct112.store import Store
from ct112.store.calls import write as calls_written
from ct112.web import House, make_app
from ct112.web.access.gate import Gate
from ct112.web.agencies.book import AgencyBook
from ct112.web.ivr.workshop import Workshop
from ct112.web.live.hub import Live
from ct112.web.live.work import WorkFeed
from tests.store.examples import ARRIVED, fact, record

TOKEN = "a token for tests"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
CLASSES = tuple(ServiceClass)
CALL = "00000000-0000-7000-8000-000000000001"
"""The id of the first example call; 0812 was its number, and nobody answered."""


NOW = "2026-11-24T01:02:03Z"
SEAT: dict[str, Any] = {
    "position": "pos-1",
    "revision": 3,
    "operator": "operator-1",
    "state": "on_call",
    "ready": True,
    "reason": None,
    "call": None,
    "until": None,
    "registered_at": ["a"],
    "refused_by": [],
}
FLOOR: dict[str, Any] = {
    "kind": "snapshot",
    "revision": 7,
    "boot": "0198c0de-0000-7000-8000-0000000000aa",
    "at": NOW,
    "health": {},
    "calls": [],
    "positions": [SEAT],
    "operators": [],
    "callbacks": [],
    "nodes": [{"node": "a", "ready": True}],
}


class FakeServe(ControlClient):
    """A serve with one position; accepts what operator-1 asks, and refuses everybody else."""

    def __init__(self) -> None:
        super().__init__("http://127.0.0.1:1", None)
        self.floor = Mirror(FLOOR)
        self.asked: list[dict[str, Any]] = []
        self.answer: Answer | None = None

    async def ask(self, kind: str, **fields: Any) -> Answer:
        """Answer as `answer` says; by default only operator-1 may."""
        self.asked.append({"kind": kind, **fields})
        if self.answer is not None:
            return self.answer
        if fields.get("operator", "operator-1") != "operator-1":
            return Answer(accepted=False, code="busy", reason="has a call now: wait for its end")
        return Answer(accepted=True)


async def fill(store: Store, calls: int = 3) -> None:
    """Write calls of callers whom nobody answered, each with facts; every one is a call-back."""
    records = [
        record(
            number,
            ani=f"0812{number:06}",
            service_class=CLASSES[number % 3],
            class_source=ClassSource.DIGIT,
            ivr_path=("greeting", "main"),
            ended_at=ARRIVED + number + 20,
            outcome=Outcome.ABANDONED,
            ended_by=EndedBy.CALLER,
        )
        for number in range(1, calls + 1)
    ]
    facts = [fact(number, node="a") for number in range(1, calls + 1)]
    async with store.transaction() as connection:
        await calls_written(connection, records, facts)


READY = Health(True, (Part("ari", True, "a: ready", needed=True),))


def settings(token: str | None = TOKEN, **more: Any) -> Settings:
    """The settings of the site, from nowhere else."""
    given: dict[str, Any] = {} if token is None else {"api_token": token}
    return Settings(_env_file=None, **given, **more)


def house(
    store: Store,
    folder: Path,
    health: Callable[[], Health] = lambda: READY,
    token: str | None = TOKEN,
    live: Live | None = None,
    **more: Any,
) -> House:
    """What is behind the site; `more`: other settings."""
    given = settings(token, **more)
    return House(
        gate=Gate.of(store, given),
        health=health,
        store=store,
        workshop=Workshop(folder, None, 15.0),
        live=live or Live(FakeServe()),
        work=WorkFeed(store),
        policy=Policy(),
        browser_phones=("wss://112.example.id:8089/ws",),
        zone=given.zone,
        networks=given.allowed_networks(),
        agency_book=AgencyBook(folder / "agency-book.json"),
    )


class Site:
    """The site under test and what is behind it."""

    def __init__(self, store: Store, folder: Path, token: str | None, **more: Any) -> None:
        self.store = store
        self.health = READY
        self.serve = FakeServe()
        self.house = house(store, folder, lambda: self.health, token, Live(self.serve), **more)
        app = make_app(self.house, self.house.gate.access.authenticate)
        self.client: TestClient[Any, Any] = TestClient(TestServer(app))

    async def get(self, path: str, **more: Any) -> tuple[int, Any, aiohttp.ClientResponse]:
        async with self.client.get(path, **more) as answer:
            body = await answer.read()
            is_json = "json" in answer.content_type
            return answer.status, await answer.json(content_type=None) if is_json else body, answer
