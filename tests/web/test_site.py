"""What the web answers: health, metrics, prompts, calls; and whom it refuses."""

import pytest

from ct112.http.health import Health, Part
from tests.web.site import BEARER, CALL, Site, fill


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
@pytest.mark.parametrize("path", ["/api/v1/calls", f"/api/v1/calls/{CALL}"])
async def test_calls_are_for_those_with_the_token(
    site: Site, path: str, header: dict[str, str], status: int
) -> None:
    await fill(site.store)
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
    assert status == 401
    assert "token" in body["detail"]


async def test_a_path_that_is_not_there_is_a_problem_too(site: Site) -> None:
    status, body, answer = await site.get("/nowhere")
    assert (status, body["status"]) == (404, 404)
    assert answer.content_type == "application/problem+json"
