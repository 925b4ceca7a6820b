"""The whole installation, in its order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ct112.installation import packages, packet_filter, units
from ct112.installation.carried import Carried
from ct112.installation.changes import Change, Part
from ct112.installation.folders import Folders
from ct112.installation.foreign import Foreign
from ct112.installation.kept import OwnFiles
from ct112.installation.machine import Machine
from ct112.installation.order import COMMAND, Order
from ct112.installation.packages import Packages
from ct112.installation.packet_filter import PacketFilter
from ct112.installation.postgres import Database
from ct112.installation.private_root import PrivateRoot, private
from ct112.installation.readable import Readable
from ct112.installation.services import Services
from ct112.installation.tables import Tables
from ct112.installation.users import Users


@dataclass(frozen=True)
class Link:
    """The command in everybody's path."""

    machine: Machine
    program: Path

    def changes(self) -> Iterator[Change]:
        """Return whether the link is to be made; a file that is no link is somebody's and stays."""
        link = self.machine.path(COMMAND)
        if self.program == Path(COMMAND) or (link.exists() and not link.is_symlink()):
            return
        if not link.is_symlink() or link.readlink() != self.program:
            yield Change(f"link {COMMAND} to {self.program}", partial(self._make, link))

    def _make(self, link: Path) -> None:
        link.unlink(missing_ok=True)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(self.program)


def parts(machine: Machine, order: Order, configuration: Part, *, drain_seconds: float) -> Sequence[Part]:
    """Return the parts in the order in which they are done.

    `configuration`: Asterisk's, rendered; `drain_seconds`: how long serve waits for talks when it is stopped.
    """
    own_root = private(machine)
    wanted = {
        **packages.ALWAYS,
        **(packages.PRIVATE_ROOT if own_root else {}),
        **(packages.POSTGRESQL if order.local_postgresql else {}),
        **(packages.PACKET_FILTER if packet_filter.is_wanted(machine, order) else {}),
    }
    files = units.wanted(order, private=own_root, drain_seconds=drain_seconds)
    machinery: tuple[Part, ...] = (
        Packages(machine, wanted),
        Users(machine),
        *(() if order.asterisk_only else (Foreign(machine),)),  # a second node's is put there by hand
        Folders(machine),
        Readable(machine, order.program),
        *([PrivateRoot(machine, order.mirror)] if own_root else []),
        OwnFiles(machine, files),
        Link(machine, order.program),
    )
    if order.asterisk_only:
        asterisk = Services(machine, units.SERVICES[:1], order.start)
        return (*machinery, Carried(machine), PacketFilter(machine, order), asterisk)
    return (
        *machinery,
        Database(machine, order),
        configuration,
        Tables(machine, order),
        PacketFilter(machine, order),
        Services(machine, (*units.SERVICES, *units.TIMERS), order.start),
    )
