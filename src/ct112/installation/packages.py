"""Debian's packages that are needed and not there."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from ct112.installation.changes import Change
from ct112.installation.machine import InstallFailure, Machine

PRIVATE_ROOT = {
    "mmdebstrap": "/usr/bin/mmdebstrap",
    "debian-archive-keyring": "/usr/share/keyrings/debian-archive-keyring.gpg",
}
ALWAYS = {"logrotate": "/usr/sbin/logrotate"}
LOCK_SECONDS, LOOK_SECONDS = 600, 1.0
WAIT = ("-o", f"DPkg::Lock::Timeout={LOCK_SECONDS}")
"""A machine that was just set up updates itself; so does what a killed run has left."""
PACKET_FILTER = {"nftables": "/usr/sbin/nft"}
POSTGRESQL = {"postgresql": "/usr/lib/postgresql/*/bin/postgres"}
"""Each package by a file of it; the server by itself, which a machine with only its client does not have."""


@dataclass(frozen=True)
class Packages:
    """Packages by a file of theirs."""

    machine: Machine
    wanted: dict[str, str]

    def changes(self) -> Iterator[Change]:
        """Return what apt is to install."""
        missing = [name for name, file in self.wanted.items() if not self._has(file)]
        if missing:
            yield Change(f"apt install {' '.join(missing)}", lambda: self._install(missing))
        elif any(name in self.machine.attempt("dpkg", "--audit").stdout for name in self.wanted):
            yield Change("dpkg --configure -a: it was interrupted", self._configure)

    def _has(self, file: str) -> bool:
        return any(self.machine.root.glob(file.lstrip("/")))

    def _configure(self) -> None:
        """Finish what was interrupted; a killed run's apt may be at it still, and has dpkg's lock."""
        end = time.monotonic() + LOCK_SECONDS
        while (result := self.machine.attempt("dpkg", "--configure", "-a")).returncode != 0:
            if "lock" not in result.stderr or time.monotonic() > end:
                said = " | ".join(result.stderr.strip().splitlines()[-3:])
                raise InstallFailure(
                    f"dpkg --configure -a: {said}", "see to that, then the same command again"
                )
            time.sleep(LOOK_SECONDS)

    def _install(self, names: list[str]) -> None:
        self.machine.attempt("dpkg", "--configure", "-a")  # what a run before was interrupted in
        self.machine.attempt("apt-get", "update", "-qq")  # one broken source of many is no reason to stop
        self.machine.run("apt-get", *WAIT, "install", "-y", "-qq", "--no-install-recommends", *names)
