"""The folder a backup is written into: for its owner alone, file by file, the manifest last."""

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from ct112.backup.manifest import NAME, BackupTrouble, FileEntry, Manifest, to_bytes
from ct112.files import following, sync

AT_ONCE = 1 << 20
TO_DISK = 8 << 20  # bytes between two fsyncs: one long write-back would delay those of the spool
UNDER_WAY = "backup.unfinished"
KEPT_FREE = 256 << 20  # bytes: a backup must not take the room the spool lives on


class Sink:
    """A file of the backup being written. Raises OSError, and BackupTrouble when the disk is nearly full."""

    def __init__(self, path: Path) -> None:
        """Make it."""
        self._path = path
        self._file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb", AT_ONCE)
        self._digest = hashlib.sha256()
        self._since = 0
        self.bytes = 0

    def write(self, data: bytes) -> int:
        """Add to it."""
        self._file.write(data)
        self._digest.update(data)
        self.bytes += len(data)
        self._since += len(data)
        if self._since >= TO_DISK:
            self.sync()
        return len(data)

    def flush(self) -> None:
        """Do nothing: `sync` does, when it is time."""

    def sync(self) -> None:
        """Have it on the disk."""
        self._since = 0
        want_room(self._path.parent)
        self._file.flush()
        os.fsync(self._file.fileno())

    def entry(self, path: str) -> FileEntry:
        """Return what the manifest says of it."""
        return FileEntry(path=path, bytes=self.bytes, sha256=self._digest.hexdigest())

    def __enter__(self) -> Self:
        """Write it."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it; a whole one is on the disk."""
        try:
            if kind is None:
                self.sync()
        finally:
            self._file.close()


class Folder:
    """A backup under way."""

    def __init__(self, path: Path) -> None:
        """Make the folder. Raises BackupTrouble when something is in it."""
        self.path = path
        self.files: list[FileEntry] = []
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._require_empty()
            want_room(path)
            self._claim()
        except OSError as error:
            raise BackupTrouble(f"{path} cannot be used ({error.strerror}): name another folder") from error

    def _require_empty(self) -> None:
        there = sorted(each.name for each in self.path.iterdir())
        if NAME in there:
            raise BackupTrouble(f"{self.path} is a backup already: name a new folder")
        if there:
            raise BackupTrouble(
                f"{self.path} is not empty ({there[0]}): name a new folder; what is unfinished may go"
            )

    def _claim(self) -> None:
        """Have the folder for this backup alone: of two that begin at once, one is refused. OSError."""
        try:
            os.close(os.open(self.path / UNDER_WAY, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError as error:
            raise BackupTrouble(f"another backup is being made in {self.path}: name a new folder") from error
        self.path.chmod(0o700)  # now that it is ours: a folder named by mistake keeps its mode

    def place(self, name: str) -> Path:
        """Return where a file of the backup is; its folders are there, for their owner alone."""
        folder = self.path
        for part in Path(name).parts[:-1]:
            folder /= part
            folder.mkdir(mode=0o700, exist_ok=True)
        return self.path / name

    @contextmanager
    def sink(self, name: str) -> Iterator[Sink]:
        """Write a file; it is part of the backup when the block ends well."""
        path = self.place(name)
        with Sink(path) as sink:
            yield sink
        self.files.append(sink.entry(name))

    def copy(self, source: Path, name: str) -> None:
        """Copy a file; in the folder of another user not what a link there leads to. Raises OSError."""
        opened = os.open(source, os.O_RDONLY | os.O_CLOEXEC | following(source))
        with os.fdopen(opened, "rb") as file, self.sink(name) as sink:
            while data := file.read(AT_ONCE):
                sink.write(data)

    def taken_in(self, name: str) -> None:
        """Take in a file that something else has written into the folder. Raises OSError."""
        path = self.path / name
        path.chmod(0o600)
        self.files.append(entry_of(path, name))

    def finish(self, manifest: Manifest) -> None:
        """Write the manifest: from now on it is a backup."""
        for folder, _, _ in os.walk(self.path, topdown=False):
            sync(Path(folder))
        new = self.path / f"{NAME}.new"
        with Sink(new) as sink:
            sink.write(to_bytes(manifest))
        (self.path / UNDER_WAY).unlink()
        new.rename(self.path / NAME)
        sync(self.path)

    def give_up(self) -> None:
        """Remove what was written."""
        shutil.rmtree(self.path, ignore_errors=True)


def entry_of(path: Path, name: str) -> FileEntry:
    """Return what a manifest says of this file. Raises OSError."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
        return FileEntry(path=name, bytes=file.tell(), sha256=digest.hexdigest())


def want_room(folder: Path) -> None:
    """Raise BackupTrouble when the disk is nearly full."""
    if shutil.disk_usage(folder).free < KEPT_FREE:
        raise BackupTrouble(
            f"less than {KEPT_FREE >> 20} MB are free at {folder}: make room, or name another disk"
        )
