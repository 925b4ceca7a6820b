"""`ct112 ivr validate` and `simulate`: without a database, every mistake in one round."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from ct112.cli import ivr as cli_ivr
from tests.ivr.documents import SMALL, line_of


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CT112_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("CT112_ENV_FILE", "")


def run(folder: Path, command: str, text: str, *more: str, code: int = 0) -> str:
    """Run a command on a document; return what it said."""
    file = folder / "menu.yaml"
    file.write_text(text)
    result = CliRunner().invoke(cli_ivr.app, [command, str(file), *more])
    assert result.exit_code == code, result.output
    return result.output


MISTAKES = (
    ("tries: 2", "tries: 0"),
    ("next: question", "next: qestion"),
    ("languages: [id]", "languages: [id]\ntime_zone: Asia/Pekalongan"),
    ("      2: hours", "      2: hours\n      22: hours"),
    ("silence: emergency\n    invalid: emergency", "silence: question\n    invalid: emergency"),
    ("id: Kantor buka.", "jv: Kantor bukak."),
)


def test_every_mistake_is_told_in_the_first_round(tmp_path: Path) -> None:
    text = SMALL.replace("tries: 2\n", "wait: 99\n", 1).replace("    wait: 2\n", "", 1)
    text = SMALL
    for was, becomes in MISTAKES[1:]:
        assert was in text
        text = text.replace(was, becomes, 1)
    said = run(tmp_path, "validate", text, code=1)
    for part in ("qestion", "time_zone", "22:", "silence:", "jv:"):
        assert f"line {line_of(text, part)}: " in said, (part, said)
    broken = text.replace(*MISTAKES[0])  # a node of the wrong shape hides what is in it, and nothing else
    said = run(tmp_path, "validate", broken, code=1)
    for part in ("tries: 0", "qestion", "time_zone", "jv:"):
        assert f"line {line_of(broken, part)}: " in said, (part, said)
    assert said.count("\n") == len(set(said.splitlines()))


def test_a_language_without_a_voice_is_told_what_to_do(tmp_path: Path) -> None:
    text = SMALL.replace("languages: [id]", "languages: [id, jv]").replace(
        "id: Mohon", "jv: Nuwun\n  id: Mohon"
    )
    said = run(tmp_path, "validate", text, code=1)
    assert "there is no voice for the language 'jv': record it ({ recording: NAME }), or let another" in said
    assert said.count("nothing is said in the language 'jv'") == 2


def test_a_text_is_shown_under_its_own_language(tmp_path: Path) -> None:
    text = SMALL.replace("languages: [id]", "languages: [jv, id]")
    for was in ("Mohon tunggu.", "Darurat tekan 1, informasi 2.", "Kantor buka."):
        text = text.replace(f"id: {was}", f"{{ id: {was.replace(',', '')}, jv: Sugeng }}")
    said = run(tmp_path, "simulate", text)
    assert "hears [id] Darurat" in said
    assert "[jv]" not in said


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--wait", "-4"), "--wait"),
        (("--wait", "nan"), "--wait"),
        (("--digits", "x"), "is no key"),
        (("--digits", "٣"), "is no key"),
    ],
)
def test_what_no_caller_can_do_is_refused(tmp_path: Path, more: tuple[str, ...], says: str) -> None:
    code = 2 if "--wait" in more else 1
    assert says in run(tmp_path, "simulate", SMALL, *more, code=code)


def test_a_file_that_cannot_be_read_is_said_so(tmp_path: Path) -> None:
    for name, says in (("none.yaml", "cannot be read (No such file"), (".", "cannot be read (Is a dir")):
        result = CliRunner().invoke(cli_ivr.app, ["validate", str(tmp_path / name)])
        assert result.exit_code == 1
        assert says in result.output
    (tmp_path / "latin.yaml").write_bytes(b"name: caf\xe9\n")
    assert "UTF-8" in CliRunner().invoke(cli_ivr.app, ["validate", str(tmp_path / "latin.yaml")]).output
