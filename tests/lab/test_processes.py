"""A process of the lab is gone when its pid is free, not before."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from lab import processes
from lab.processes import Known

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture
def child(tmp_path: Path) -> int:
    """Start a child of ours that sleeps; whoever asks for it kills it."""
    return processes.start(SLEEPER, log=tmp_path / "log")


def test_a_child_that_died_between_two_looks_is_not_gone_before_it_is_collected(
    child: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = Known(child, psutil.Process(child).create_time())
    kept = processes._children[child]
    os.kill(child, signal.SIGKILL)
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)  # dead, and still there to be collected
    with monkeypatch.context() as looked_too_early:
        looked_too_early.setattr(kept, "poll", lambda: None)
        assert known.process() is not None
    assert known.process() is None
    assert not psutil.pid_exists(child)


def test_kill_returns_when_the_pid_is_free(child: int) -> None:
    processes.kill(psutil.Process(child))
    assert not psutil.pid_exists(child)


def test_somebody_elses_dead_child_is_gone() -> None:
    """Whoever started it has to collect it; the lab does not wait for that."""
    line = "import subprocess,sys; print(subprocess.Popen([sys.executable,'-c','']).pid, flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", line], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdin is not None
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        created = psutil.Process(pid).create_time()
        assert processes.wait_until(lambda: Known(pid, created).process() is None, 20)
        assert psutil.pid_exists(pid)
        parent.stdin.close()
