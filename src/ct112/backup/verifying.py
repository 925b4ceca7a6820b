"""Looking whether a backup is whole: every file, every row, and whether this program can use it."""

import gzip
import sqlite3
import stat
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from ct112.backup.manifest import NAME, BackupTrouble, FileEntry, Manifest, read
from ct112.backup.writing import AT_ONCE, entry_of
from ct112.store import migrate

MOST_NAMED = 5


def verified(folder: Path) -> Manifest:
    """Return the manifest of a backup that is whole and can be used. Blocking. Raises BackupTrouble."""
    manifest = read(folder)
    if not migrate.knows(manifest.revision):
        raise BackupTrouble(
            f"this backup is of ct112 {manifest.version}, whose database ({manifest.revision}) is newer "
            "than this program knows: install that version or a later one"
        )
    found = problems(folder, manifest)
    if found:
        more = f", and {len(found) - MOST_NAMED} more" if len(found) > MOST_NAMED else ""
        raise BackupTrouble(
            f"the backup is damaged: {'; '.join(found[:MOST_NAMED])}{more}. "
            "Take another copy of it, or another backup"
        )
    return manifest


def problems(folder: Path, manifest: Manifest) -> list[str]:
    """Return what is wrong with the files, each in a few words."""
    found = [problem for entry in manifest.files if (problem := _of_file(folder, entry))]
    listed = {entry.path for entry in manifest.files}
    found += [f"{table.file} is not listed" for table in manifest.tables if table.file not in listed]
    if not found:
        found += [
            problem for table in manifest.tables if (problem := _of_rows(folder, table.file, table.rows))
        ]
        found += [problem for path in _databases(manifest) if (problem := _of_sqlite(folder / path))]
    return found


def lines(path: Path) -> Iterator[bytes]:
    """Give the contents of a packed table in parts. Raises OSError, EOFError, zlib.error."""
    with gzip.open(path, "rb") as file:
        while data := file.read(AT_ONCE):
            yield data


def strangers(folder: Path, manifest: Manifest) -> list[str]:
    """Return what lies in the folder and is no part of the backup."""
    listed = {entry.path for entry in manifest.files} | {NAME}
    there = (path for path in sorted(folder.rglob("*")) if not path.is_dir())
    return [name for path in there if (name := path.relative_to(folder).as_posix()) not in listed]


def _of_file(folder: Path, entry: FileEntry) -> str:
    path = folder / entry.path
    try:
        if not stat.S_ISREG(path.lstat().st_mode) or folder.resolve() not in path.resolve().parents:
            return f"{entry.path} is no plain file"
        found = entry_of(path, entry.path)
    except FileNotFoundError:
        return f"{entry.path} is missing"
    except OSError as error:
        return f"{entry.path} cannot be read ({error.strerror})"
    if found.bytes != entry.bytes:
        return f"{entry.path} has {found.bytes} bytes, not {entry.bytes}"
    return "" if found == entry else f"{entry.path} was changed"


def _of_rows(folder: Path, name: str, rows: int) -> str:
    try:
        there = sum(data.count(b"\n") for data in lines(folder / name))
    except (OSError, EOFError, zlib.error):
        return f"{name} cannot be unpacked"
    return "" if there == rows else f"{name} has {there} rows, not {rows}"


def _databases(manifest: Manifest) -> Sequence[str]:
    return [entry.path for entry in manifest.files if entry.path.endswith((".sqlite", ".sqlite3"))]


def _of_sqlite(path: Path) -> str:
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as db:
            (whole,) = db.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.Error as error:
        return f"{path.name} is damaged ({error})"
    return "" if whole == "ok" else f"{path.name} is damaged"
