"""A check never raises and never hangs; what is wrong is a finding with a remedy."""

import asyncio
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from ct112.doctor import checks
from ct112.doctor.checks import Answer, checked


async def test_what_holds_needs_no_remedy() -> None:
    async def fine() -> Answer:
        return True, "all well"

    found = await checked("x", "do something", fine)
    assert (found.ok, found.detail, found.remedy) == (True, "all well", "")


async def test_what_raises_is_a_finding_with_its_remedy() -> None:
    async def broken() -> Answer:
        raise ConnectionRefusedError("nobody there")

    found = await checked("x", "start it", broken)
    assert found.ok is False
    assert found.detail == "ConnectionRefusedError: nobody there"
    assert found.remedy == "start it"


async def test_what_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async def hang() -> Answer:
        await asyncio.Event().wait()
        return True, ""

    monkeypatch.setattr("ct112.doctor.checks.LIMIT_SECONDS", 0.05)
    found = await checked("x", "wake it", hang)
    assert (found.ok, found.detail, found.remedy) == (False, "TimeoutError", "wake it")


async def test_a_host_name_that_does_not_resolve_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "no-such-host.invalid")
    found = await checked("host name", "put it into /etc/hosts", checks.host_name)
    assert found.ok is False
    assert "gaierror" in found.detail


@pytest.mark.parametrize(("seconds", "well"), [([1.5, 1.5], False), ([1.5, 0.1], True), ([0.1], True)])
async def test_a_host_name_that_resolves_slowly_every_time_is_found(
    seconds: list[float], well: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    takes = iter(seconds)

    async def resolve(_name: str) -> float:
        return next(takes)

    monkeypatch.setattr("ct112.doctor.checks._seconds_to_resolve", resolve)
    assert (await checks.host_name())[0] is well


async def test_a_full_disk_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (await checks.disk(tmp_path / "not" / "there" / "yet"))[1].endswith(str(tmp_path))
    monkeypatch.setattr("shutil.disk_usage", lambda _path: type("Usage", (), {"free": 1 << 20})())
    ok, detail = await checks.disk(tmp_path)
    assert (ok, detail.split(" GiB")[0]) == (False, "0.0")


async def test_prompts_have_to_be_there_and_be_served(tmp_path: Path) -> None:
    async def serve(_request: web.Request) -> web.Response:
        return web.Response(body=b"RIFF")

    app = web.Application()
    app.router.add_get("/prompts/a.wav", serve)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        assert (await checks.prompts(tmp_path, ["a"], f"{url}/prompts"))[0] is False
        (tmp_path / "a.wav").write_bytes(b"RIFF")
        assert (await checks.prompts(tmp_path, ["a"], f"{url}/prompts"))[0] is True
        assert (await checks.prompts(tmp_path, ["a"], f"{url}/elsewhere"))[0] is False
        assert (await checks.prompts(tmp_path, [], f"{url}/prompts"))[0] is False
    finally:
        await runner.cleanup()
    with pytest.raises(aiohttp.ClientError):
        await checks.prompts(tmp_path, ["a"], f"{url}/prompts")
