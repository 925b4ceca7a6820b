"""The site under test, and what is behind it."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp.test_utils import TestClient, TestServer

from ct112.control.client import ControlClient
from ct112.core.callback_rules import TaskState
from ct112.core.record import ClassSource, EndedBy, Outcome, ServiceClass
from ct112.http.health import Health, Part
from ct112.settings import Settings
from ct112.store import Store
from ct112.store.calls import write as calls_written
from ct112.web import House, make_app
from ct112.web.access.gate import Gate
from ct112.web.callbacks.model import Callback
from ct112.web.errors import Conflict
from ct112.web.ivr.workshop import Workshop
from ct112.web.live.hub import Live
from ct112.web.positions.model import PositionView
from tests.store.examples import ARRIVED, fact, record

TOKEN = "a token for tests"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
CLASSES = tuple(ServiceClass)
CALL = "00000000-0000-7000-8000-000000000001"
"""The id of the first example call; 0812 was its number, and nobody answered."""


SEAT = PositionView(
    position="pos-1", operator="operator-1", state="on_call", registered_at=("a",), refused_by=()
)


async def take(number: int, operator: str, by: str) -> Callback:
    """Ring: there is one call-back, which operator-1 may take."""
    if (number, operator) != (1, "operator-1"):
        raise Conflict(f"{operator} has a call now")
    now = datetime(2026, 11, 24, 1, 2, 3, tzinfo=UTC)
    return Callback(
        id=1,
        ani="0812",
        service_class=ServiceClass.EMERGENCY,
        reason="abandoned",
        state=TaskState.TAKEN,
        result=None,
        calls=1,
        attempts=0,
        first_call_at=now,
        last_call_at=now,
        next_try_at=now,
        taken_by=operator,
    )


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
    return House(
        gate=Gate.of(store, settings(token, **more)),
        health=health,
        store=store,
        take=take,
        positions=lambda: [SEAT],
        workshop=Workshop(folder, None, 15.0),
        live=live or Live(ControlClient("http://127.0.0.1:1", None)),
    )


class Site:
    """The site under test and what is behind it."""

    def __init__(self, store: Store, folder: Path, token: str | None, **more: Any) -> None:
        self.store = store
        self.health = READY
        self.house = house(store, folder, lambda: self.health, token, **more)
        app = make_app(self.house, self.house.gate.access.authenticate)
        self.client: TestClient[Any, Any] = TestClient(TestServer(app))

    async def get(self, path: str, **more: Any) -> tuple[int, Any, aiohttp.ClientResponse]:
        async with self.client.get(path, **more) as answer:
            body = await answer.read()
            is_json = "json" in answer.content_type
            return answer.status, await answer.json(content_type=None) if is_json else body, answer
