"""Files of ours on the machine. What an admin has changed is kept; ours then goes beside it as NAME.new."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ct112 import files
from ct112.installation.changes import Change
from ct112.installation.machine import Machine
from ct112.installation.order import CONSOLE, LOGROTATE, UNITS

RECORD = "/etc/ct112/installed.json"
"""What we wrote: path → SHA-256. A file that differs from it was changed by an admin.

Root alone writes there: who could add a line to it could have `ct112 uninstall` remove any file.
"""
RECORD_BEFORE = "/var/lib/ct112/installed.json"
"""Where it was at first, in the folder of a user without rights: of that only our own places count."""


@dataclass(frozen=True)
class OwnFile:
    """A file as it is to be."""

    path: str
    text: str
    mode: int = 0o644


@dataclass(frozen=True)
class Record:
    """What was written by us."""

    machine: Machine

    def read(self) -> dict[str, str]:
        """Return path → SHA-256; empty when there is no record."""
        if self.machine.path(RECORD).exists():
            return _pairs(self.machine.path(RECORD))
        before = _pairs(self.machine.path(RECORD_BEFORE))
        return {path: value for path, value in before.items() if _is_ours(path)}

    def add(self, path: str, text: str) -> None:
        """Note what was written."""
        self._write({**self.read(), path: digest(text)})

    def forget(self, path: str) -> None:
        """Strike a file out."""
        self._write({known: value for known, value in self.read().items() if known != path})

    def edited(self, path: str) -> bool:
        """Return whether a file of ours is there and no longer as we wrote it."""
        file, known = self.machine.path(path), self.read().get(path)
        return file.is_file() and known is not None and digest(_text(file)) != known

    def _write(self, known: Mapping[str, str]) -> None:
        target = self.machine.path(RECORD)
        target.parent.mkdir(parents=True, exist_ok=True)
        files.replace(target, (json.dumps(known, indent=1, sort_keys=True) + "\n").encode(), mode=0o644)
        self.machine.path(RECORD_BEFORE).unlink(missing_ok=True)


@dataclass(frozen=True)
class OwnFiles:
    """Writes files of ours where they are missing or old."""

    machine: Machine
    wanted: tuple[OwnFile, ...]

    def changes(self) -> Iterator[Change]:
        """Return which files are to be written."""
        record = Record(self.machine)
        for wanted in self.wanted:
            path, beside = self.machine.path(wanted.path), wanted.path + ".new"
            if path.is_file() and _text(path) == wanted.text:
                if record.read().get(wanted.path) != digest(wanted.text):  # killed before it was noted
                    yield Change(f"note {wanted.path} as ours", partial(record.add, wanted.path, wanted.text))
                continue
            if not path.is_file():
                yield Change(f"write {wanted.path}", partial(self._write, wanted))
            elif wanted.path in record.read() and not record.edited(wanted.path):
                yield Change(f"renew {wanted.path}", partial(self._write, wanted))
            elif _text(self.machine.path(beside)) != wanted.text:
                what = f"keep {wanted.path}, which was changed here; ours goes to {beside} to be compared"
                yield Change(what, partial(self._put, beside, wanted))

    def _write(self, wanted: OwnFile) -> None:
        self._put(wanted.path, wanted)
        Record(self.machine).add(wanted.path, wanted.text)
        self.machine.path(wanted.path + ".new").unlink(missing_ok=True)

    def _put(self, path: str, wanted: OwnFile) -> None:
        target = self.machine.path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        files.replace(target, wanted.text.encode(), mode=wanted.mode)


def digest(text: str) -> str:
    """Return the SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def _pairs(record: Path) -> dict[str, str]:
    try:
        found = json.loads(record.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _is_ours(path: str) -> bool:
    """Return whether only ct112 would have put a file there."""
    return ".." not in path.split("/") and (path in {CONSOLE, LOGROTATE} or path.startswith(f"{UNITS}/"))


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", errors="replace")
    except OSError:
        return ""
