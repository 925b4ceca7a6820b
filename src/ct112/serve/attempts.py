"""Which agencies were called, on serve's own disk: written before a number is dialled, read at the start.

One small file a delivery, named by it. There is nothing personal in one: no number, no text. A file that is
there means that this delivery is never dialled again, whatever is in it.
"""

import json
import math
import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ct112 import files
from ct112.core.agency_outcomes import AgencyOutcome

KEPT = 5000  # a delivery is over long before so many others have begun


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One call to an agency that was begun. `outcome` is None until it is known. `at`: epoch seconds."""

    delivery: str
    node: str
    at: float
    outcome: AgencyOutcome | None = None


class Attempts:
    """The files. Everything here blocks: ask from a thread."""

    def __init__(self, folder: Path) -> None:
        """`folder` is made when the first is written."""
        self._folder = folder

    def load(self) -> list[Attempt]:
        """Return them, and delete the oldest of very many. Raises OSError.

        One that cannot be read was begun, and nobody knows more of it. How old one is by the clock decides
        nothing: clocks are set.
        """
        paths = sorted(self._files(), key=lambda path: path.stat().st_mtime)
        for path in paths[:-KEPT]:
            path.unlink(missing_ok=True)
        return [_read(path) for path in paths[-KEPT:]]

    def begin(self, attempt: Attempt) -> None:
        """Write it down; on disk before this returns. Raises OSError, one that was begun before too."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._path(attempt.delivery)
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(_text(attempt))
                file.flush()
                os.fsync(file.fileno())
            files.sync(self._folder)
        except OSError:
            path.unlink(missing_ok=True)  # nothing was dialled
            raise

    def close(self, attempt: Attempt) -> None:
        """Write how it went. Raises OSError."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        files.replace(self._path(attempt.delivery), _text(attempt))

    def _path(self, delivery: str) -> Path:
        return self._folder / f"{uuid.UUID(delivery)}.json"

    def _files(self) -> Iterator[Path]:
        for path in sorted(self._folder.glob("*.json")) if self._folder.is_dir() else ():
            try:
                uuid.UUID(path.stem)
            except ValueError:
                continue
            yield path


def _text(attempt: Attempt) -> bytes:
    return json.dumps({"node": attempt.node, "at": attempt.at, "outcome": attempt.outcome}).encode()


def _read(path: Path) -> Attempt:
    at = path.stat().st_mtime
    try:
        data = json.loads(path.read_bytes())
        outcome = None if data["outcome"] is None else AgencyOutcome(data["outcome"])
        return Attempt(delivery=path.stem, node=str(data["node"]), at=_moment(data["at"]), outcome=outcome)
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return Attempt(delivery=path.stem, node="", at=at, outcome=AgencyOutcome.LOST)


def _moment(given: float) -> float:
    """Return epoch seconds. Raises ValueError and the like: of a time that is none an age cannot be told."""
    at = float(given)
    if not 0.0 <= at < math.inf:
        raise ValueError("no time")
    return at
