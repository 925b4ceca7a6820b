"""What can never be written is kept on the disk, where an engineer reads it, and stands in nobody's way."""

import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, is_dataclass
from pathlib import Path
from typing import Any

from ct112 import logs
from ct112.store import clean

log = logs.get("aside")

NAME = "aside.jsonl"
BAD_FOLDER = "bad"
MOST_BYTES = 64 << 20  # of the file: past it only the log and the metric know


class Aside:
    """A file with a line of JSON for each thing set aside. It may be personal: its owner alone reads it."""

    def __init__(self, path: Path | None = None) -> None:
        """Nothing is opened yet; without a path things are counted and logged alone."""
        self._path = path

    def keep(self, kind: str, thing: Any, reason: str, **known: Any) -> None:
        """Keep a thing and count it; never raises. `known`: what the log may say, nothing personal."""
        from ct112 import metrics  # here, for commands that start at once

        metrics.set_aside.labels(kind=kind).inc()
        log.error("set aside: it can never be written", kind=kind, reason=reason, **known)
        if self._path is None:
            return
        try:
            self._append({"at": time.time(), "kind": kind, "reason": reason, "thing": _plain(thing), **known})
        except (OSError, ValueError, TypeError, RecursionError) as error:
            log.warning("what was set aside could not be kept", kind=kind, reason=type(error).__name__)

    def _append(self, line: Mapping[str, Any]) -> None:
        assert self._path is not None
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            if file.tell() > MOST_BYTES:
                raise OSError("the file is full")
            self._path.chmod(0o600)
            file.write(json.dumps(clean.json(line)) + "\n")


@dataclass(frozen=True, slots=True)
class Kept:
    """How many things are set aside in a place. `path`: where an engineer looks."""

    kind: str
    path: Path
    count: int


def kept_aside(spool: Path, folders: Iterable[Path] = ()) -> list[Kept]:
    """Return what is set aside, place by place: beside the spool, in it, and in the fallback's folders.

    Blocking. Places with nothing in them, or that cannot be read, are left out.
    """
    found = [
        Kept("entries of the spool", spool, _in_spool(spool)),
        Kept("damaged spools", spool.parent, len(_damaged(spool))),
        Kept("rows refused", spool.with_name(NAME), _lines(spool.with_name(NAME))),
    ]
    found += [Kept("fallback files", folder / BAD_FOLDER, _files(folder / BAD_FOLDER)) for folder in folders]
    return [kept for kept in found if kept.count]


def _in_spool(path: Path) -> int:
    import sqlite3

    from ct112.store.spool_file import look_at

    try:
        return look_at(path).aside
    except (OSError, sqlite3.Error):
        return 0


def _damaged(spool: Path) -> list[Path]:
    found = spool.parent.glob(f"{spool.name}.bad-*")
    return [path for path in found if not path.name.endswith(("-wal", "-shm"))]


def _lines(path: Path) -> int:
    try:
        with path.open("rb") as file:
            return sum(1 for _ in file)
    except OSError:
        return 0


def _files(folder: Path) -> int:
    try:
        return sum(1 for _ in folder.iterdir())
    except OSError:
        return 0


def _plain(thing: Any) -> Any:
    return asdict(thing) if is_dataclass(thing) and not isinstance(thing, type) else thing
