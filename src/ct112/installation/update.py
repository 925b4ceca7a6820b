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

EXCHANGE = 2  # renameat2(2): both names change their folders in one step
AT_FDCWD = -100
IN_ROOT = 'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"'
"""In a mount namespace of its own, so that nothing is left mounted whatever happens."""
UPGRADED = re.compile(r"^Inst (\S+) \[(\S+)\] \((\S+)", re.MULTILINE)
APT = ("apt-get", "-qq")


def next_root(root: Path) -> Path:
    """Return where the patched copy is made."""
    return root.with_name(root.name + ".next")


def previous_root(root: Path) -> Path:
    """Return where the root before the last patch is."""
    return root.with_name(root.name + ".previous")


def available(machine: Machine, root: Path) -> list[str]:
    """Return what would be patched, as `asterisk 22.10.1 → 22.10.2`; the root is only asked."""
    _inside(machine, root, *APT, "update")
    said = _inside(machine, root, *APT, "-s", "dist-upgrade")
    return [f"{name} {old} → {new}" for name, old, new in UPGRADED.findall(said)]


def patch(machine: Machine, root: Path) -> str:
    """Make the patched copy; return its Asterisk's version. Raises InstallFailure, with nothing changed."""
    copy = next_root(root)
    asterisk_root.clear(copy)
    machine.run("cp", "-a", "--reflink=auto", str(root), str(copy))
    try:
        _inside(machine, copy, *APT, "-y", "-o", "Dpkg::Options::=--force-confold", "dist-upgrade")
        _require_good(copy)
    except InstallFailure:
        asterisk_root.clear(copy)
        raise
    return asterisk_root.version(copy).removeprefix("Asterisk ")


def _require_good(copy: Path) -> None:
    if not asterisk_root.good(copy):
        raise InstallFailure(
            f"the patched Asterisk does not start: {asterisk_root.version(copy) or 'it says nothing'}",
            "the old one goes on; report it, and try again when Debian has mended it",
        )


def change_over(root: Path, other: Path) -> None:
    """Let the two folders change their names at once: at no moment is there no root."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.renameat2(AT_FDCWD, bytes(root), AT_FDCWD, bytes(other), EXCHANGE) != 0:
        number = ctypes.get_errno()
        raise InstallFailure(f"{root} and {other}: {os.strerror(number)}", "both have to be on one disk")


def take(root: Path) -> None:
    """Make the patched copy the root, and the root the previous one."""
    asterisk_root.clear(previous_root(root))
    change_over(root, next_root(root))
    next_root(root).rename(previous_root(root))


def go_back(root: Path) -> None:
    """Make the previous root the root again. Raises InstallFailure when there is none."""
    if not previous_root(root).is_dir():
        raise InstallFailure("there is no previous root to go back to", "ct112 asterisk update makes one")
    change_over(root, previous_root(root))


def _inside(machine: Machine, root: Path, *command: str) -> str:
    resolver = machine.path("/etc/resolv.conf")
    if resolver.exists():
        (root / "etc" / "resolv.conf").unlink(missing_ok=True)
        (root / "etc" / "resolv.conf").write_bytes(resolver.read_bytes())
    whole: Sequence[str] = ("unshare", "--mount", "--", "sh", "-c", IN_ROOT, str(root), *command)
    return machine.run(*whole)
