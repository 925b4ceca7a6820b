"""The folders, each with its owner, group and mode."""

import grp
import os
import pwd
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ct112.files import following
from ct112.installation.changes import Change
from ct112.installation.machine import InstallFailure, Machine


@dataclass(frozen=True)
class Folder:
    """A folder as it is to be."""

    path: str
    owner: str
    group: str
    mode: int


FOLDERS = (
    Folder("/etc/ct112", "root", "ct112", 0o751),  # Asterisk passes through to tls/
    Folder("/etc/asterisk", "root", "asterisk", 0o750),
    Folder("/opt/ct112", "root", "root", 0o755),
    Folder("/var/lib/ct112", "ct112", "ct112", 0o711),  # Asterisk passes through to fallback/
    # Asterisk writes down the calls of its fallback, ct112 reads and removes them: the group is passed on.
    Folder("/var/lib/ct112/fallback", "asterisk", "ct112", 0o2770),
    Folder("/var/log/ct112", "root", "ct112", 0o750),
    Folder("/var/lib/asterisk", "asterisk", "asterisk", 0o750),
    Folder("/var/cache/asterisk", "asterisk", "asterisk", 0o750),
    Folder("/var/spool/asterisk", "asterisk", "asterisk", 0o750),
    Folder("/var/log/asterisk", "asterisk", "asterisk", 0o750),
)


REMEDY = "look at it, move it away, then the same command again"


@dataclass(frozen=True)
class Folders:
    """Makes what is missing. A folder that is there keeps its mode, unless its owner or group is another.

    A link of root's is followed: the state may lie on a disk of its own. One that a user without rights
    could have made is not: what it leads to would be given to that user.
    """

    machine: Machine
    wanted: tuple[Folder, ...] = FOLDERS

    def changes(self) -> Iterator[Change]:
        """Return which folders are to be made, and which given to whom."""
        for folder in self.wanted:
            path, says = self.machine.path(folder.path), f"{folder.owner}:{folder.group} {folder.mode:o}"
            if not path.is_dir() or _is_doubtful(path):
                yield Change(f"make {folder.path} ({says})", partial(self._give, folder))
            elif _owned(path) != (folder.owner, folder.group):
                yield Change(f"give {folder.path} to {says}", partial(self._give, folder))

    def _give(self, folder: Folder) -> None:
        path = self.machine.path(folder.path)
        if _is_doubtful(path) or (path.exists() and not path.is_dir()):
            raise InstallFailure(f"{folder.path} is no folder: something else is in its place", REMEDY)
        path.mkdir(parents=True, exist_ok=True)
        owner, group = pwd.getpwnam(folder.owner).pw_uid, grp.getgrnam(folder.group).gr_gid
        opened = os.open(path, os.O_RDONLY | os.O_DIRECTORY | following(path))
        try:
            os.fchmod(opened, folder.mode)  # first: killed here, it is not yet whose it is to be, and seen
            os.fchown(opened, owner, group)
            os.fchmod(opened, folder.mode)  # after chown, which takes the set-group bit away
            _adopt(opened, owner, group)
        finally:
            os.close(opened)


def _adopt(opened: int, owner: int, group: int) -> None:
    """Give what is in a folder and is nobody's: a disk of a machine before, whose users had other numbers."""
    for _, folders, names, here in os.fwalk(".", dir_fd=opened):
        for name in (*folders, *names):
            if _is_nobodys(os.lstat(name, dir_fd=here).st_uid):
                os.chown(name, owner, group, dir_fd=here, follow_symlinks=False)


def _is_nobodys(number: int) -> bool:
    try:
        pwd.getpwuid(number)
    except KeyError:
        return True
    return False


def _is_doubtful(path: Path) -> bool:
    """Return whether this is a link that somebody other than root could have put there."""
    return path.is_symlink() and following(path) != 0


def _owned(path: Path) -> tuple[str, str]:
    found = path.stat()
    try:
        return pwd.getpwuid(found.st_uid).pw_name, grp.getgrgid(found.st_gid).gr_name
    except KeyError:
        return str(found.st_uid), str(found.st_gid)
