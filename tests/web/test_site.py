"""What the web answers: health, metrics, prompts, calls; and whom it refuses."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestClient, TestServer

from ct112.core.record import Outcome, ServiceClass
from ct112.web import Health, Part, make_app
from ct112.web.model import (
    Away,
    Callback,
    CallbackPage,
    CallFact,
    CallPage,
    CallView,
    CannotTake,
    NotThere,
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
            raise NotThere(name)
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
            raise NotThere("404")
        return CallbackPage(callbacks=[TASK][:limit], total=428, next=None if after else 7, withheld=3)

    async def take(self, number: int, operator: str) -> Callback:
        if (number, operator) != (TASK.id, "operator-1"):
            raise CannotTake(f"{operator} has a call now")
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


@pytest.fixture
async def site(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Site]:
    found = Site(tmp_path, getattr(request, "param", TOKEN))
    async with found.client:
        yield found


async def test_alive_whatever_else_is_wrong(site: Site) -> None:
    site.health = Health(False, ())
    status, body, _ = await site.get("/healthz")
    assert (status, body["status"]) == (200, "alive")


async def test_ready_names_each_part(site: Site) -> None:
    status, body, _ = await site.get("/readyz")
    assert status == 200
    assert body == {
        "ready": True,
        "parts": [{"name": "ari", "ok": True, "detail": "a: ready", "needed": True}],
    }


async def test_not_ready_is_503(site: Site) -> None:
    site.health = Health(False, (Part("ari", False, "a: not ready", needed=True),))
    status, body, _ = await site.get("/readyz")
    assert (status, body["ready"]) == (503, False)


async def test_metrics_are_for_prometheus(site: Site) -> None:
    status, body, answer = await site.get("/metrics")
    assert status == 200
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert b"# TYPE ct112_" in body


async def test_a_prompt_may_be_kept_for_ever(site: Site, tmp_path: Path) -> None:
    (tmp_path / f"{KEY}.wav").write_bytes(b"RIFF sound")
    status, body, answer = await site.get(f"/prompts/{KEY}.wav")
    assert (status, body) == (200, b"RIFF sound")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["ETag"] == f'"{KEY}"'
    status, body, _ = await site.get(f"/prompts/{KEY}.wav", headers={"If-None-Match": f'"{KEY}"'})
    assert (status, body) == (304, b"")


@pytest.mark.parametrize("name", [f"{KEY}.wav", "..%2Fsecret.wav", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "x.wav"])
async def test_only_prompts_are_served(site: Site, tmp_path: Path, name: str) -> None:
    (tmp_path.parent / "secret.wav").write_bytes(b"not yours")
    (tmp_path / "x.wav").write_bytes(b"not a prompt's name")
    status, body, _ = await site.get(f"/prompts/{name}")
    assert status == 404
    assert body["title"] in ("no such prompt", "Not Found")


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ({}, 401),
        ({"Authorization": "Basic abc"}, 401),
        ({"Authorization": "Bearer "}, 401),
        ({"Authorization": "Bearer wrong"}, 401),
        ({"Authorization": "Bearer ünïcode"}, 401),
        (BEARER, 200),
    ],
)
@pytest.mark.parametrize("path", ["/api/v1/calls", f"/api/v1/calls/{CALL.id}"])
async def test_calls_are_for_those_with_the_token(
    site: Site, path: str, header: dict[str, str], status: int
) -> None:
    found, body, answer = await site.get(path, headers=header)
    assert found == status
    if status != 200:
        assert "detail" in body
        assert "0812" not in str(body)
    if status == 401:
        assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("site", [None], indirect=True)
async def test_without_a_token_set_nobody_reads_calls(site: Site) -> None:
    status, body, _ = await site.get("/api/v1/calls", headers={"Authorization": "Bearer None"})
    assert status == 403
    assert "CT112_API_TOKEN" in body["detail"]


async def test_a_list_of_calls_takes_its_filters(site: Site) -> None:
    query = {"limit": "7", "after": CALL.id, "service_class": "urgent", "outcome": "abandoned"}
    status, body, _ = await site.get("/api/v1/calls", params=query, headers=BEARER)
    assert status == 200
    assert site.calls.asked == query | {"limit": 7}
    assert (body["total"], body["next"]) == (428, CALL.id)
    older = {"before": CALL.id}
    await site.get("/api/v1/calls", params=older, headers=BEARER)
    assert site.calls.asked["after"] == CALL.id
    assert body["calls"][0]["arrived_at"] == "2026-11-24T01:02:03Z"
    assert body["calls"][0]["ivr_path"] == ["greeting", "main"]


@pytest.mark.parametrize(
    ("query", "named"),
    [({"limit": "0"}, "limit"), ({"limit": "many"}, "limit"), ({"colour": "red"}, "colour"),
     ({"service_class": "nonsense"}, "service_class")],
)  # fmt: skip
async def test_a_wrong_query_is_told_what_is_wrong(site: Site, query: dict[str, str], named: str) -> None:
    status, body, _ = await site.get("/api/v1/calls", params=query, headers=BEARER)
    assert status == 400
    assert named in body["detail"]


async def test_one_call_comes_with_what_happened(site: Site) -> None:
    status, body, _ = await site.get(f"/api/v1/calls/{CALL.id}", headers=BEARER)
    assert (status, body["ani"]) == (200, "0812")
    assert body["facts"] == [
        {"seq": 1, "at": "2026-11-24T01:02:03Z", "kind": "arrived", "data": {"node": "a"}}
    ]


@pytest.mark.parametrize(
    ("error", "status", "title"),
    [
        (NotThere("x"), 404, "no such call"),
        (Away("gone"), 503, "database away"),
        (RuntimeError("secret words"), 500, "our mistake"),
    ],
)
async def test_faults_are_problem_details(site: Site, error: Exception, status: int, title: str) -> None:
    site.calls.error = error
    found, body, answer = await site.get(f"/api/v1/calls/{CALL.id}", headers=BEARER)
    assert (found, body["title"], body["status"]) == (status, title, status)
    assert answer.content_type == "application/problem+json"
    assert "secret words" not in str(body)


async def test_a_database_that_hangs_costs_the_asker_a_limited_time(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hang(**_: Any) -> CallPage:
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr("ct112.web.app.ANSWER_SECONDS", 0.05)
    monkeypatch.setattr(site.calls, "calls", hang)
    status, _, _ = await site.get("/api/v1/calls", headers=BEARER)
    assert status == 503


async def test_a_path_that_is_not_there_is_a_problem_too(site: Site) -> None:
    status, body, answer = await site.get("/nowhere")
    assert (status, body["status"]) == (404, 404)
    assert answer.content_type == "application/problem+json"


async def test_the_description_fits_the_routes(site: Site) -> None:
    status, body, _ = await site.get("/api/v1/openapi.json")
    assert status == 200
    for path, methods in body["paths"].items():
        if "post" in methods:
            continue
        found, _, _ = await site.get(path.replace("{id}", CALL.id), headers=BEARER)
        assert found == 200, path
    names = {one["name"] for one in body["paths"]["/api/v1/calls"]["get"]["parameters"]}
    assert names == {"limit", "after", "before", "service_class", "outcome"}
    assert set(body["components"]["schemas"]["CallView"]["properties"]) == set(CallView.model_fields)


async def test_positions_are_as_they_are_now_for_those_with_the_token(site: Site) -> None:
    assert (await site.get("/api/v1/positions"))[0] == 401
    status, body, _ = await site.get("/api/v1/positions", headers=BEARER)
    assert (status, body["total"], body["positions"][0]["state"]) == (200, 1, "on_call")
    assert body["positions"][0]["registered_at"] == ["a"]


async def test_call_backs_are_listed_with_how_many_cannot_be(site: Site) -> None:
    assert (await site.get("/api/v1/callbacks"))[0] == 401
    status, body, _ = await site.get("/api/v1/callbacks", headers=BEARER)
    assert status == 200
    assert (body["withheld"], body["callbacks"][0]["id"], body["callbacks"][0]["ani"]) == (3, 7, "0812")
    assert (body["total"], body["next"]) == (428, 7)
    _, body, _ = await site.get("/api/v1/callbacks", params={"after": "7", "limit": "1"}, headers=BEARER)
    assert body["next"] is None


@pytest.mark.parametrize(
    ("query", "status"),
    [({"after": "404"}, 404), ({"after": "x"}, 400), ({"after": "9" * 5000}, 400), ({"limit": "0"}, 400),
     ({"limit": "9" * 5000}, 400), ({"closed": "perhaps"}, 400), ({"colour": "red"}, 400)],
)  # fmt: skip
async def test_a_wrong_page_of_call_backs_is_told(site: Site, query: dict[str, str], status: int) -> None:
    found, body, _ = await site.get("/api/v1/callbacks", params=query, headers=BEARER)
    assert (found, body["status"]) == (status, status)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("7", {"operator": "operator-1"}, 202),
        ("7", {"operator": "operator-2"}, 409),
        ("8", {"operator": "operator-1"}, 409),
        ("7", {"operator": ""}, 400),
        ("7", {}, 400),
        ("7", {"operator": "operator-1", "colour": "red"}, 400),
        ("seven", {"operator": "operator-1"}, 404),
        ("9" * 40, {"operator": "operator-1"}, 404),
        ("9" * 5000, {"operator": "operator-1"}, 404),
        ("%D9%A3", {"operator": "operator-1"}, 404),
    ],
)
async def test_taking_a_call_back(site: Site, path: str, body: dict[str, str], status: int) -> None:
    url = f"/api/v1/callbacks/{path}/take"
    async with site.client.post(url, json=body) as answer:
        assert answer.status == 401
    async with site.client.post(url, json=body, headers=BEARER) as answer:
        assert answer.status == status
        told = await answer.json(content_type=None)
    assert told["taken_by"] == "operator-1" if status == 202 else told["detail"]


async def test_a_body_that_is_no_json_is_told_so(site: Site) -> None:
    async with site.client.post("/api/v1/callbacks/7/take", data=b"{", headers=BEARER) as answer:
        assert answer.status == 400
