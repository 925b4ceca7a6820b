"""A short night as a whole: a caller lost on purpose is seen, and an interrupted night leaves nothing."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil

from lab.places import REPOSITORY

NIGHT = [sys.executable, "-m", "lab.night", "--seed", "1"]
LIMIT_SECONDS = 240
LEAVE_SECONDS = 60


def test_a_caller_lost_on_purpose_is_seen(tmp_path: Path) -> None:
    figures = tmp_path / "night.json"
    command = [*NIGHT, "--minutes", "0.5", "--lose-one", "--json", str(figures)]
    night = subprocess.run(
        command, cwd=REPOSITORY, capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False
    )
    assert night.returncode == 1, night.stdout + night.stderr
    found = json.loads(figures.read_text("utf-8"))
    assert "who stays reaches a person" in {one["promise"] for one in found["broken promises"]}, found
    assert "is lost on purpose" in night.stdout, "the story tells how"
    assert found["heard a person"] > 0, "the others did"


def test_an_interrupted_night_leaves_nothing(tmp_path: Path) -> None:
    log = tmp_path / "night.log"
    with log.open("wb") as sink:
        night = subprocess.Popen(
            [*NIGHT, "--minutes", "5"], cwd=REPOSITORY, stdout=sink, stderr=sink, start_new_session=True
        )
    children: set[psutil.Process] = set()
    started = time.monotonic()
    while time.monotonic() - started < 25:
        children |= set(psutil.Process(night.pid).children(recursive=True))
        time.sleep(0.5)
    assert {child.name() for child in children if child.is_running()} >= {"asterisk", "postgres"}, (
        log.read_text()
    )
    night.send_signal(signal.SIGINT)
    night.wait(LEAVE_SECONDS)
    left = [child for child in children if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]
    assert left == [], log.read_text()
    tables = subprocess.run(["nft", "list", "tables"], capture_output=True, text=True, check=False).stdout
    assert "ct112_drill" not in tables
