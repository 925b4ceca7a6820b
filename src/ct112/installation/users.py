"""The users the services run as: without a password, without a shell."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from ct112.installation.changes import Change
from ct112.installation.machine import Machine

USERS = {"ct112": "/var/lib/ct112", "asterisk": "/var/lib/asterisk"}
"""Each with a group of its name, and its home."""


@dataclass(frozen=True)
class Users:
    """Users and groups. One that is there already (Debian's own asterisk) stays as it is."""

    machine: Machine

    def changes(self) -> Iterator[Change]:
        """Return which users are to be made."""
        for name, home in USERS.items():
            if not self.machine.user(name):
                yield Change(f"make the user {name}", partial(self._make, name, home))

    def _make(self, name: str, home: str) -> None:
        group = ["--user-group"] if self.machine.group(name) is None else ["--gid", name]
        shape = ["--system", *group, "--no-create-home", "--home-dir", home, "--shell", "/usr/sbin/nologin"]
        self.machine.run("useradd", *shape, name)
