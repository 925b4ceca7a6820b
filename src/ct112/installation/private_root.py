"""Asterisk: the distribution's where it is new enough, otherwise in a root of its own."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ct112.installation import asterisk_root
from ct112.installation.changes import Change
from ct112.installation.machine import Machine
from ct112.installation.order import ASTERISK_ROOT


def private(machine: Machine) -> bool:
    """Return whether Asterisk lives, or is to live, in a root of its own."""
    return not (machine.path(asterisk_root.PROGRAM).exists() and asterisk_root.good(None))


@dataclass(frozen=True)
class PrivateRoot:
    """The root in /opt/ct112, made when there is none."""

    machine: Machine
    mirror: str | None

    def changes(self) -> Iterator[Change]:
        """Return whether it is to be made."""
        root = self.machine.path(ASTERISK_ROOT)
        if not asterisk_root.good(root):
            what = f"make {ASTERISK_ROOT}: Asterisk from Debian {asterisk_root.SUITE}, by mmdebstrap"
            yield Change(what, lambda: self._make(root))

    def _make(self, root: Path) -> None:
        with asterisk_root.locked(root) as hold:
            asterisk_root.make(root, self.mirror or asterisk_root.debian_mirror(), hold)
