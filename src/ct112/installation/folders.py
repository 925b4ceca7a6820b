"""The folders, each with its owner, group and mode."""

import grp
import os
import pwd
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ct112.installation.changes import Change
from ct112.installation.machine import Machine


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


@dataclass(frozen=True)
class Folders:
    """Makes what is missing. A folder that is there keeps its mode, unless its owner or group is another."""

    machine: Machine

    def changes(self) -> Iterator[Change]:
        """Return which folders are to be made, and which given to whom."""
        for folder in FOLDERS:
            path, says = self.machine.path(folder.path), f"{folder.owner}:{folder.group} {folder.mode:o}"
            if not path.is_dir():
                yield Change(f"make {folder.path} ({says})", partial(self._give, folder))
            elif _owned(path) != (folder.owner, folder.group):
                yield Change(f"give {folder.path} to {says}", partial(self._give, folder))

    def _give(self, folder: Folder) -> None:
        path = self.machine.path(folder.path)
        path.mkdir(parents=True, exist_ok=True)
        os.chown(path, pwd.getpwnam(folder.owner).pw_uid, grp.getgrnam(folder.group).gr_gid)
        path.chmod(folder.mode)  # after chown, which takes the set-group bit away


def _owned(path: Path) -> tuple[str, str]:
    found = path.stat()
    try:
        return pwd.getpwuid(found.st_uid).pw_name, grp.getgrgid(found.st_gid).gr_name
    except KeyError:
        return str(found.st_uid), str(found.st_gid)
