"""`ct112 ivr …` as an administrator runs it, with the database."""

import re
from pathlib import Path

import pytest

from ct112.ivr import default_text
from tests.ivr.documents import SMALL
from tests.store.terminal import Terminal


@pytest.fixture
def menu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a good document, and a place for its prompts."""
    monkeypatch.setenv("CT112_STATE_DIR", str(tmp_path))
    file = tmp_path / "menu.yaml"
    file.write_text(SMALL)
    return file


def test_what_is_shown_can_be_published_again_and_headers_do_not_pile_up(
    terminal: Terminal, menu: Path
) -> None:
    for note in ("first", "second\nline\x1b[2J", "third"):
        terminal.ivr("publish", str(menu), "--note", note)
        menu.write_text(terminal.ivr("show"))
    shown = menu.read_text()
    assert re.match(r"# version 3, published \d{4}-\d\d-\d\d \d\d:\d\d \S+\n# note: third\nlanguages:", shown)
    assert shown.endswith(SMALL)
    second = terminal.ivr("show", "--version", "2").splitlines()
    assert second[1] == "# note: second line [2J"
    assert second[2] == SMALL.splitlines()[0]


def test_the_built_in_document_loses_its_header_too(terminal: Terminal, menu: Path) -> None:
    menu.write_text(terminal.ivr("show"))
    terminal.ivr("publish", str(menu))
    assert "built-in" not in terminal.ivr("show")
    assert terminal.ivr("show").endswith(default_text())


def test_versions_are_listed_the_live_one_first(terminal: Terminal, menu: Path) -> None:
    assert "nothing was published" in terminal.ivr("versions")
    for note in ("first", "second"):
        terminal.ivr("publish", str(menu), "--note", note)
    lines = terminal.ivr("versions").splitlines()
    assert [line.split()[0] for line in lines] == ["version", "2", "1"]
    assert lines[1].endswith("second")
    assert "see ct112 ivr versions" in terminal.ivr("show", "--version", "7", code=1)


def test_publishing_says_by_whose_settings_it_judged(
    terminal: Terminal, menu: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CT112_API_TOKEN", "a token")
    monkeypatch.setenv("CT112_WEB_PORT", "1")
    said = terminal.ivr("publish", str(menu))
    assert (
        "! judged by CT112_… variables, not by what runs: ct112 web does not answer at http://127.0.0.1:1"
        in said
    )


def test_other_settings_than_the_running_ct112s_are_no_judge(
    terminal: Terminal, menu: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    theirs = {"recordings_dir": "/srv/rec", "state_dir": str(tmp_path), "emergency_limit_seconds": 15.0}
    monkeypatch.setattr("ct112.cli.live.ask", lambda *_: (200, theirs))
    said = terminal.ivr("publish", str(menu), code=1)
    assert "recordings_dir is None here, /srv/rec there" in said
    assert "CT112_ENV_FILE" in said
    assert "nothing was published" in terminal.ivr("versions")
    monkeypatch.setenv("CT112_RECORDINGS_DIR", "/srv/rec")
    assert "recordings from /srv/rec" in terminal.ivr("publish", str(menu))
