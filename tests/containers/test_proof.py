"""`./run containers`: images, up, doctor, calls, a kill, an upgrade, a new node, a restore, TLS, down."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lab.containers.engine import forbidden
from tests.docs.blocks import script

REASON = forbidden()
MINUTES = 15  # the first time, with nothing there: base images, packages and wheels are fetched
STEPS = (
    "up: from .env to ready",
    "as compose.yaml says: not root, nothing to write to, no secret",
    "up again changes nothing",
    "ct112 doctor",
    "three calls from the carrier",
    "serve killed with a caller waiting",
    "upgraded to rebuilt images with a talk going on",
    "a node nobody has seen, while serve restarts",
    "restored on an empty host from its backup",
    "certificates: web, phones and sound encrypted",
    "the records",
    "all healthy",
    "the other compose reads the same file",
    "down",
    "nothing left",
)


@pytest.mark.system
@pytest.mark.timeout(MINUTES * 60)
@pytest.mark.skipif(
    bool(REASON), reason=f"THE CONTAINERS WERE NOT TRIED: this machine forbids them: {REASON}"
)
def test_the_composed_installation_answers_through_all_that_happens_to_it(tmp_path: Path) -> None:
    report, commands = tmp_path / "containers.json", tmp_path / "install.sh"
    commands.write_text(script("install.md", "containers"), "utf-8")

    done = subprocess.run(
        [sys.executable, "-m", "lab.containers", "--json", str(report), "--commands", str(commands)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "160"},
    )

    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(report.read_text("utf-8"))
    assert told["held"]
    assert [name for name in STEPS if name not in [row["step"] for row in told["steps"]]] == []
