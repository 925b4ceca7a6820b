"""The services: known to systemd, started at boot, running."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from ct112.installation.changes import Change
from ct112.installation.machine import InstallFailure, Machine

START_SECONDS = 90


@dataclass(frozen=True)
class Services:
    """The units. One that runs is never restarted here: that is the engineer's to choose."""

    machine: Machine
    units: tuple[str, ...]
    start: bool

    def changes(self) -> Iterator[Change]:
        """Return what is to be told to systemd."""
        if any(self._shows(unit, "NeedDaemonReload") == "yes" for unit in self.units):
            yield Change("systemctl daemon-reload", partial(self.machine.run, "systemctl", "daemon-reload"))
        off = [unit for unit in self.units if self._says("is-enabled", unit) not in {"enabled", "static"}]
        if off:
            yield Change(f"start at boot: {', '.join(off)}", partial(self._enable, off))
        down = [unit for unit in self.units if self._says("is-active", unit) != "active"]
        if down and self.start:
            yield Change(f"start {', '.join(down)}", partial(self._start, down))

    def _enable(self, units: list[str]) -> None:
        self.machine.run("systemctl", "daemon-reload")
        self.machine.run("systemctl", "enable", "--quiet", *units)

    def _start(self, units: list[str]) -> None:
        for unit in units:
            result = self.machine.attempt("systemctl", "start", unit, seconds=START_SECONDS)
            if result.returncode != 0:
                said = self.machine.attempt("journalctl", "-u", unit, "-n", "4", "-o", "cat", "--no-pager")
                last = " | ".join(said.stdout.strip().splitlines()) or result.stderr.strip()
                raise InstallFailure(f"{unit} does not start: {last}", f"journalctl -u {unit}")

    def _says(self, verb: str, unit: str) -> str:
        return self.machine.attempt("systemctl", verb, unit).stdout.strip()

    def _shows(self, unit: str, name: str) -> str:
        return self.machine.attempt("systemctl", "show", "--value", f"--property={name}", unit).stdout.strip()
