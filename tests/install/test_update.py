"""Patching Asterisk's root and taking ct112 off: the parts that need no whole machine."""

from pathlib import Path

import pytest

from ct112.installation import update
from ct112.installation.kept import OwnFile, OwnFiles
from ct112.installation.machine import InstallFailure, Machine
from ct112.installation.removal import DATA, Removal


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Make a root, and its patched copy."""
    for name in ("asterisk-root", "asterisk-root.next"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "which").write_text(name)
    return tmp_path / "asterisk-root"


def which(folder: Path) -> str:
    """Return which of the two a folder was."""
    return (folder / "which").read_text()


def test_the_patched_copy_becomes_the_root_and_the_old_one_is_kept(root: Path) -> None:
    running = (root / "which").open()  # what an Asterisk that runs has open
    update.take(root)
    assert which(root) == "asterisk-root.next"
    assert which(update.previous_root(root)) == "asterisk-root"
    assert running.read() == "asterisk-root"
    running.close()
    update.go_back(root)
    assert which(root) == "asterisk-root"


def test_without_a_root_before_there_is_no_way_back(root: Path) -> None:
    with pytest.raises(InstallFailure, match="no previous root"):
        update.go_back(root)
    assert which(root) == "asterisk-root"


def test_a_copy_whose_asterisk_does_not_run_is_not_taken(tmp_path: Path) -> None:
    bare = tmp_path / "asterisk-root"
    (bare / "etc").mkdir(parents=True)
    with pytest.raises(InstallFailure):
        update.patch(Machine(tmp_path), bare)  # it has no apt either
    assert bare.is_dir()
    assert not update.next_root(bare).exists()


def installed(root: Path) -> Machine:
    """Make a machine with a file of ours, one an admin changed, and data."""
    machine = Machine(root)
    for name in ("ours", "theirs"):
        for change in OwnFiles(machine, (OwnFile(f"/etc/{name}.conf", "one\n"),)).changes():
            change.do()
    machine.path("/etc/theirs.conf").write_text("mine\n")
    for folder in DATA:
        machine.path(folder).mkdir(parents=True, exist_ok=True)
    return machine


def test_uninstalling_leaves_data_and_what_an_admin_changed(tmp_path: Path) -> None:
    machine = installed(tmp_path)
    for change in list(Removal(machine).changes()):
        if not change.what.startswith("systemctl"):
            change.do()
    assert not machine.path("/etc/ours.conf").exists()
    assert machine.path("/etc/theirs.conf").read_text() == "mine\n"
    assert all(machine.path(folder).is_dir() for folder in DATA)
    assert [line.split(":")[0] for line in Removal(machine).left()][:-1] == list(DATA)


def test_only_a_purge_would_delete_data(tmp_path: Path) -> None:
    machine = installed(tmp_path)
    assert not [change for change in Removal(machine).changes() if "DELETE" in change.what]
    deleted = [change.what for change in Removal(machine, purge=True).changes() if "DELETE" in change.what]
    assert [what.split()[1].rstrip(":") for what in deleted] == list(DATA)
