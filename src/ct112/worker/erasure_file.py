"""The list of erasures, beside the exported heads: a restore makes again what its backup does not know."""

import json
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from ct112.store.erasures import Erasure

NAME = "erasures.jsonl"


class ListTrouble(Exception):
    """The list cannot be used; the text says what to do."""


def read_list(path: Path) -> Sequence[Erasure]:
    """Return what the list names; none when there is no file. Raises ListTrouble.

    A last line that is not whole was being written when the power went.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        raise ListTrouble(f"{path} cannot be read ({type(error).__name__})") from error
    found = []
    for number, line in enumerate(lines, 1):
        try:
            found.append(_erasure(line))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            if number < len(lines):
                raise ListTrouble(
                    f"{path}: line {number} is no erasure: take the list as it was written"
                ) from error
    return found


def add_to_list(path: Path, erasures: Sequence[Erasure]) -> None:
    """Add erasures, and see that they are on the disk. Raises ListTrouble."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
            whole = file.read().rfind(b"\n") + 1
            file.truncate(whole)  # a line that a power cut left half
            file.seek(whole)
            file.write(b"".join(line_of(each).encode() for each in erasures))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise ListTrouble(f"{path} cannot be written ({type(error).__name__})") from error


def line_of(erasure: Erasure) -> str:
    """Return an erasure as the list has it."""
    told = {
        "id": erasure.id,
        "at": erasure.at.isoformat(),
        "action": erasure.action,
        "detail": erasure.detail,
    }
    return json.dumps(told, separators=(",", ":")) + "\n"


def _erasure(line: str) -> Erasure:
    told = json.loads(line)
    found = Erasure(
        int(told["id"]), datetime.fromisoformat(told["at"]), str(told["action"]), dict(told["detail"])
    )
    found.check()
    return found
