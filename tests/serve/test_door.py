"""serve's own HTTP: prompts and health; who may pass is in `tests/control`."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from ct112.http.health import Health, Part
from ct112.serve.door import make_door

KEY = "0123456789abcdef0123456789abcdef"
PARTS = (Part("ari", True, "a: ready", needed=True),)


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[TestClient[Any, Any]]:
    app = make_door(health=lambda: Health(True, PARTS), prompts_dir=tmp_path)
    async with TestClient(TestServer(app)) as client:
        yield client


async def test_health_and_metrics_need_no_token(door: TestClient[Any, Any]) -> None:
    assert await (await door.get("/healthz")).json() == {"status": "alive"}
    ready = await (await door.get("/readyz")).json()
    assert ready["parts"] == [{"name": "ari", "ok": True, "detail": "a: ready", "needed": True}]
    assert "# TYPE ct112_" in await (await door.get("/metrics")).text()


async def test_a_prompt_may_be_kept_for_ever(door: TestClient[Any, Any], tmp_path: Path) -> None:
    (tmp_path / f"{KEY}.wav").write_bytes(b"RIFF sound")
    answer = await door.get(f"/prompts/{KEY}.wav")
    assert (answer.status, await answer.read()) == (200, b"RIFF sound")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["ETag"] == f'"{KEY}"'
    again = await door.get(f"/prompts/{KEY}.wav", headers={"If-None-Match": f'"{KEY}"'})
    assert (again.status, await again.read()) == (304, b"")


@pytest.mark.parametrize("name", [f"{KEY}.wav", "..%2Fsecret.wav", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "x.wav"])
async def test_only_prompts_are_served(door: TestClient[Any, Any], tmp_path: Path, name: str) -> None:
    (tmp_path.parent / "secret.wav").write_bytes(b"not yours")
    (tmp_path / "x.wav").write_bytes(b"not a prompt's name")
    answer = await door.get(f"/prompts/{name}")
    assert answer.status == 404
    assert (await answer.json(content_type=None))["title"] in ("no such prompt", "Not Found")
