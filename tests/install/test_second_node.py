"""`ct112 install --asterisk-only`: a second node has Asterisk, its unit and its filter, and nothing else."""

import grp
import os
from pathlib import Path

import pytest

from ct112.installation import units
from ct112.installation.carried import Carried
from ct112.installation.foreign import RENDERED
from ct112.installation.machine import Machine
from ct112.installation.plan import parts
from tests.install.test_install import machine, order, reasons

OURS = grp.getgrgid(os.getegid()).gr_name


def test_only_what_asterisk_needs_is_in_the_plan(tmp_path: Path) -> None:
    wish, here = order(asterisk_only=True, given={}, local_postgresql=False), machine(tmp_path)
    named = [type(part).__name__ for part in parts(here, wish, Carried(here), drain_seconds=30)]
    assert named == [
        *("Packages", "Users", "Folders", "Readable", "PrivateRoot", "OwnFiles", "Link"),
        *("Carried", "PacketFilter", "Services"),
    ]
    files = [file.path for file in units.wanted(wish, private=True, drain_seconds=30)]
    assert any(path.endswith("/asterisk.service") for path in files)
    assert not [path for path in files if "/ct112-" in path]


def test_without_its_configuration_it_says_where_from(tmp_path: Path) -> None:
    here, wish = machine(tmp_path), order(asterisk_only=True, given={}, local_postgresql=False)
    assert "there is no configuration of this node in /etc/asterisk → render it where" in reasons(here, wish)
    (tmp_path / "etc/asterisk").mkdir()
    (tmp_path / "etc/asterisk" / RENDERED).write_text("{}")
    assert reasons(here, wish) == ""


@pytest.mark.parametrize(("mode", "then"), [(0o600, 0o640), (0o700, 0o750)])
def test_what_was_carried_over_can_be_read_by_asterisk(tmp_path: Path, mode: int, then: int) -> None:
    file = tmp_path / "etc/asterisk/agi-bin/ct112-fallback"
    file.parent.mkdir(parents=True)
    file.write_text("")
    file.chmod(mode)
    carried = Carried(Machine(tmp_path), OURS)
    (change,) = carried.changes()
    change.do()
    assert file.stat().st_mode & 0o777 == then
    assert list(carried.changes()) == []
