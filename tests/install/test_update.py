"""Patching Asterisk's root and taking ct112 off: the parts that need no whole machine."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ct112.installation import asterisk_root, update
from ct112.installation.kept import OwnFile, OwnFiles
from ct112.installation.machine import InstallFailure, Machine
from ct112.installation.removal import DATA, Removal
from lab.processes import wait_until


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


@pytest.fixture
def running(root: Path) -> Iterator[str]:
    """Run something in the root that will be the previous one; give its process."""
    inside = "import os, sys, time; os.chroot(sys.argv[1]); print(flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", inside, str(root)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield str(process.pid)
        process.kill()


@pytest.mark.skipif(os.geteuid() != 0, reason="changing the root needs root")
def test_patched_twice_the_asterisk_that_runs_keeps_its_root(root: Path, running: str) -> None:
    """Calls were up at the first patch: it was not restarted, and needs its files, the fallback's too."""
    assert update.lives_in(root, running)
    update.take(root, running)
    assert not update.lives_in(root, running)
    assert update.lives_in(update.previous_root(root), running)
    update.next_root(root).mkdir()
    (update.next_root(root) / "which").write_text("patched again")
    update.take(root, running)
    assert which(root) == "patched again"
    assert which(update.previous_root(root)) == "asterisk-root"
    assert not update.next_root(root).exists()
    update.go_back(root)
    assert update.lives_in(root, running)


@pytest.mark.parametrize("pid", ["0", "", "no number", "4194305"])
def test_an_asterisk_that_does_not_run_lives_nowhere(root: Path, pid: str) -> None:
    assert not update.lives_in(root, pid)


def killed_at(step: int) -> Callable[..., None]:
    """Return what stands for a step of the change-over: the one of this number is not done any more."""
    counted = iter(range(10))

    def do(real: Callable[..., None], *arguments: object) -> None:
        if next(counted) >= step:
            raise KeyboardInterrupt
        real(*arguments)

    return do


@pytest.mark.parametrize("step", [0, 1, 2])
def test_killed_at_any_step_of_the_change_over_there_is_a_whole_root(
    root: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    do, clear, over, rename = killed_at(step), asterisk_root.clear, update.change_over, Path.rename
    monkeypatch.setattr(asterisk_root, "clear", lambda folder: do(clear, folder))
    monkeypatch.setattr(update, "change_over", lambda one, other: do(over, one, other))
    monkeypatch.setattr(Path, "rename", lambda one, other: do(rename, one, other))
    with pytest.raises(KeyboardInterrupt):
        update.take(root)
    monkeypatch.undo()
    assert which(root) == "asterisk-root"  # the last step alone changes it
    update.next_root(root).mkdir(exist_ok=True)
    (update.next_root(root) / "which").write_text("patched again")
    update.take(root)
    assert (which(root), which(update.previous_root(root))) == ("patched again", "asterisk-root")


def modules(root: Path, *names: str) -> None:
    """Put modules into a root."""
    folder = root / "usr/lib/x86_64-linux-gnu/asterisk/modules"
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).write_text("")


def test_a_copy_that_lost_a_module_of_ours_is_not_taken(root: Path, tmp_path: Path) -> None:
    """A suite under way takes packages away: `asterisk -V` says nothing of that."""
    (tmp_path / "etc/asterisk").mkdir(parents=True)
    (tmp_path / "etc/asterisk/modules.conf").write_text(
        "; load = app_cdr.so\nrequire = chan_pjsip.so  ; SIP\nload => res_ari.so\nload = never_there.so\n"
    )
    machine = Machine(tmp_path)
    assert update.modules_named(machine) == {"chan_pjsip.so", "res_ari.so", "never_there.so"}
    modules(root, "chan_pjsip.so", "res_ari.so", "app_cdr.so")
    modules(update.next_root(root), "chan_pjsip.so")
    with pytest.raises(InstallFailure, match=r"has no res_ari.so$|has no res_ari.so:"):
        update._require_modules(machine, root, update.next_root(root))


def test_without_room_for_the_copy_nothing_is_copied(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The spool may be on the same disk."""
    monkeypatch.setattr(Machine, "free_bytes", lambda self, path: 300 << 20)
    with pytest.raises(InstallFailure, match=r"has 300 MB free and the patched copy needs 512 MB"):
        update.patch(Machine(tmp_path), root)
    assert not update.next_root(root).exists()


def test_what_makes_the_root_holds_it_when_we_are_killed(tmp_path: Path) -> None:
    """Else the next `ct112 install` clears the folder in which mmdebstrap still works."""
    started = tmp_path / "started"
    (tmp_path / "mmdebstrap").write_text(f"#!/bin/sh\ntouch {started}\nsleep 3\n")
    (tmp_path / "mmdebstrap").chmod(0o755)
    script = (
        "from pathlib import Path; from ct112.installation import asterisk_root as a; a.ALONE = ()\n"
        f"with a.locked(Path('{tmp_path}/root')) as hold: a.make(Path('{tmp_path}/root'), None, hold)"
    )
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    with subprocess.Popen([sys.executable, "-c", script], env=environment) as ours:
        wait_until(started.exists, 20, 0.05)
        ours.kill()
    with (tmp_path / "root.lock").open("w") as lock:
        with pytest.raises(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        fcntl.flock(lock, fcntl.LOCK_EX)  # until it has ended


def test_name_servers_are_written_without_removing_what_asterisk_has_mounted(
    root: Path, tmp_path: Path
) -> None:
    theirs = root / "etc/resolv.conf"
    theirs.parent.mkdir()
    theirs.symlink_to("../run/systemd/resolve/stub-resolv.conf")
    (tmp_path / "etc").mkdir()
    for text in ("nameserver 192.0.2.1\n", "nameserver 192.0.2.2\n"):
        (tmp_path / "etc/resolv.conf").write_text(text)
        update._know_name_servers(Machine(tmp_path), root)
        assert theirs.read_text() == text
        number = theirs.stat().st_ino
        update._know_name_servers(Machine(tmp_path), root)
        assert theirs.stat().st_ino == number
    assert not theirs.is_symlink()


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


def test_a_purge_deletes_the_data_on_the_disk_an_admin_has_put_it_on(tmp_path: Path) -> None:
    """The link alone would go, and callers' numbers stay, though it said that they are deleted."""
    machine, disk = installed(tmp_path), tmp_path / "srv" / "disk"
    (disk / "spool").mkdir(parents=True)
    (disk / "spool" / "spool.sqlite").write_text("numbers")
    state = machine.path("/var/lib/ct112")
    state.rmdir()
    state.symlink_to(disk)
    for change in list(Removal(machine, purge=True).changes()):
        if change.what.startswith("DELETE"):
            change.do()
    assert not disk.exists()
    assert not [
        folder for folder in DATA if machine.path(folder).exists() or machine.path(folder).is_symlink()
    ]
