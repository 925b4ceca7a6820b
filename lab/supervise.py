"""Runs the demo or the tests and, however they end, ends every lab they left behind."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence

from lab import registry
from lab.places import Places
from lab.processes import INTERRUPTS, uninterrupted
from lab.steps import StepFailed

GRACE_SECONDS = 40  # for fixtures to end their labs


def supervise(command: Sequence[str]) -> int:
    """Run `command` and return its exit code; an interrupt is passed on and answered with cleaning up.

    The command gets a session of its own: Ctrl-C, or a signal to us alone, reaches it once, through us.
    """
    child = subprocess.Popen(command, start_new_session=True)
    try:
        code = child.wait()
    except KeyboardInterrupt:
        code = _interrupt(child)
    finally:
        with uninterrupted():
            _end_group(child.pid)
            sweep()
    return code


def sweep() -> None:
    """End the labs whose owner is gone; delete them unless it is the one `./run up` keeps."""
    from lab.api import Lab
    from lab.containers import engine

    for directory, base in registry.orphans():
        sys.stderr.write(f"ending what was left in {directory}\n")
        lab = Lab(directory, base)
        try:
            lab.down() if directory == Places.from_environment().directory else lab.remove()
        except StepFailed as failure:
            sys.stderr.write(f"  {failure}\n")
    engine.Engine(engine.folder()).sweep()


def as_interrupt() -> None:
    """Let SIGTERM and SIGHUP clean up as Ctrl-C does."""
    for number in INTERRUPTS:  # SIGINT too: a background job starts with it ignored
        signal.signal(number, signal.default_int_handler)


def _interrupt(child: subprocess.Popen[bytes]) -> int:
    child.send_signal(signal.SIGINT)
    try:
        child.wait(GRACE_SECONDS)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        child.kill()
        child.wait()
    return 130


def _end_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return
