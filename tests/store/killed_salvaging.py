"""A program that dies by SIGKILL at each step of a salvage in turn, and says what was there afterwards.

`python -m tests.store.killed_salvaging SPOOL FOLDER`: prints a line of JSON for each step.
"""

import itertools
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ct112.store import kept_aside, salvage
from ct112.store.spool_file import SpoolFile

STEPS: tuple[tuple[Any, str], ...] = ((Path, "rename"), (SpoolFile, "__init__"), (SpoolFile, "put_salvaged"))


def dies_at(number: int) -> None:
    """Let this process die at this step: before the first call of STEPS is the first, after it the second."""
    numbers = itertools.count(1)

    def step() -> None:
        if next(numbers) == number:
            os.kill(os.getpid(), signal.SIGKILL)

    def dying(plain: Callable[..., Any]) -> Callable[..., Any]:
        def done(*arguments: Any, **named: Any) -> Any:
            step()
            result = plain(*arguments, **named)
            step()
            return result

        return done

    for owner, name in STEPS:
        setattr(owner, name, dying(getattr(owner, name)))


def killed(path: Path, number: int) -> bool:
    """Begin the spool anew in a child that dies at that step; return whether it got so far."""
    child = os.fork()
    if child == 0:
        dies_at(number)
        salvage.begin_anew(path).close()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def afterwards(path: Path) -> dict[str, Any]:
    """Start again; return what is there."""
    file = salvage.opened(path)
    status = file.status()
    file.close()
    kept = [(kept.kind, kept.count) for kept in kept_aside(path) if kept.kind == "damaged spools"]
    return {"waiting": status.waiting, "open": status.open_calls, "aside": status.aside, "kept": kept}


def main(spool: Path, folder: Path) -> None:
    """Die at every step there is; the last line is of a salvage that nothing stopped."""
    salvage.IN_ONE_COMMIT = 500
    for number in itertools.count(1):
        path = folder / str(number) / spool.name
        path.parent.mkdir()
        for suffix in ("", "-wal"):
            shutil.copy(f"{spool}{suffix}", f"{path}{suffix}")
        dead = killed(path, number)
        print(json.dumps({"killed": dead} | afterwards(path)), flush=True)
        if not dead:
            return


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
