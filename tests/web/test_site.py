"""What the web answers: health, metrics, prompts, calls; and whom it refuses."""

import asyncio
from typing import Any

import pytest

from ct112.http.health import Health, Part
from ct112.web import CallPage, NotFound, Unavailable
from tests.web.site import BEARER, CALL, Site


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
    query = {"limit": "7", "after": "cursor", "service_class": "urgent", "outcome": "abandoned"}
    status, body, _ = await site.get("/api/v1/calls", params=query, headers=BEARER)
    assert status == 200
    assert site.calls.asked == query | {"limit": 7}
    assert (body["total"], body["next"]) == (428, "cursor")
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
        (NotFound("x"), 404, "no such call"),
        (Unavailable("gone"), 503, "database away"),
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

    monkeypatch.setattr("ct112.web.serving.MOST_SECONDS", 0.05)
    monkeypatch.setattr(site.calls, "calls", hang)
    status, _, _ = await site.get("/api/v1/calls", headers=BEARER)
    assert status == 503


async def test_a_path_that_is_not_there_is_a_problem_too(site: Site) -> None:
    status, body, answer = await site.get("/nowhere")
    assert (status, body["status"]) == (404, 404)
    assert answer.content_type == "application/problem+json"
