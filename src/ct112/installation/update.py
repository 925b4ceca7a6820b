"""Patching Asterisk's own root: in a copy, changed over at once, the old one kept to go back to.

A running Asterisk keeps the root it was started in, whatever is renamed: patching touches no call. Only the
restart does; when that is, is decided in restart.py.
"""

import ctypes
import os
import re
from collections.abc import Sequence
from pathlib import Path

from ct112.installation import asterisk_root
from ct112.installation.machine import InstallFailure, Machine
from ct112.installation.order import ETC_ASTERISK

EXCHANGE = 2  # renameat2(2): both names change their folders in one step
AT_FDCWD = -100
IN_ROOT = 'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"'
"""In a mount namespace of its own, so that nothing is left mounted whatever happens."""
UPGRADED = re.compile(r"^Inst (\S+) \[(\S+)\] \((\S+)", re.MULTILINE)
APT = ("apt-get", "-qq")
LOADED = re.compile(r"^\s*(?:require|load|preload)\s*=>?\s*(\w+\.so)", re.MULTILINE)
ROOM_LEFT = 512 << 20  # bytes
OLD_GOES_ON = "the old one goes on; report it, and try again when Debian has mended it"


def next_root(root: Path) -> Path:
    """Return where the patched copy is made."""
    return root.with_name(root.name + ".next")


def previous_root(root: Path) -> Path:
    """Return where the root before the last patch is."""
    return root.with_name(root.name + ".previous")


def lives_in(folder: Path, pid: str) -> bool:
    """Return whether a process has this folder as its root, whatever the folder is called by now."""
    try:
        return folder.samefile(f"/proc/{int(pid)}/root")
    except (OSError, ValueError):
        return False


def available(machine: Machine, root: Path) -> list[str]:
    """Return what would be patched, as `asterisk 22.10.1 → 22.10.2`; the root is only asked."""
    _inside(machine, root, *APT, "update")
    said = _inside(machine, root, *APT, "-s", "dist-upgrade")
    return [f"{name} {old} → {new}" for name, old, new in UPGRADED.findall(said)]


def patch(machine: Machine, root: Path) -> str:
    """Make the patched copy; return its Asterisk's version. Raises InstallFailure, with nothing changed."""
    copy = next_root(root)
    asterisk_root.clear(copy)
    _require_room(machine, root)
    try:
        machine.run("cp", "-a", "--reflink=auto", str(root), str(copy))
        _inside(machine, copy, *APT, "-y", "-o", "Dpkg::Options::=--force-confold", "dist-upgrade")
        _require_good(copy)
        _require_modules(machine, root, copy)
    except InstallFailure:
        asterisk_root.clear(copy)
        raise
    return asterisk_root.version(copy).removeprefix("Asterisk ")


def _require_room(machine: Machine, root: Path) -> None:
    """Leave room on the disk: the spool may be on it."""
    needed = int(machine.run("du", "-sxB1", str(root)).split()[0]) + ROOM_LEFT
    free = machine.free_bytes(str(root))
    if free < needed:
        raise InstallFailure(
            f"{root.parent} has {free >> 20} MB free and the patched copy needs {needed >> 20} MB",
            "make room there; nothing was changed",
        )


def _require_good(copy: Path) -> None:
    if not asterisk_root.good(copy):
        raise InstallFailure(
            f"the patched Asterisk does not start: {asterisk_root.version(copy) or 'it says nothing'}",
            OLD_GOES_ON,
        )


def _require_modules(machine: Machine, root: Path, copy: Path) -> None:
    """Refuse a copy that lost a module of ours: a suite under way may take a package away."""
    wanted = modules_named(machine)
    lost = sorted(wanted & _modules(root) - _modules(copy))
    if lost:
        raise InstallFailure(f"the patched Asterisk has no {', '.join(lost[:3])}", OLD_GOES_ON)


def modules_named(machine: Machine) -> set[str]:
    """Return the modules Asterisk is told to load; empty when nothing is rendered yet."""
    try:
        text = machine.path(f"{ETC_ASTERISK}/modules.conf").read_text("utf-8", errors="replace")
    except OSError:
        return set()
    return set(LOADED.findall(text))


def _modules(root: Path) -> set[str]:
    return {path.name for path in root.glob("usr/lib/*/asterisk/modules/*.so")}


def change_over(root: Path, other: Path) -> None:
    """Let the two folders change their names at once: at no moment is there no root."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.renameat2(AT_FDCWD, bytes(root), AT_FDCWD, bytes(other), EXCHANGE) != 0:
        number = ctypes.get_errno()
        raise InstallFailure(f"{root} and {other}: {os.strerror(number)}", "both have to be on one disk")


def take(root: Path, pid: str = "0") -> None:
    """Make the patched copy the root, and the root the previous one. `pid`: of the Asterisk that runs.

    When that lives in the previous root still, since it was not restarted after the last patch, the previous
    root stays: it has the files it needs, and is what is known to work.
    """
    copy, previous = next_root(root), previous_root(root)
    if lives_in(previous, pid):
        change_over(root, copy)
        asterisk_root.clear(copy)  # patched before, and never started
        return
    asterisk_root.clear(previous)
    copy.rename(previous)
    change_over(root, previous)  # the last step, and a single one: interrupted before, nothing has changed


def go_back(root: Path) -> None:
    """Make the previous root the root again. Raises InstallFailure when there is none."""
    if not previous_root(root).is_dir():
        raise InstallFailure("there is no previous root to go back to", "ct112 asterisk update makes one")
    change_over(root, previous_root(root))


def _inside(machine: Machine, root: Path, *command: str) -> str:
    _know_name_servers(machine, root)
    whole: Sequence[str] = ("unshare", "--mount", "--", "sh", "-c", IN_ROOT, str(root), *command)
    return machine.run(*whole)


def _know_name_servers(machine: Machine, root: Path) -> None:
    """Let the root know this machine's name servers.

    A file is written where it is, never removed: what is mounted on it in the namespace of the Asterisk that
    runs would go with it.
    """
    ours, theirs = machine.path("/etc/resolv.conf"), root / "etc" / "resolv.conf"
    if not ours.exists():
        return
    if theirs.is_symlink():
        theirs.unlink()
    if not theirs.exists() or theirs.read_bytes() != ours.read_bytes():
        theirs.write_bytes(ours.read_bytes())
