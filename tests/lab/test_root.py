"""The private root: clearing one that was half built takes nothing of the machine's with it."""

import os
import subprocess
from pathlib import Path

import pytest

from ct112.installation.asterisk_root import ALONE, clear

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")


def test_clearing_a_root_spares_what_is_mounted_in_it(tmp_path: Path) -> None:
    ours, root = tmp_path / "ours", tmp_path / "root"
    (root / "dev" / "shm").mkdir(parents=True)
    (root / "etc").mkdir()
    ours.mkdir()
    (ours / "memory").write_text("of a database")
    subprocess.run(["mount", "--bind", ours, root / "dev" / "shm"], check=True)
    clear(root)
    assert not root.exists()
    assert (ours / "memory").read_text() == "of a database"


def test_what_builds_a_root_has_a_memory_of_its_own() -> None:
    look = [*ALONE, "sh", "-c", "ls -A /dev/shm; stat -c %d /dev/shm"]
    found = subprocess.run(look, check=True, capture_output=True, text=True).stdout.split()
    assert found != []
    assert found[:-1] == []
    assert int(found[-1]) != Path("/dev/shm").stat().st_dev
