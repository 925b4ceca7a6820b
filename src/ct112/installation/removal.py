"""Taking ct112 off: what can be made again goes, data stays; with purge the data goes too."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ct112.installation import packet_filter
from ct112.installation.asterisk_root import building, clear
from ct112.installation.changes import Change
from ct112.installation.kept import RECORD, Record
from ct112.installation.machine import Machine
from ct112.installation.order import ASTERISK_ROOT, COMMAND
from ct112.installation.units import SERVICES, TIMERS
from ct112.installation.update import next_root, previous_root
from ct112.installation.users import USERS

DATA = {
    "/etc/ct112": "settings, secrets, nodes and trunks",
    "/etc/asterisk": "Asterisk's configuration",
    "/var/lib/ct112": "spool, prompts, key of the audit",
    "/var/lib/asterisk": "positions' accounts",
    "/var/cache/asterisk": "prompts Asterisk has fetched",
    "/var/spool/asterisk": "Asterisk's spool",
    "/var/log/asterisk": "Asterisk's logs",
    "/var/log/ct112": "logs",
}
"""What uninstalling leaves, and what it is."""


@dataclass(frozen=True)
class Removal:
    """What is to be removed."""

    machine: Machine
    purge: bool = False

    def changes(self) -> Iterator[Change]:
        """Return what is to be removed, the services first."""
        files = list(Record(self.machine).read())
        units = [
            unit
            for unit in (*TIMERS, *reversed(SERVICES), packet_filter.UNIT)
            if any(file.endswith(f"/{unit}") for file in files)
        ]
        if units:
            yield Change(f"stop and disable {', '.join(units)}", partial(self._stop, units))
        for file in files:
            if Record(self.machine).edited(file):
                yield Change(
                    f"leave {file}, which was changed here", partial(Record(self.machine).forget, file)
                )
            else:
                yield Change(f"remove {file}", partial(self._remove, file))
        if self.machine.path(COMMAND).is_symlink():
            yield Change(f"remove {COMMAND}", partial(self.machine.path(COMMAND).unlink, missing_ok=True))
        root = self.machine.path(ASTERISK_ROOT)
        for folder in (root, next_root(root), previous_root(root), building(root)):
            if folder.is_dir():
                yield Change(f"remove {folder}", partial(clear, folder))
        if files:
            yield Change(
                "systemctl daemon-reload", partial(self.machine.attempt, "systemctl", "daemon-reload")
            )
        yield from self._data() if self.purge else ()

    def _data(self) -> Iterator[Change]:
        for path, what in DATA.items():
            if self.machine.path(path).is_dir():
                yield Change(f"DELETE {path}: {what}", partial(self._delete, self.machine.path(path)))
        for user in USERS:
            if self.machine.user(user):
                yield Change(f"remove the user {user}", partial(self.machine.run, "userdel", user))

    def _delete(self, path: Path) -> None:
        """Delete what is in a folder, where an admin has put it, and the folder; other disks in it stay."""
        there = path.resolve()
        self.machine.attempt("find", str(there), "-xdev", "-mindepth", "1", "-delete")
        with contextlib.suppress(OSError):  # a disk of its own, or one in it
            there.rmdir()
        if path.is_symlink():
            path.unlink()

    def left(self) -> list[str]:
        """Return what stays, and where."""
        there = [f"{path}: {what}" for path, what in DATA.items() if self.machine.path(path).is_dir()]
        return [*there, "the database that CT112_DATABASE_URL names"]

    def _stop(self, units: list[str]) -> None:
        self.machine.attempt("systemctl", "disable", "--quiet", "--now", *units)

    def _remove(self, file: str) -> None:
        path = self.machine.path(file)
        path.unlink(missing_ok=True)
        path.with_name(path.name + ".new").unlink(missing_ok=True)
        if file != RECORD:
            Record(self.machine).forget(file)
