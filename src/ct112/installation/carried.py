"""A second node's configuration, carried over from where it was rendered: Asterisk's user must read it."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ct112.installation.changes import Change
from ct112.installation.machine import InstallFailure, Machine
from ct112.installation.order import ETC_ASTERISK

GROUP = "asterisk"


@dataclass(frozen=True)
class Carried:
    """Gives what lies in /etc/asterisk to the group asterisk, for reading."""

    machine: Machine
    group: str = GROUP

    def changes(self) -> Iterator[Change]:
        """Return whether anything there is not the group's to read."""
        if any(not self._may_read(path) for path in self._all()):
            yield Change(f"let the group {self.group} read {ETC_ASTERISK}", self._give)

    def _all(self) -> Iterator[Path]:
        return (path for path in self.machine.path(ETC_ASTERISK).rglob("*") if not path.is_symlink())

    def _may_read(self, path: Path) -> bool:
        found, group = path.stat(), self.machine.group(self.group)
        return found.st_gid == group and found.st_mode & _wanted(found.st_mode) == _wanted(found.st_mode)

    def _give(self) -> None:
        group = self.machine.group(self.group)
        if group is None:
            raise InstallFailure(f"there is no group {self.group}", "the same command again")
        for path in self._all():
            os.chown(path, -1, group)
            mode = path.stat().st_mode
            path.chmod(stat.S_IMODE(mode) | _wanted(mode))


def _wanted(mode: int) -> int:
    """Return what the group needs: as much of reading and running as the owner has."""
    return (mode & 0o500) >> 3
