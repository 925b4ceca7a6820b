"""The folders of an installation: whose they become, and what is no folder of ours."""

import grp
import json
import os
import pwd
from pathlib import Path

import pytest

from ct112.installation.folders import Folder, Folders
from ct112.installation.kept import RECORD, RECORD_BEFORE, OwnFile, OwnFiles, Record, digest
from ct112.installation.machine import InstallFailure, Machine
from ct112.installation.order import UNITS
from ct112.installation.removal import Removal

US = pwd.getpwuid(os.geteuid()).pw_name
OURS = grp.getgrgid(os.getegid()).gr_name
STRANGER = 65534 if os.geteuid() == 0 else os.geteuid()
UNKNOWN = 64999


def folder(path: str) -> Folder:
    """Return a folder that is to be ours."""
    return Folder(path, US, OURS, 0o750)


def made(root: Path, *wanted: Folder) -> list[str]:
    """Bring folders up to date; return what was done."""
    done = []
    for change in Folders(Machine(root), wanted).changes():
        change.do()
        done.append(change.what)
    return done


def test_a_folder_is_made_once(tmp_path: Path) -> None:
    assert made(tmp_path, folder("/var/lib/one")) == [f"make /var/lib/one ({US}:{OURS} 750)"]
    assert (tmp_path / "var/lib/one").stat().st_mode & 0o777 == 0o750
    assert made(tmp_path, folder("/var/lib/one")) == []


def test_the_admin_may_have_the_state_on_another_disk(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "one").symlink_to(tmp_path / "disk")
    assert made(tmp_path, folder("/one")) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has something to lose here")
def test_a_link_of_a_user_without_rights_is_not_followed(tmp_path: Path) -> None:
    """Else who has taken over `ct112 serve` is given /etc by the next `ct112 install`."""
    (tmp_path / "etc").mkdir(mode=0o755)
    (tmp_path / "state").mkdir()
    os.chown(tmp_path / "state", STRANGER, -1)
    (tmp_path / "state" / "fallback").symlink_to(tmp_path / "etc")
    before = (tmp_path / "etc").stat()
    with pytest.raises(InstallFailure, match="/state/fallback is no folder"):
        made(tmp_path, Folder("/state/fallback", "nobody", OURS, 0o777))
    after = (tmp_path / "etc").stat()
    assert (before.st_uid, before.st_mode) == (after.st_uid, after.st_mode)


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "one").write_text("")
    with pytest.raises(InstallFailure, match="/one is no folder"):
        made(tmp_path, folder("/one"))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files to others")
def test_what_a_machine_before_left_is_taken_over(tmp_path: Path) -> None:
    (tmp_path / "one" / "prompts").mkdir(parents=True)
    for name, owner in (
        ("one/spool.sqlite", UNKNOWN),
        ("one/prompts/a.wav", UNKNOWN),
        ("one/theirs", STRANGER),
    ):
        (tmp_path / name).write_text("")
        os.chown(tmp_path / name, owner, owner)
    os.chown(tmp_path / "one", UNKNOWN, UNKNOWN)
    assert made(tmp_path, folder("/one")) == [f"give /one to {US}:{OURS} 750"]
    owners = {
        name: (tmp_path / "one" / name).stat().st_uid for name in ("spool.sqlite", "prompts/a.wav", "theirs")
    }
    assert owners == {"spool.sqlite": 0, "prompts/a.wav": 0, "theirs": STRANGER}


def test_a_record_where_others_may_write_names_no_file_but_ours(tmp_path: Path) -> None:
    """Else who has taken over `ct112 serve` chooses what `ct112 uninstall` removes."""
    machine, unit = Machine(tmp_path), f"{UNITS}/ct112-serve.service"
    before = machine.path(RECORD_BEFORE)
    before.parent.mkdir(parents=True)
    names = (unit, "/etc/passwd", f"{UNITS}/../../../../../etc/passwd")
    before.write_text(json.dumps({name: digest("") for name in names}))
    assert list(Record(machine).read()) == [unit]
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/passwd").write_text("")
    assert not [change.what for change in Removal(machine).changes() if "passwd" in change.what]


def test_the_record_goes_where_root_alone_writes(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.path(RECORD_BEFORE).parent.mkdir(parents=True)
    machine.path(RECORD_BEFORE).write_text("{}")
    for change in OwnFiles(machine, (OwnFile(f"{UNITS}/a.service", "one\n"),)).changes():
        change.do()
    assert machine.path(RECORD).parent == tmp_path / "etc/ct112"
    assert not machine.path(RECORD_BEFORE).exists()
    assert list(Record(machine).read()) == [f"{UNITS}/a.service"]
