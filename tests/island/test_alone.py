"""With nothing but `lo` everything starts and a call is answered: nothing needs the world outside."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from lab.free_ports import free_base, give_back
from lab.places import REPOSITORY, asterisk_root

pytestmark = pytest.mark.system
OURS = {"packet filter", "a: trunk", "a: phones", "accounts", "backup", "agencies"}
"""Warnings that a lab has anywhere."""


@pytest.fixture
def alone() -> list[str]:
    """Give how a command is run in a network of its own; where that is not allowed it is said loudly."""
    command = ["unshare", "--net", "--", "sh", "-c", 'ip link set lo up && exec $0 "$@"']
    tried = subprocess.run([*command, "true"], capture_output=True, text=True, check=False)
    if tried.returncode != 0:
        pytest.skip(
            f"THE ISLAND IS NOT TESTED: no network of its own is allowed here ({tried.stderr.strip()})"
        )
    return command


@pytest.mark.timeout(150)
def test_with_lo_alone_everything_starts_and_a_call_is_answered(alone: list[str], tmp_path: Path) -> None:
    base = free_base()
    try:
        seen = subprocess.run([*alone, "ip", "-o", "link"], capture_output=True, text=True, check=True).stdout
        assert len(seen.splitlines()) == 1, "there is lo, and nothing else"
        result = subprocess.run(
            [*alone, sys.executable, "-m", "tests.island.alone", str(tmp_path / "lab"), str(base)],
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": f"{REPOSITORY / 'src'}:{REPOSITORY}",
                "CT112_ASTERISK_ROOT": str(asterisk_root()),
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
    finally:
        give_back(base)
    assert result.returncode == 0, shlex.quote(result.stderr[-2000:])
    told = json.loads(result.stdout.splitlines()[-1])
    assert told["outcome"] == "answered"
    lines = {line["name"]: line for line in told["doctor"]}
    assert {name for name, line in lines.items() if line["ok"] is False} == set(), lines
    assert {name for name, line in lines.items() if line["ok"] is None} <= OURS
    assert {"island: names", "island: addresses", "island: signing in"} <= lines.keys()
