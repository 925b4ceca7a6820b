"""Settings: from variables, from a file, and errors that say which and what to do."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from ct112.settings import Settings, SettingsError, env_file, load, origin

NODE = (
    '[{"name": "a", "ari_url": "http://127.0.0.1:8088/ari", "ari_user": "u", "ari_password": "hidden",'
    ' "ami_user": "m", "ami_password": "hidden"}]'
)


def test_variables_win_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "ct112.env"
    file.write_text(f"CT112_NODES='{NODE}'\nCT112_WEB_PORT=9000\nCT112_RING_SECONDS=7\n")
    monkeypatch.setenv("CT112_ENV_FILE", str(file))
    monkeypatch.setenv("CT112_WEB_PORT", "9001")
    settings = load()
    assert (settings.web_port, settings.ring_seconds, settings.nodes[0].name) == (9001, 7, "a")
    assert settings.policy().ring_seconds == 7
    assert settings.web_local_url() == "http://127.0.0.1:9001"


def test_prompts_and_the_control_door_are_at_serve_unless_told_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CT112_ENV_FILE", "")
    monkeypatch.setenv("CT112_SERVE_PORT", "9002")
    assert load().prompts_url() == "http://127.0.0.1:9002/prompts"
    monkeypatch.setenv("CT112_SERVE_HOST", "0.0.0.0")  # what listens everywhere is asked on loopback
    assert load().control_url() == "http://127.0.0.1:9002"
    monkeypatch.setenv("CT112_SERVE_URL", "http://serve:8113/")
    monkeypatch.setenv("CT112_PROMPT_BASE_URL", "http://192.0.2.1:8113/")
    assert load().control_url() == "http://serve:8113"
    assert load().prompts_url() == "http://192.0.2.1:8113/prompts"


def test_the_usual_file_is_read_when_no_other_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = tmp_path / "ct112.env"
    monkeypatch.setattr("ct112.settings.ENV_FILE", usual)
    monkeypatch.delenv("CT112_ENV_FILE", raising=False)
    assert load().ring_seconds == 15
    usual.write_text("CT112_RING_SECONDS=7\n")
    assert load().ring_seconds == 7
    assert str(usual) in origin()
    monkeypatch.setenv("CT112_ENV_FILE", "")  # none at all
    assert load().ring_seconds == 15


def test_a_file_only_systemd_may_read_is_asked_for_only_when_nothing_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = tmp_path / "ct112.env"
    usual.write_text("CT112_RING_SECONDS=7\n")
    monkeypatch.setattr("ct112.settings.ENV_FILE", usual)
    monkeypatch.setattr("ct112.settings.os.access", lambda *_: False)
    monkeypatch.delenv("CT112_ENV_FILE", raising=False)
    assert env_file() == usual  # and reading it says that one may not
    monkeypatch.setenv("CT112_RING_SECONDS", "9")  # as EnvironmentFile= gives it
    assert env_file() is None
    assert load().ring_seconds == 9


def test_a_line_that_says_nothing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "ct112.env"
    file.write_text("CT112_WEB_PORT=9000\n\nCT112_NODES='[\n")
    monkeypatch.setenv("CT112_ENV_FILE", str(file))
    with pytest.raises(SettingsError, match=r"ct112\.env, line 3 is no NAME=value"):
        load()


def test_a_file_that_is_no_text_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "ct112.env"
    file.write_bytes(b"\xff\xfe")
    monkeypatch.setenv("CT112_ENV_FILE", str(file))
    with pytest.raises(SettingsError, match="cannot be read"):
        load()


def test_passwords_do_not_show_in_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CT112_NODES", NODE)
    assert "hidden" not in repr(load())


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("CT112_WEB_PORT", "many", "CT112_WEB_PORT"),
        ("CT112_NODES", "not json", "JSON"),
        ("CT112_NODES", '[{"name": "a"}]', "ARI_URL"),
        ("CT112_RING_SECONDS", "0", "greater than 0"),
        ("CT112_ENV_FILE", "/nowhere/ct112.env", "/nowhere/ct112.env"),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: str, says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=says):
        load()


def test_the_switch_is_pushed_well_before_it_goes_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CT112_DEAD_MAN_SECONDS", "9")
    policy = load().policy()
    assert policy.switch_seconds == 9
    assert policy.switch_every_seconds * 3 <= policy.switch_seconds


@pytest.mark.parametrize("url", ["", "http://10.0.0.1:8113", "https://serve.example", "http://[::1]:8113/"])
def test_where_serve_is_may_be_an_address_or_nothing(url: str) -> None:
    assert Settings(_env_file=None, serve_url=url).control_url().startswith("http")


@pytest.mark.parametrize("url", ["serve", "ftp://h", "http://", "http://[::1", "http://h/x y", "http://h:x"])
def test_what_is_no_address_of_serve_is_said_at_the_start(url: str) -> None:
    with pytest.raises(ValidationError, match="serve_url"):
        Settings(_env_file=None, serve_url=url)


@pytest.mark.parametrize("words", [["serve"], ["web"], ["worker"], ["db", "upgrade"], ["operator", "list"]])
def test_every_process_finds_its_settings_in_the_file_alone(tmp_path: Path, words: list[str]) -> None:
    """Nothing of them, no secret above all, has to be in a process's environment."""
    file = tmp_path / "ct112.env"
    file.write_text("CT112_WEB_PORT=many\nCT112_API_TOKEN=hidden\n")
    names = ("PATH", "PYTHONPATH", "LANG")
    environment = {name: os.environ[name] for name in names if name in os.environ}
    ended = subprocess.run(
        [sys.executable, "-m", "ct112.cli", *words],
        env={**environment, "CT112_ENV_FILE": str(file)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ended.returncode
    assert "CT112_WEB_PORT" in ended.stderr
    assert str(file) in ended.stderr
    assert "hidden" not in ended.stderr + ended.stdout
