"""Restarting Asterisk: every call in it ends with it, so the moment matters."""

import re
import time
from collections.abc import Callable

from ct112.installation.machine import InstallFailure, Machine
from ct112.installation.order import CONSOLE

UNIT = "asterisk.service"
EVERY_SECONDS = 1.0
UP_SECONDS = 60
LEAVE_SECONDS = 2
TRIES = 3
ACTIVE = re.compile(r"^(\d+) (?:of \d+ max )?active call", re.MULTILINE)


def calls_up(machine: Machine) -> int | None:
    """Return how many calls Asterisk has; None when it does not answer."""
    said = machine.attempt(*_console(machine), "-rx", "core show channels count", seconds=10)
    match = ACTIVE.search(said.stdout)
    return int(match[1]) if said.returncode == 0 and match else None


def at_a_quiet_moment(machine: Machine, wait_seconds: float, tell: Callable[[str], None]) -> bool:
    """Restart Asterisk as soon as it has no call; False when it had one all the time.

    Asterisk itself looks and stops in one step, so no call slips in between; systemd starts it again. It
    takes calls until then. Raises InstallFailure when it does not come up again.
    """
    before, end = main_pid(machine), time.monotonic() + wait_seconds
    if before == "0":
        _start(machine)
        return True
    # The console would wait with it: it is left, and Asterisk stays told.
    machine.attempt(*_console(machine), "-rx", "core stop when convenient", seconds=LEAVE_SECONDS)
    told: int | None = 0
    while main_pid(machine) == before:
        if time.monotonic() > end:
            machine.attempt(*_console(machine), "-rx", "core abort shutdown", seconds=10)
            time.sleep(EVERY_SECONDS)
            if main_pid(machine) == before:
                return False
            break
        calls = calls_up(machine)
        if calls and calls != told:
            tell(f"{calls} {'call is' if calls == 1 else 'calls are'} up: waiting until none is")
            told = calls
        time.sleep(EVERY_SECONDS)
    _wait_until_up(machine)
    return True


def now(machine: Machine) -> None:
    """Restart Asterisk at once: calls end, and ct112 puts them down to be called back."""
    said = machine.attempt("systemctl", "restart", UNIT)
    if said.returncode != 0:
        raise InstallFailure(f"{UNIT} does not start: {said.stderr.strip()}", f"journalctl -u {UNIT}")
    _wait_until_up(machine)


def is_up(machine: Machine) -> bool:
    """Return whether Asterisk runs and answers."""
    return calls_up(machine) is not None


def _start(machine: Machine) -> None:
    machine.run("systemctl", "start", UNIT)
    _wait_until_up(machine)


def _wait_until_up(machine: Machine) -> None:
    """Wait for it, but not for one that ends again and again: meanwhile nobody answers."""
    end, ended = time.monotonic() + UP_SECONDS, _restarts(machine)
    while not is_up(machine):
        if time.monotonic() > end or _restarts(machine) >= ended + TRIES:
            raise InstallFailure("Asterisk does not come up", f"journalctl -u {UNIT}")
        time.sleep(EVERY_SECONDS / 2)


def main_pid(machine: Machine) -> str:
    """Return the process of Asterisk, "0" when it does not run."""
    return _shown(machine, "MainPID")


def _restarts(machine: Machine) -> int:
    """Return how often systemd has started it again by itself."""
    said = _shown(machine, "NRestarts")
    return int(said) if said.isdigit() else 0


def _shown(machine: Machine, name: str) -> str:
    return machine.attempt("systemctl", "show", "--value", f"--property={name}", UNIT).stdout.strip()


def _console(machine: Machine) -> tuple[str, ...]:
    return (CONSOLE,) if machine.path(CONSOLE).exists() else ("/usr/sbin/asterisk",)
