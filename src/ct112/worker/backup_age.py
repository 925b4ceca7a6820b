"""How old the last backup is: `ct112 backup` notes it in the state folder, the worker tells Prometheus."""

import json
import math
from dataclasses import dataclass
from pathlib import Path

from ct112 import logs, metrics

log = logs.get("backup")

NAME = "backup.last"
LOOK_SECONDS = 60.0
LARGEST = 4096  # bytes


@dataclass(frozen=True, slots=True)
class LastBackup:
    """The last whole backup that was made here. `at`: epoch seconds; 0 when there was none."""

    at: float = 0.0
    bytes: float = 0.0


def to_text(last: LastBackup) -> str:
    """Return what is noted."""
    return json.dumps({"at": last.at, "bytes": last.bytes}) + "\n"


def read(state: Path) -> LastBackup:
    """Return what is noted in the state folder; a note that is none counts as no backup."""
    try:
        with (state / NAME).open("rb") as file:
            noted = json.loads(file.read(LARGEST))
        found = LastBackup(float(noted["at"]), float(noted["bytes"]))
    except FileNotFoundError:
        return LastBackup()
    except (OSError, ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        log.warning("the note of the last backup cannot be read", reason=type(error).__name__)
        return LastBackup()
    return found if math.isfinite(found.at) and math.isfinite(found.bytes) else LastBackup()


async def look(state: Path) -> None:
    """Say how old the last backup is; the job's work."""
    last = read(state)
    metrics.backup_made_at.set(last.at)
    metrics.backup_bytes.set(last.bytes)
