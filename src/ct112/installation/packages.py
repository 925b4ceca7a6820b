"""Debian's packages that are needed and not there."""

from collections.abc import Iterator
from dataclasses import dataclass

from ct112.installation.changes import Change
from ct112.installation.machine import Machine

PRIVATE_ROOT = {
    "mmdebstrap": "/usr/bin/mmdebstrap",
    "debian-archive-keyring": "/usr/share/keyrings/debian-archive-keyring.gpg",
}
ALWAYS = {"logrotate": "/usr/sbin/logrotate"}
POSTGRESQL = {"postgresql": "/usr/bin/pg_lsclusters"}
"""Each package by a file of it."""


@dataclass(frozen=True)
class Packages:
    """Packages by a file of theirs."""

    machine: Machine
    wanted: dict[str, str]

    def changes(self) -> Iterator[Change]:
        """Return what apt is to install."""
        missing = [name for name, file in self.wanted.items() if not self.machine.path(file).exists()]
        if missing:
            yield Change(f"apt install {' '.join(missing)}", lambda: self._install(missing))

    def _install(self, names: list[str]) -> None:
        self.machine.attempt("apt-get", "update", "-qq")  # one broken source of many is no reason to stop
        self.machine.run("apt-get", "install", "-y", "-qq", "--no-install-recommends", *names)
