"""`./run` as a newcomer uses it: its ct112 speaks with the lab, and a sourced settings file does no harm."""

import os
import subprocess
from pathlib import Path

import pytest

from lab.api import from_environment

RUN = Path(__file__).parents[2] / "run"
SETTINGS = "CT112_WEB_PORT=1\nCT112_API_TOKEN=t\nCT112_DATABASE_URL=postgresql://u:s3cret@127.0.0.1:1/d\n"


def run(*words: str, folder: Path, lab: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command of `./run` in a folder; nothing of ours is in its environment but what is given."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CT112_", "PYTHON"))}
    environment = {**kept, "CT112_LAB_DIR": str(lab), **more}
    return subprocess.run(
        [str(RUN), *words], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_ct112_has_the_labs_settings_and_finds_files_where_it_was_called(tmp_path: Path) -> None:
    lab, here = tmp_path / "lab", tmp_path / "here"
    lab.mkdir()
    here.mkdir()
    (lab / "ct112.env").write_text(SETTINGS + f"CT112_STATE_DIR={lab}\n")
    (here / "menu.yaml").write_text("start: x\n")
    said = run("ct112", "ivr", "validate", "menu.yaml", folder=here, lab=lab)
    assert "✗ menu.yaml: line 1: " in said.stderr
    elsewhere = {"CT112_DATABASE_URL": "postgresql://other@192.0.2.1/d"}  # of another shell: not the lab's
    said = run("ct112", "operator", "list", folder=here, lab=lab, **elsewhere)
    assert said.returncode == 1
    assert "the database at 127.0.0.1:1 does not answer" in said.stderr
    assert str(lab / "ct112.env") in said.stderr


def test_ct112_without_a_lab_says_what_to_do(tmp_path: Path) -> None:
    said = run("ct112", "operator", "list", folder=tmp_path, lab=tmp_path / "none")
    assert said.returncode == 1
    assert "remedy: ./run up" in said.stderr


@pytest.mark.parametrize(
    ("url", "theirs"),
    [
        ("postgresql://ct112:x@127.0.0.1:24004/ct112", None),  # a sourced .lab/ct112.env
        ("postgresql://ct112:x@127.0.0.1:5432/ct112", "postgresql://ct112:x@127.0.0.1:5432/ct112"),
        ("postgresql://ct112:x@192.0.2.1:24004/ct112", "postgresql://ct112:x@192.0.2.1:24004/ct112"),
        ("", None),
    ],
)
def test_the_labs_own_address_is_not_taken_for_another_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, theirs: str | None
) -> None:
    monkeypatch.setenv("CT112_LAB_DIR", str(tmp_path))
    monkeypatch.setenv("CT112_LAB_PORT_BASE", "24000")
    monkeypatch.setenv("CT112_DATABASE_URL", url)
    lab = from_environment()
    assert ("postgres" in lab.parts) == (theirs is None)
    assert theirs is None or lab.database_url == theirs


def test_every_lab_beside_the_first_is_kept_out_of_git() -> None:
    for name in (".lab/x", ".lab2/secrets.json", ".lab-b/ct112.env"):
        ignored = subprocess.run(["git", "check-ignore", "-q", name], cwd=RUN.parent, check=False)
        assert ignored.returncode == 0, name


def test_pips_progress_is_shown_while_it_works(tmp_path: Path) -> None:
    """The function of `run` itself, fed with what pip says."""
    text = RUN.read_text("utf-8")
    function = text[text.index("progress() {") : text.index("\n}\n", text.index("progress() {")) + 3]
    said = "Collecting aiohttp==3.14.5\n  noise\nInstalling collected packages: aiohttp\n"
    shown = subprocess.run(
        ["bash", "-c", function + "progress"], input=said, capture_output=True, text=True, check=True
    )
    assert shown.stdout.startswith("  Collecting aiohttp==3.14.5\n")
    assert "noise" not in shown.stdout


def test_ctrl_c_while_pip_works_is_no_fault_of_the_index(tmp_path: Path) -> None:
    text = RUN.read_text("utf-8")
    functions = text[text.index("usage() {") : text.index("check() {")]
    bin_ = tmp_path / ".venv" / "bin"
    bin_.mkdir(parents=True)
    python = bin_ / "python"
    python.write_text('#!/bin/bash\n[ "$1" = -c ] && exit 0\necho Collecting x\nkill -INT 0\nsleep 5\n')
    python.chmod(0o755)
    (tmp_path / "pyproject.toml").touch()
    said = subprocess.run(
        ["bash", "-c", f"set -euo pipefail\n{functions}\nenvironment"],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=20, start_new_session=True,
    )  # fmt: skip
    assert said.returncode == 130, said
    assert "interrupted" in said.stderr
    assert "package index" not in said.stderr
