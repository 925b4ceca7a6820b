"""The edge of the command line: quick to start, and whatever goes wrong is one sentence with a remedy."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ct112 import __version__
from ct112.cli import main as cli
from ct112.ivr import default_text

HEAVY = (
    *("sqlalchemy", "asyncpg", "aiohttp", "numpy", "alembic", "panoramisk", "structlog"),
    *("prometheus_client", "phonenumbers"),
)
AWAY = {
    "CT112_ENV_FILE": "",
    "CT112_DATABASE_URL": "postgresql://u:s3cret@127.0.0.1:1/d",
    "CT112_WEB_PORT": "1",
    "CT112_API_TOKEN": "t",
    "CT112_SERVE_PORT": "1",
    "CT112_CONTROL_TOKEN": "t",
    "CT112_NODES": "[]",
}
HELPS = [
    ("--help",), ("operator", "--help"), ("operator", "add", "--help"), ("position", "--help"),
    ("roster", "plan", "--help"), ("setting", "set", "--help"), ("pause-reason", "add", "--help"),
    ("callback", "take", "--help"),
    ("ivr", "publish", "--help"), ("spool", "status", "--help"), ("db", "upgrade", "--help"),
    ("asterisk", "--help"), ("doctor", "--help"), ("serve", "--help"), ("--version",),
]  # fmt: skip
NEEDED = {  # what a command may import to do its work
    ("operator", "list"): {"sqlalchemy", "asyncpg"},
    ("operator", "bar", "siti"): {"sqlalchemy", "asyncpg"},
    ("setting", "list"): {"sqlalchemy", "asyncpg"},
    ("setting", "set", "ring_seconds=40"): {"sqlalchemy", "asyncpg"},
    ("pause-reason", "list"): {"sqlalchemy", "asyncpg"},
    ("operator", "sit", "siti", "pos-1"): set[str](),
    ("operator", "pause", "siti"): set[str](),
    ("position", "list"): {"sqlalchemy", "asyncpg"},
    ("callback", "list"): {"sqlalchemy", "asyncpg"},
    ("callback", "take", "7", "--operator", "siti"): set[str](),
    ("spool", "status"): set[str](),
    ("asterisk", "render", "--trunk", "192.0.2.1", "--node", "!"): set[str](),
}


def imported(*words: str) -> set[str]:
    """Return which heavy packages a command imports."""
    script = (
        "import sys\nfrom ct112.cli import main as cli\n"
        "try:\n    cli.app(prog_name='ct112')\nexcept SystemExit:\n    pass\n"
        f"print('imported', *(name for name in {HEAVY!r} if name in sys.modules))"
    )
    result = subprocess.run(
        [sys.executable, "-c", script, *words],
        env=os.environ | AWAY,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(result.stdout.splitlines()[-1].split()[1:])


@pytest.mark.parametrize("words", HELPS, ids=" ".join)
def test_what_only_talks_imports_nothing_heavy(words: tuple[str, ...]) -> None:
    assert imported(*words) == set()


@pytest.mark.parametrize(("words", "needed"), NEEDED.items(), ids=lambda value: " ".join(sorted(value)))
def test_a_command_imports_what_it_needs_and_no_more(words: tuple[str, ...], needed: set[str]) -> None:
    assert imported(*words) <= needed


def test_the_version_is_told() -> None:
    assert CliRunner().invoke(cli.app, ["--version"]).output == f"ct112 {__version__}\n"


def run(*words: str, **more: str) -> tuple[int, str]:
    """Run a command with nothing there it could use; return its code and what it said."""
    result = CliRunner().invoke(cli.app, list(words), env=AWAY | more)
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    return result.exit_code, result.output


BAD: list[tuple[tuple[str, ...], str]] = [
    (("operator", "list"), "start PostgreSQL"),
    (("operator", "add", "siti"), "start PostgreSQL"),
    (("operator", "add", "siti", "--position", "pos-1"), "ct112 operator sit siti pos-1"),
    (("operator", "add", "siti", "--pin-stdin"), "a PIN is 4 to 12 digits"),
    (("operator", "pause", "siti"), "start it (ct112 serve)"),
    (("operator", "sit", "siti", "pos-1"), "start it (ct112 serve)"),
    (("operator", "sit", "siti", "pos 1"), "is no name"),
    (("operator", "leave", "siti"), "start it (ct112 serve)"),
    (("operator", "pause", "siti", "--reason", "Makan siang"), "is no name"),
    (("position", "list"), "start PostgreSQL"),
    (("position", "add", "trunk"), "choose pos-1"),
    (("position", "add", "pos-1; reload"), "is no name"),
    (("roster", "show"), "start PostgreSQL"),
    (("roster", "plan", "siti", "--from", "tomorrow"), "--from"),
    (("roster", "plan", "siti", "--from", "2030-01-01 07:00", "--hours", "nan"), ""),
    (("operator", "pause", "a\udcffb"), "'a\\udcffb' is no name"),
    (("operator", "remove", ""), "is no name"),
    (("callback", "take", "7", "--operator", "x" * 500), "is no name"),
    (
        ("asterisk", "render", "--trunk", "192.0.2.1", "--target", "/etc/passwd", "--env-file", "/nowhere/e"),
        "--target",
    ),
    (
        ("asterisk", "render", "--trunk", "192.0.2.1", "--target", "/nowhere-1", "--templates", "/nowhere"),
        "no templates",
    ),
    (
        ("asterisk", "render", "--trunk", "192.0.2.1", "--target", "/nowhere-1", "--env-file", "/tmp"),
        "another file",
    ),
    (("position", "password", "pos-1"), "start PostgreSQL"),
    (("callback", "list"), "start PostgreSQL"),
    (("callback", "take", "7", "--operator", "siti"), "ct112 web does not answer"),
    (("callback", "take", "+62812", "--operator", "siti"), "start it"),
    (("callback", "take", "9" * 400, "--operator", "siti"), "ID"),
    (("callback", "result", "7", "reached"), "start PostgreSQL"),
    (("callback", "result", "7", "nonsense"), "nonsense"),
    (("spool", "status"), "CT112_STATE_DIR"),
    (("spool", "replay"), "nothing to replay"),
    (("db", "upgrade"), "start PostgreSQL"),
    (("db", "status"), "start PostgreSQL"),
    (("ivr", "show"), "start PostgreSQL"),
    (("ivr", "show", "--version", "-1"), "--version"),
    (("ivr", "validate", "/nowhere.yaml"), "name a file of yours"),
    (("ivr", "publish", "/nowhere.yaml"), "name a file of yours"),
    (("asterisk", "render", "--trunk", "192.0.2.1", "--target", "/proc/nowhere"), "not rendered"),
    (("asterisk", "render", "--trunk", "1;2", "--target", "/nowhere-ct112"), "not rendered"),
    (("serve",), "CT112_NODES is empty"),
    (("capacity", "--calls-per-hour", "nan", "--handle-time", "1"), ""),
    (("nonsense",), "nonsense"),
]


@pytest.mark.parametrize(("words", "remedy"), BAD, ids=lambda value: " ".join(value)[:40])
def test_what_cannot_be_is_a_sentence(words: tuple[str, ...], remedy: str, tmp_path: Path) -> None:
    code, said = run(*words, CT112_STATE_DIR=str(tmp_path / "state"))
    assert code in (1, 2), said
    assert "s3cret" not in said
    assert remedy in said
    if code == 1:
        lines = [line for line in said.splitlines() if not line.startswith("!")]
        assert len(lines) == 1, said


SETTINGS = [
    {"CT112_WEB_PORT": "many"},
    {"CT112_NODES": "{"},
    {"CT112_NODES": '[{"name": "A B"}]'},
    {"CT112_ENV_FILE": "/nowhere"},
    {"CT112_DATABASE_URL": "mysql://u:s3cret@h/d"},
    {"CT112_DATABASE_URL": "postgresql://u:s3cret@[::1/d"},
    {"CT112_DATABASE_URL": "postgresql://u:s3cret@h:port/d"},
    {"CT112_DATABASE_URL": "postgresql://u:s3cret@no-such-host.invalid/d"},
    {"CT112_DATABASE_URL": ""},
    {"CT112_DATABASE_URL": "postgresql://u:s3cret@127.0.0.1:1/d?sslmode=nonsense"},
    {"CT112_DATABASE_URL": "postgresql://u:s3cret@127.0.0.1:1/d?nonsense=1"},
    {"CT112_STATE_DIR": "/proc/nowhere"},
    {"CT112_FALLBACK_DIRS": "x"},
    {"CT112_WEB_HOST": "no such host", "CT112_NODES": "[]"},
]


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
@pytest.mark.parametrize("words", ["operator list", "db upgrade", "spool status", "ivr validate menu.yaml"])
def test_a_bad_setting_is_a_sentence(words: str, settings: dict[str, str]) -> None:
    code, said = run(*words.split(), **settings)
    assert "s3cret" not in said
    assert code in (1, 2), said


def test_what_nobody_foresaw_is_a_sentence_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(**_: object) -> None:
        raise KeyError("two\nlines")

    monkeypatch.setattr(cli, "app", broken)
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert left.value.code == 70
    said = capsys.readouterr().err
    assert said.startswith("ct112: a fault of ours, please report it: KeyError at test_edge.py:")
    assert said.count("\n") == 1


@pytest.mark.parametrize("words", [("doctor",), ("ivr", "validate", "\udcff.yaml"), ("ivr", "simulate")])
def test_a_terminal_that_has_not_our_signs_is_no_fault_either(words: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "\udcff.yaml").write_text(default_text())
    more = {"PYTHONIOENCODING": "ascii", "CT112_STATE_DIR": str(tmp_path / "state")}
    result = subprocess.run(
        [sys.executable, "-m", "ct112.cli", *words],
        cwd=tmp_path, env=os.environ | AWAY | more, capture_output=True, check=False,
    )  # fmt: skip
    said = (result.stdout + result.stderr).decode()
    assert "fault of ours" not in said
    assert "Traceback" not in said
    assert said
