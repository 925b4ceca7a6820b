"""An Asterisk that was on the machine before us: told from ours, and its configuration put aside."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from ct112 import env_file
from ct112.installation.changes import Change
from ct112.installation.machine import Machine
from ct112.installation.order import ENV_FILE, ETC_ASTERISK, UNITS

RENDERED = ".ct112-rendered.json"
"""Beside the files that `ct112 asterisk render` has written (`rendering.MANIFEST`)."""
SIGNS = ("asterisk.conf", "pjsip.conf")
UNIT = "asterisk.service"


def has_foreign_configuration(machine: Machine) -> bool:
    """Return whether /etc/asterisk is somebody else's: the distribution's, or of an exchange before.

    Before there was that record ct112's settings named the nodes already. Raises EnvFileError.
    """
    folder = machine.path(ETC_ASTERISK)
    if (folder / RENDERED).exists() or not any((folder / name).exists() for name in SIGNS):
        return False
    return not env_file.value(env_file.read(machine.path(ENV_FILE)), env_file.NODES)


def runs_a_foreign_one(machine: Machine) -> bool:
    """Return whether the unit asterisk runs, and is not one of ours."""
    shown = machine.attempt(
        "systemctl", "show", "--property=ActiveState,FragmentPath,DropInPaths", UNIT
    ).stdout
    return "ActiveState=active" in shown and UNITS not in shown


@dataclass(frozen=True)
class Foreign:
    """Somebody else's /etc/asterisk gives way; nothing of it is lost."""

    machine: Machine

    def changes(self) -> Iterator[Change]:
        """Return whether it is to be put aside."""
        if has_foreign_configuration(self.machine):
            aside = f"{ETC_ASTERISK}.before-ct112-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}"
            what = f"put {ETC_ASTERISK}, which is not ct112's, aside as {aside}"
            yield Change(what, partial(self._put, aside))

    def _put(self, aside: str) -> None:
        self.machine.path(ETC_ASTERISK).rename(self.machine.path(aside))
