"""The site under test, and what is behind it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp.test_utils import TestClient, TestServer

from ct112.core.record import Outcome, ServiceClass
from ct112.http.health import Health, Part
from ct112.web import make_app
from ct112.web.model import (
    Callback,
    CallbackPage,
    CallFact,
    CallPage,
    CallView,
    Conflict,
    NotFound,
    PositionView,
)

TOKEN = "a token for tests"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
KEY = "0123456789abcdef0123456789abcdef"
CALL = CallView(
    id="0198c0de-0000-7000-8000-000000000001",
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
    service_class="emergency",
    class_source="silence",
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
        return CallPage(calls=[CALL], total=428, next=CALL.id)

    async def call(self, name: str) -> tuple[CallView, Sequence[CallFact]]:
        if self.error:
            raise self.error
        if name != CALL.id:
            raise NotFound(name)
        return CALL, [FACT]


TASK = Callback(
    id=7,
    ani="0812",
    service_class="emergency",
    reason="abandoned",
    state="open",
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
        return CallbackPage(callbacks=[TASK][:limit], total=428, next=None if after else 7, withheld=3)

    async def take(self, number: int, operator: str) -> Callback:
        if (number, operator) != (TASK.id, "operator-1"):
            raise Conflict(f"{operator} has a call now")
        return TASK.model_copy(update={"state": "taken", "taken_by": operator})


class Site:
    """The site under test and what is behind it."""

    def __init__(self, folder: Path, token: str | None) -> None:
        self.calls = Calls()
        self.health = Health(True, (Part("ari", True, "a: ready", needed=True),))
        app = make_app(
            health=lambda: self.health,
            calls=self.calls,
            callbacks=Backs(),
            positions=lambda: [SEAT],
            ivr={"recordings_dir": None},
            prompts_dir=folder,
            api_token=token,
        )
        self.client: TestClient[Any, Any] = TestClient(TestServer(app))

    async def get(self, path: str, **more: Any) -> tuple[int, Any, aiohttp.ClientResponse]:
        async with self.client.get(path, **more) as answer:
            body = await answer.read()
            is_json = "json" in answer.content_type
            return answer.status, await answer.json(content_type=None) if is_json else body, answer
