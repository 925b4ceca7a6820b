"""Putting a backup's files where they belong on this machine: all looked at first, nothing overwritten."""

import os
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ct112.backup.manifest import BackupTrouble, FileEntry, Manifest
from ct112.backup.places import Places
from ct112.backup.writing import entry_of
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
        _place(folder / target.entry.path, target.path, target.mode)
        written += 1
    return written


def move_aside(path: Path) -> None:
    """Give what is there another name."""
    if path.exists():
        path.rename(path.with_name(f"{path.name}.{BEFORE}-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}"))


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
        return None if places.recordings is None else Target(entry, places.recordings / rest, READABLE)
    node, _, inside = rest.partition("/")
    if kind == "fallback":
        return Target(entry, places.fallback[node] / inside, SHARED) if node in places.fallback else None
    return Target(entry, places.astdbs[node]) if kind == "asterisk" and node in places.astdbs else None


def _plain(name: str) -> str:
    if "/" in name:
        raise BackupTrouble(f"the backup names a file that has no place: {name}")
    return name


def _place(source: Path, path: Path, mode: int) -> None:
    """Write the file so that there is the whole of it or nothing; it belongs to its folder's owner."""
    owner = made(path.parent)
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE), "wb") as file:
        with source.open("rb") as data:
            shutil.copyfileobj(data, file)
        file.flush()
        os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
        os.fchmod(file.fileno(), mode)
        os.fsync(file.fileno())
    new.replace(path)
    sync(path.parent)


def made(folder: Path) -> os.stat_result:
    """Make a folder and those above it, each its parent's owner's; return how it is."""
    if folder.exists():
        return folder.stat()
    owner = made(folder.parent)
    folder.mkdir(mode=0o750)
    os.chown(folder, owner.st_uid, owner.st_gid)
    return folder.stat()


def place(source: Path, path: Path) -> None:
    """Put a single file there, for its folder's owner alone. Raises OSError."""
    _place(source, path, PRIVATE)


def hand_over(folder: Path) -> None:
    """Give all in a folder to the folder's owner: root restored it, `ct112 serve` has to write there."""
    owner = folder.stat()
    for path in folder.iterdir():
        os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)
