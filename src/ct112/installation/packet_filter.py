"""The packet filter, loaded by a unit of its own: only where it was asked for, since it shuts phones out."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from ct112.installation.changes import Change
from ct112.installation.machine import InstallFailure, Machine
from ct112.installation.order import ETC_ASTERISK, Order

UNIT = "load-ct112-packet-filter.service"
RULES = f"{ETC_ASTERISK}/ct112.nft"
LOADED = "/run/ct112-packet-filter/loaded"
"""Checksum of the rules the unit has loaded, as `sha256sum` writes it."""


def is_wanted(machine: Machine, order: Order) -> bool:
    """Return whether it is to be loaded: because that is asked for, or was before."""
    return order.packet_filter if order.packet_filter is not None else is_on(machine)


def is_on(machine: Machine) -> bool:
    """Return whether it is loaded at boot."""
    return machine.attempt("systemctl", "is-enabled", UNIT).stdout.strip() == "enabled"


def is_newest(machine: Machine) -> bool:
    """Return whether what is loaded are the rules as they are rendered now."""
    try:
        loaded = machine.path(LOADED).read_text("utf-8").split()[0]
        return loaded == hashlib.sha256(machine.path(RULES).read_bytes()).hexdigest()
    except (OSError, ValueError, IndexError):
        return False


@dataclass(frozen=True)
class PacketFilter:
    """Loaded now and at every boot, loaded anew when its rules have changed, or taken away."""

    machine: Machine
    order: Order

    def changes(self) -> Iterator[Change]:
        """Return what is to be done with it."""
        on = is_on(self.machine)
        if not is_wanted(self.machine, self.order):
            if on:
                yield Change("take the packet filter away", partial(self._systemctl, "disable", "--now"))
        elif not on:
            yield Change("load the packet filter, now and at every boot", self._enable)
        elif self.order.start and not (is_newest(self.machine) and self._is_loaded()):
            yield Change("load the packet filter anew: what is loaded is not what is rendered", self._load)

    def _is_loaded(self) -> bool:
        return self.machine.attempt("nft", "list", "table", "inet", "ct112").returncode == 0

    def _enable(self) -> None:
        self._systemctl("enable", "--quiet")
        if self.order.start:
            self._load()

    def _load(self) -> None:
        self._systemctl("restart")

    def _systemctl(self, *words: str) -> None:
        self.machine.run("systemctl", "daemon-reload")
        result = self.machine.attempt("systemctl", *words, UNIT)
        if result.returncode != 0:
            said = self.machine.attempt("journalctl", "-u", UNIT, "-n", "3", "-o", "cat", "--no-pager").stdout
            last = " | ".join(said.strip().splitlines()) or result.stderr.strip()
            raise InstallFailure(f"the packet filter: {last}", f"nft -c -f {RULES} says what is wrong")
