"""The site under test, and what is behind it."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import aiohttp
from aiohttp.test_utils import TestClient, TestServer

from ct112.core.callback_rules import TaskState
from ct112.core.record import ClassSource, Outcome, ServiceClass
from ct112.http.health import Health, Part
from ct112.web import House, make_app
from ct112.web.access.api_token import ApiToken
from ct112.web.callbacks.model import Callback, CallbackPage
from ct112.web.calls.model import CallFact, CallPage, CallView
from ct112.web.errors import Conflict, NotFound
from ct112.web.positions.model import PositionView

TOKEN = "a token for tests"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
KEY = "0123456789abcdef0123456789abcdef"
CALL = CallView(
    id=UUID("0198c0de-0000-7000-8000-000000000001"),
    node="a",
    sip_call_id="x@y",
    ani="0812",
    ani_e164="+62812",
    dialled="112",
    arrived_at=datetime(2026, 11, 24, 1, 2, 3, tzinfo=UTC),
    picked_up_at=None,
    queued_at=None,
    answered_at=None,
    ended_at=None,
    service_class=ServiceClass.EMERGENCY,
    class_source=ClassSource.SILENCE,
    ivr_version=1,
    ivr_path=("greeting", "main"),
    operator=None,
    position=None,
    outcome=None,
    ended_by=None,
    location=None,
    recording=None,
)
FACT = CallFact(seq=1, at=CALL.arrived_at, kind="arrived", data={"node": "a"})


class Calls:
    """A source of one call; remembers what it was asked, and may be away."""

    def __init__(self) -> None:
        self.asked: dict[str, Any] = {}
        self.error: Exception | None = None

    async def calls(
        self, *, limit: int, after: str | None, service_class: ServiceClass | None, outcome: Outcome | None
    ) -> CallPage:
        if self.error:
            raise self.error
        self.asked = {"limit": limit, "after": after, "service_class": service_class, "outcome": outcome}
        return CallPage(calls=(CALL,), total=428, next="cursor")

    async def call(self, name: str) -> tuple[CallView, Sequence[CallFact]]:
        if self.error:
            raise self.error
        if name != str(CALL.id):
            raise NotFound(name)
        return CALL, [FACT]


TASK = Callback(
    id=7,
    ani="0812",
    service_class=ServiceClass.EMERGENCY,
    reason="abandoned",
    state=TaskState.OPEN,
    result=None,
    calls=1,
    attempts=0,
    first_call_at=CALL.arrived_at,
    last_call_at=CALL.arrived_at,
    next_try_at=CALL.arrived_at,
    taken_by=None,
)


SEAT = PositionView(
    position="pos-1", operator="operator-1", state="on_call", registered_at=("a",), refused_by=()
)


class Backs:
    """One call-back, which operator-1 may take."""

    async def tasks(self, *, limit: int, after: int | None, closed: bool) -> CallbackPage:
        if after == 404:
            raise NotFound("404")
        return CallbackPage(callbacks=(TASK,)[:limit], total=428, next=None if after else 7, withheld=3)

    async def take(self, number: int, operator: str) -> Callback:
        if (number, operator) != (TASK.id, "operator-1"):
            raise Conflict(f"{operator} has a call now")
        return TASK.model_copy(update={"state": TaskState.TAKEN, "taken_by": operator})


READY = Health(True, (Part("ari", True, "a: ready", needed=True),))


def house(calls: Calls, health: Callable[[], Health] = lambda: READY) -> House:
    """What is behind the site."""
    return House(
        health=health,
        calls=calls,
        callbacks=Backs(),
        positions=lambda: [SEAT],
        ivr={"recordings_dir": None, "state_dir": "/var/lib/ct112", "emergency_limit_seconds": 15.0},
    )


class Site:
    """The site under test and what is behind it."""

    def __init__(self, token: str | None) -> None:
        self.calls = Calls()
        self.health = READY
        app = make_app(house(self.calls, lambda: self.health), ApiToken(token).authenticate)
        self.client: TestClient[Any, Any] = TestClient(TestServer(app))

    async def get(self, path: str, **more: Any) -> tuple[int, Any, aiohttp.ClientResponse]:
        async with self.client.get(path, **more) as answer:
            body = await answer.read()
            is_json = "json" in answer.content_type
            return answer.status, await answer.json(content_type=None) if is_json else body, answer
