"""The program must be readable for the users of its services, however careful the shell that installed it."""

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ct112.installation.changes import Change
from ct112.installation.machine import Machine

OURS = "/opt/ct112"
VENV = "pyvenv.cfg"
PARTS = (VENV, "bin", "lib")
"""Of a venv what is read to run it; whatever else lies there is none of our business."""


def closed_above(program: Path) -> Path | None:
    """Return a folder above the program that lets nobody but its owner through, and is not ours to open."""
    for folder in reversed(program.parents[2:]):
        if not folder.is_relative_to(OURS) and folder.is_dir() and not folder.stat().st_mode & stat.S_IXOTH:
            return folder
    return None


@dataclass(frozen=True)
class Readable:
    """Opens /opt/ct112 and the venv for reading: `pip` under umask 077 makes both root's alone."""

    machine: Machine
    program: Path

    def changes(self) -> Iterator[Change]:
        """Return what is to be opened."""
        ours, venv = self.machine.path(OURS), self.machine.path(str(self.program.parents[1]))
        if ours.is_dir() and _is_shut(ours):
            yield Change(f"let everybody through {OURS}", partial(ours.chmod, 0o755))
        if not (venv / VENV).is_file():
            return
        parts = [venv / name for name in PARTS if (venv / name).exists()]
        shut = [path for path in (venv, *parts) if any(_is_shut(each) for each in _all(path, venv))]
        if shut:
            yield Change(f"let the services read {venv}, which is root's alone", partial(self._open, shut))

    def _open(self, shut: list[Path]) -> None:
        for path in shut:
            for each in _all(path, path.parent if path.name in PARTS else path):
                mode = each.stat().st_mode & 0o777
                runs = 0o111 if each.is_dir() or mode & 0o100 else 0
                each.chmod(mode | 0o444 | runs)


def _all(path: Path, venv: Path) -> Iterator[Path]:
    """Yield a part of the venv with all below it; of the venv itself the folder alone."""
    yield path
    if path != venv:
        yield from (each for each in path.rglob("*") if not each.is_symlink())


def _is_shut(path: Path) -> bool:
    """Return whether others may not read it, or not go in."""
    needed = stat.S_IROTH | (stat.S_IXOTH if path.is_dir() else 0)
    return path.stat().st_mode & needed != needed
