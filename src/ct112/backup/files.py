"""Putting a backup's files where they belong on this machine: all looked at first, nothing overwritten."""

import hashlib
import itertools
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ct112.backup.manifest import BackupTrouble, FileEntry, Manifest
from ct112.backup.places import Places
from ct112.backup.writing import AT_ONCE, entry_of
from ct112.files import sync

PRIVATE, SHARED, READABLE = 0o600, 0o640, 0o644
BEFORE = "before-restore"


@dataclass(frozen=True, slots=True)
class Target:
    """A file of the backup, and where it goes."""

    entry: FileEntry
    path: Path
    mode: int = PRIVATE

    def is_there(self) -> bool:
        """Return whether just this is there already. Raises OSError."""
        return self.path.exists() and entry_of(self.path, self.entry.path) == self.entry

    def is_in_the_way(self) -> bool:
        """Return whether something else is there. Raises OSError."""
        return self.path.exists() and not self.is_there()


def targets(manifest: Manifest, places: Places) -> list[Target]:
    """Return where the files go; the database, the spool and the settings go in a way of their own."""
    found = [target for entry in manifest.files if (target := _target(entry, places)) is not None]
    return [target for target in found if target.path != places.spool]


def in_the_way(found: Sequence[Target]) -> list[Path]:
    """Return what is there and is something else."""
    return [target.path for target in found if target.is_in_the_way()]


def put(folder: Path, found: Sequence[Target]) -> int:
    """Put the files there; what is in the way keeps lying beside. Return how many were written. OSError."""
    written = 0
    for target in found:
        if target.is_there():
            continue
        move_aside(target.path)
        place(folder, target)
        written += 1
    return written


def move_aside(path: Path) -> None:
    """Give what is there another name, and never one that something has already."""
    if not os.path.lexists(path):
        return
    name = f"{path.name}.{BEFORE}-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}"
    names = (name if number == 1 else f"{name}-{number}" for number in itertools.count(1))
    path.rename(next(free for free in map(path.with_name, names) if not os.path.lexists(free)))


def _target(entry: FileEntry, places: Places) -> Target | None:
    """Return where a file goes; None when it has a way of its own, or no place on this machine."""
    kind, _, rest = entry.path.partition("/")
    if kind == "spool":
        return Target(entry, places.spool.parent / _plain(rest))
    if kind == "audit":
        path = {"key": places.audit_key, "heads.jsonl": places.heads, "erasures.jsonl": places.erasures}.get(
            rest
        )
        return None if path is None else Target(entry, path)
    if kind == "prompts":
        return Target(entry, places.prompts / _plain(rest), READABLE)
    if kind == "recordings":
        there = places.recordings
        return None if there is None else Target(entry, _inside(there, rest), READABLE)
    node, _, inside = rest.partition("/")
    if kind == "fallback":
        there = places.fallback.get(node)
        return None if there is None else Target(entry, _inside(there, inside), SHARED)
    return Target(entry, places.astdbs[node]) if kind == "asterisk" and node in places.astdbs else None


def _plain(name: str) -> str:
    if not name or "/" in name:
        raise BackupTrouble(f"the backup names a file that has no place: {name!r}")
    return name


def _inside(folder: Path, name: str) -> Path:
    """Return where a name is below a folder. Raises BackupTrouble for what leads elsewhere."""
    path = folder / name
    if not name or not path.is_relative_to(folder):
        raise BackupTrouble(f"the backup names a file that has no place: {name!r}")
    return path


def place(folder: Path, target: Target) -> None:
    """Write a file of the backup so that there is the whole of it or nothing; its folder's owner's.

    Raises OSError, and BackupTrouble for a file that is another than was looked at.
    """
    path = target.path
    owner, digest = made(path.parent), hashlib.sha256()
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)
    source = os.open(folder / target.entry.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    with (
        os.fdopen(source, "rb") as data,
        os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE), "wb") as file,
    ):
        while part := data.read(AT_ONCE):
            digest.update(part)
            file.write(part)
        file.flush()
        _give(file.fileno(), owner)
        os.fchmod(file.fileno(), target.mode)
        os.fsync(file.fileno())
    if digest.hexdigest() != target.entry.sha256:
        new.unlink()
        raise BackupTrouble(
            f"{target.entry.path} was changed while it was restored: nobody else may write there"
        )
    new.replace(path)
    sync(path.parent)


def made(folder: Path) -> os.stat_result:
    """Make a folder and those above it, each its parent's owner's; return how it is."""
    if folder.exists():
        return folder.stat()
    owner = made(folder.parent)
    folder.mkdir(mode=0o750)
    _give(folder, owner)
    return folder.stat()


def _give(made: int | Path, owner: os.stat_result) -> None:
    """Give it to its folder's owner. Who is not root cannot, and need not: the folder lets both in."""
    if os.geteuid() in {0, owner.st_uid}:
        os.chown(made, owner.st_uid, owner.st_gid)


def hand_over(folder: Path) -> None:
    """Give all in a folder to the folder's owner: root restored it, `ct112 serve` has to write there."""
    owner = folder.stat()
    for path in folder.iterdir():
        os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)
