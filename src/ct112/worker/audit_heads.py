"""The chain's head, written down outside the database: so that a cut tail shows."""

import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from ct112.store.audit_seal import Head
from ct112.store.audit_verify import ExportedHead

LONGEST = 512  # bytes of a line


class HeadsTrouble(Exception):
    """The file of heads cannot be used; the text says what to do."""


def read_heads(path: Path) -> Sequence[ExportedHead]:
    """Return the heads that were exported, the oldest first; none when there is no file. Raises HeadsTrouble.

    A last line that is not whole was being written when the power went.
    """
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        raise HeadsTrouble(f"{path} cannot be read ({type(error).__name__})") from error
    found = []
    for number, line in enumerate(lines, 1):
        try:
            told = json.loads(line)
            found.append(ExportedHead(int(told["seq"]), bytes.fromhex(told["mac"]), str(told["at"])))
        except (ValueError, KeyError, TypeError) as error:
            if number < len(lines):
                raise HeadsTrouble(f"{path} was changed: line {number} is no head") from error
    return found


def add_head(path: Path, head: Head) -> None:
    """Add the head, and see that it is on the disk. Raises HeadsTrouble."""
    told = {"at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", "seq": head.seq, "mac": head.mac.hex()}
    line = json.dumps({**told, "key": head.key_id}) + "\n"
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _take_off_what_is_not_whole(path)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a") as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise HeadsTrouble(f"{path} cannot be written ({type(error).__name__})") from error


def _take_off_what_is_not_whole(path: Path) -> None:
    """Cut a last line that a power cut left: the next one would go on in it, and look like a forgery."""
    if not path.exists():
        return
    with path.open("r+b") as file:
        data = file.read()
        rest = data.rpartition(b"\n")[2]
        if len(rest) < LONGEST:  # more is no head of ours
            file.truncate(len(data) - len(rest))
