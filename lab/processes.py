"""The lab's processes: started in sessions of their own, known by pid and start time, ended by pid alone."""

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from lab.steps import StepFailed

INTERRUPTS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_children: dict[int, subprocess.Popen[bytes]] = {}  # started by this very process: it has to collect them


@dataclass(frozen=True)
class Known:
    """A process as written down: a pid alone may by now be somebody else's."""

    pid: int
    created: float

    def process(self) -> psutil.Process | None:
        """Return the process while it lives and is still the one we started.

        A child of ours that is dead and not yet collected counts as living: its pid is still taken, and
        PostgreSQL refuses to start over a lock file with the pid of something that exists.
        """
        child = _children.get(self.pid)
        if child is not None and child.poll() is not None:
            del _children[self.pid]
            child = None
        try:
            process = psutil.Process(self.pid)
            ours = abs(process.create_time() - self.created) < 1
            gone = child is None and process.status() == psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return None
        return process if ours and not gone else None


class ProcessTable:
    """The file that says which processes belong to the lab. Threads of one process may share it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._changing = threading.Lock()

    def all(self) -> dict[str, Known]:
        """Return what is written down, alive or not."""
        if not self._path.exists():
            return {}
        return {name: Known(**row) for name, row in json.loads(self._path.read_text("utf-8")).items()}

    def living(self) -> dict[str, psutil.Process]:
        """Return the lab's processes that live."""
        found = ((name, known.process()) for name, known in self.all().items())
        return {name: process for name, process in found if process is not None}

    def add(self, name: str, pid: int) -> None:
        """Write a process down."""
        known = Known(pid, psutil.Process(pid).create_time())
        with self._changing:
            self._write(self.all() | {name: known})

    def forget(self, name: str) -> None:
        """Strike a process out."""
        with self._changing:
            self._write({key: known for key, known in self.all().items() if key != name})

    def _write(self, table: Mapping[str, Known]) -> None:
        new = self._path.with_suffix(".new")
        new.write_text(json.dumps({name: vars(known) for name, known in table.items()}, indent=1), "utf-8")
        new.replace(self._path)


def start(
    command: Sequence[str],
    *,
    log: Path,
    environment: Mapping[str, str] | None = None,
    user: tuple[int, int] | None = None,
    cwd: Path | None = None,
    umask: int = -1,
) -> int:
    """Start `command` in a session of its own and return its pid; what it says goes to `log`.

    `umask`: the rights its files do not have; by default ours.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as sink:
        child = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            env=None if environment is None else dict(environment),
            cwd=cwd,
            start_new_session=True,
            user=user[0] if user else None,
            group=user[1] if user else None,
            extra_groups=[] if user else None,
            umask=umask,
        )
    _children[child.pid] = child
    return child.pid


def stop(process: psutil.Process, first: signal.Signals, seconds: float) -> bool:
    """Ask the process to end, then make it; return True when asking was enough."""
    known = Known(process.pid, process.create_time())
    group = _own_group(process.pid)
    _send(process, first)
    asked = wait_until(lambda: known.process() is None, seconds)
    if not asked:
        _send(process, signal.SIGKILL)
        wait_until(lambda: known.process() is None, 5)
    if group is not None:
        _sweep(group)
    return asked


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Let nobody interrupt the block: it cleans up, and half a clean-up leaves processes behind."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, signal.SIG_IGN) for number in INTERRUPTS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def kill(process: psutil.Process) -> None:
    """End the process the hard way, as a crash would, and wait until it is gone."""
    known = Known(process.pid, process.create_time())
    _send(process, signal.SIGKILL)
    wait_until(lambda: known.process() is None, 5)


def wait_until(condition: Callable[[], bool], seconds: float, every: float = 0.02) -> bool:
    """Return True as soon as `condition` holds, False when it did not within `seconds`."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(every)
    return True


def wait_ready(name: str, table: ProcessTable, ready: Callable[[], bool], seconds: float, log: Path) -> None:
    """Wait until the process is ready. Raises StepFailed with the log's end when it died or took too long."""
    known = table.all()[name]
    wait_until(lambda: ready() or known.process() is None, seconds, every=0.05)
    if known.process() is None:
        raise StepFailed(f"{name} ended at once: {tail(log)}", f"read {log}")
    if not ready():
        raise StepFailed(f"{name} was not ready within {seconds:.0f} s: {tail(log)}", f"read {log}")


def tail(log: Path, lines: int = 5) -> str:
    """Return the last lines of a log in one line."""
    text = log.read_text("utf-8", errors="replace") if log.exists() else ""
    return " | ".join(text.strip().splitlines()[-lines:]) or "it said nothing"


def _send(process: psutil.Process, number: signal.Signals) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return


def _own_group(pid: int) -> int | None:
    try:
        return pid if os.getpgid(pid) == pid else None
    except ProcessLookupError:
        return None


def _sweep(group: int) -> None:
    """End what the process left behind in its group, such as PostgreSQL's workers."""
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return
