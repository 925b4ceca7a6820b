"""Debian 13: its systemd finds nothing wrong with the units; on Debian 12 they are run."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ct112.installation import units
from ct112.installation.order import ASTERISK_ROOT, Order
from lab import bare_debian
from lab.bare_debian import CannotBoot

pytestmark = [pytest.mark.real, pytest.mark.timeout(300)]
PROGRAM = "/opt/ct112/venv/bin/ct112"


@pytest.fixture
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Unpack a bare Debian 13."""
    try:
        bare_debian.require()
        tarball = bare_debian.root_of("trixie")
    except CannotBoot as error:
        pytest.skip(f"NOT RUN, there is no Debian 13 here: {error}")
    root = tmp_path_factory.mktemp("trixie")
    subprocess.run(["tar", "-C", str(root), "-xf", str(tarball), "--numeric-owner"], check=True)
    yield root
    subprocess.run(["rm", "-rf", str(root)], check=True)


@pytest.mark.parametrize("private", [True, False])
def test_its_systemd_takes_the_units(root: Path, private: bool) -> None:
    names = []
    for file in units.wanted(Order(program=Path(PROGRAM)), private=private, drain_seconds=30):
        target = root / file.path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(file.text)
        names += (
            [target.name]
            if target.suffix in {".service", ".timer"} and target.parent.name == "system"
            else []
        )
    for program in (PROGRAM, "/usr/sbin/asterisk", f"{ASTERISK_ROOT}/usr/sbin/asterisk"):
        there = root / program.lstrip("/")
        there.parent.mkdir(parents=True, exist_ok=True)
        there.write_text("#!/bin/sh\n")
        there.chmod(0o755)
    result = subprocess.run(
        ["chroot", str(root), "systemd-analyze", "verify", "--man=no", *names],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (result.returncode, result.stderr) == (0, "")
    assert names.count("asterisk.service") == private
