"""Which labs this repository has started, so that those whose owner died can be ended."""

import json
import os
from pathlib import Path
from typing import Any

import psutil

from lab.places import REPOSITORY, Places
from lab.processes import Known

FOLDER = REPOSITORY / ".lab" / "labs"


def remember(places: Places, *, tied: bool) -> None:
    """Note the lab; a `tied` one belongs to the calling process and shall not outlive it."""
    if _file(places).exists():
        return  # a lab somebody keeps stays theirs
    FOLDER.mkdir(parents=True, exist_ok=True)
    note: dict[str, Any] = {"directory": str(places.directory), "base": places.ports.base, "owner": None}
    if tied:
        note["owner"] = vars(Known(os.getpid(), psutil.Process().create_time()))
    _file(places).write_text(json.dumps(note), "utf-8")


def forget(places: Places) -> None:
    """Strike the lab out."""
    _file(places).unlink(missing_ok=True)


def orphans() -> list[tuple[Path, int | None]]:
    """Return folder and port base of the labs whose owner is gone."""
    found = []
    for file in sorted(FOLDER.glob("*.json")):
        note = json.loads(file.read_text("utf-8"))
        if note["owner"] and Known(**note["owner"]).process() is None:
            found.append((Path(note["directory"]), note["base"]))
    return found


def _file(places: Places) -> Path:
    return FOLDER / f"{places.key}.json"
