"""One cause has one ✗ with its remedy; what it hides is not asked; warnings keep nobody from going live."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from typer.testing import CliRunner

from ct112.cli import main as cli
from ct112.doctor.asterisk import Ari
from ct112.doctor.checks import Trouble
from ct112.doctor.examination import Examination
from ct112.settings import NodeSettings, Settings

ENDPOINTS = [
    {"resource": "trunk", "state": "offline"},
    {"resource": "pos-1", "state": "online"},
    {"resource": "pos-2", "state": "offline"},
]


def node(url: str = "http://127.0.0.1:1/ari") -> NodeSettings:
    """A node; by default nothing is there."""
    return NodeSettings.model_validate(
        {"name": "a", "ari_url": url, "ari_user": "u", "ari_password": "hidden", "ami_port": 1,
         "ami_user": "m", "ami_password": "hidden"}
    )  # fmt: skip


def settings(folder: Path, **more: Any) -> Settings:
    """Settings of a machine where nothing runs."""
    return Settings(
        _env_file=None,
        nodes=[node()],
        database_url="postgresql://ct112:s3cret@127.0.0.1:1/ct112",
        web_port=1,
        serve_port=1,
        worker_port=1,
        state_dir=folder,
        **more,
    )


async def found(given: Settings) -> dict[str, Any]:
    """Return the checks by name."""
    return {one.name: one for one in await Examination(given).run()}


@pytest.fixture
async def asterisk() -> AsyncIterator[str]:
    """An ARI that knows three endpoints and one user."""

    async def endpoints(request: web.Request) -> web.Response:
        if "Authorization" not in request.headers or request.headers["Authorization"].endswith("eDp4"):
            return web.json_response({"message": "Authentication required"}, status=401)
        return web.json_response(ENDPOINTS)

    app = web.Application()
    app.router.add_get("/ari/endpoints/PJSIP", endpoints)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/ari"
    await runner.cleanup()


async def test_what_is_down_has_one_cross_and_its_remedy(tmp_path: Path) -> None:
    checks = await found(settings(tmp_path))
    crosses = {name: one for name, one in checks.items() if one.ok is False}
    processes = {"ct112 serve", "ct112 web", "ct112 worker"}
    assert set(crosses) == {"database migrated", *processes, "a: ARI, version"}
    assert "start PostgreSQL" in crosses["database migrated"].remedy
    assert "s3cret" not in str(checks)
    assert {name: crosses[name].remedy for name in processes} == {
        name: f"start it: {name}" for name in processes
    }
    assert "start Asterisk" in crosses["a: ARI, version"].remedy
    hidden = {name: one.detail for name, one in checks.items() if not one.asked}
    assert hidden["a: AMI, fallback queue"] == hidden["a: trunk"] == "not asked: see 'a: ARI, version'"
    assert hidden["prompts"] == "not asked: see 'database migrated'"


async def test_the_trunk_and_the_phones_are_warnings(asterisk: str) -> None:
    ari = Ari(node(asterisk))
    assert await ari.trunk("trunk") == (None, "offline")
    assert await ari.phones(["pos-2"]) == (None, "none registered")
    assert await ari.phones(["pos-1", "pos-2"]) == (True, "pos-1")
    with pytest.raises(Trouble, match="no endpoint telkom"):
        await ari.trunk("telkom")


async def test_a_position_without_its_account_is_named(asterisk: str) -> None:
    assert await Ari(node(asterisk)).accounts(["pos-1", "pos-9"]) == (False, "without: pos-9")


async def test_a_wrong_password_and_a_wrong_address_have_their_own_remedies(asterisk: str) -> None:
    wrong = node(asterisk).model_copy(update={"ari_user": "x", "ari_password": node().ami_password})
    wrong = NodeSettings.model_validate({**wrong.model_dump(), "ari_password": "x", "ami_password": "x"})
    with pytest.raises(Trouble, match="refuses user or password") as refused:
        await Ari(wrong).get("endpoints/PJSIP")
    assert "ari.conf" in refused.value.remedy
    with pytest.raises(Trouble, match="nothing answers") as nobody:
        await Ari(node()).get("endpoints/PJSIP")
    assert "start Asterisk" in nobody.value.remedy


async def test_a_misspelled_setting_is_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "ct112.env"
    file.write_text("CT112_DATABSE_URL=x\nCT112_WEB_PORT=1\nOTHER=1\n")
    monkeypatch.setenv("CT112_ENV_FILE", str(file))
    monkeypatch.setenv("CT112_LAB_DIR", ".lab")
    check = (await found(settings(tmp_path)))["settings"]
    assert (check.ok, check.detail) == (None, "no such setting: CT112_DATABSE_URL")


async def test_a_token_that_can_be_guessed_is_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CT112_ENV_FILE", "")
    check = (await found(settings(tmp_path, api_token="112")))["settings"]
    assert (check.ok, "can be guessed" in check.detail) == (None, True)
    check = (await found(settings(tmp_path, api_token="x" * 24)))["settings"]
    assert check.ok is True


async def test_no_nodes_is_one_cross(tmp_path: Path) -> None:
    checks = await found(settings(tmp_path).model_copy(update={"nodes": []}))
    assert "ct112 asterisk render" in checks["nodes"].remedy


def test_the_command_prints_signs_and_its_code_says_whether_to_go_live(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CT112_ENV_FILE", "")
    monkeypatch.setenv("CT112_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("CT112_WEB_PORT", "1")
    result = CliRunner().invoke(cli.app, ["doctor"])
    assert result.exit_code == 1
    assert "✗ database migrated" in result.output
    assert "– prompts" in result.output
    as_json = json.loads(CliRunner().invoke(cli.app, ["doctor", "--json"]).stdout)
    assert {one["name"] for one in as_json} >= {
        "python",
        "disk",
        "ct112 serve",
        "ct112 web",
        "ct112 worker",
        "nodes",
    }
