"""Asterisk: the system's when it is new enough, otherwise a private root made from Debian testing."""

import os
import socket
from dataclasses import dataclass
from pathlib import Path

from ct112.installation import asterisk_root
from ct112.installation.machine import InstallFailure
from lab import packages
from lab.steps import Progress, StepFailed, step

HOSTS_REMEDY = "add '127.0.0.1 <its name>' to /etc/hosts: without it Asterisk is slow by a factor of thirty"


@dataclass(frozen=True)
class Installation:
    """Where Asterisk is; `root` is None when it is the system's own."""

    version: str
    root: Path | None

    def command(self, *arguments: str) -> list[str]:
        """Return the command line that runs asterisk with `arguments`; its pid is Asterisk's own."""
        inside = ["chroot", str(self.root)] if self.root else []
        return [*inside, "asterisk", *arguments]

    def account(self) -> tuple[str, int, int] | None:
        """Return name, uid and gid of the user Asterisk runs as, None when there is no such user."""
        passwd = (self.root or Path("/")) / "etc" / "passwd"
        for line in passwd.read_text("utf-8").splitlines():
            name, _, uid, gid = line.split(":")[:4]
            if name == "asterisk" and os.geteuid() == 0:
                return name, int(uid), int(gid)
        return None


def find(root: Path, progress: Progress) -> Installation:
    """Return an Asterisk that will do, making the private root when there is none."""
    with step(progress, "Asterisk") as this:
        found = _system() or _private(root)
        if found is None:
            this.note = "not here yet, installing a private one"
    if found is None:
        found = _install(root, progress)
    _name_resolves(found)
    this.note = f"{found.version} in {found.root or 'the system'}"
    return found


def _system() -> Installation | None:
    return _checked(Installation("", None)) if Path(asterisk_root.PROGRAM).exists() else None


def _private(root: Path) -> Installation | None:
    return _checked(Installation("", root)) if (root / "usr" / "sbin" / "asterisk").exists() else None


def _checked(found: Installation) -> Installation | None:
    if found.root and os.geteuid() != 0:
        raise StepFailed("a private root needs chroot, which needs root", "run it as root or with sudo")
    output = asterisk_root.version(found.root)
    good = asterisk_root.version_of(output) >= asterisk_root.MINIMUM
    return Installation(output.removeprefix("Asterisk "), found.root) if good else None


def _install(root: Path, progress: Progress) -> Installation:
    if os.geteuid() != 0:
        raise StepFailed("no Asterisk ≥ 22.10.1 here, and installing one needs root", "run it with sudo")
    with step(progress, "Asterisk's private root from Debian testing") as this, asterisk_root.locked(root):
        if not _private(root):  # else another lab made it while we waited
            packages.ensure("mmdebstrap", "mmdebstrap")
            if not asterisk_root.KEYRING.exists():
                packages.install("debian-archive-keyring")
            this.note = _make(root)
        found = _private(root)
        if found is None:
            raise StepFailed(f"the Asterisk in {root} is older than 22.10.1", f"remove {root} and try again")
    return found


def _make(root: Path) -> str:
    try:
        return asterisk_root.make(
            root, os.environ.get("CT112_DEBIAN_MIRROR") or asterisk_root.debian_mirror()
        )
    except InstallFailure as failure:
        raise StepFailed(failure.why, failure.remedy) from failure


def _name_resolves(found: Installation) -> None:
    name = socket.gethostname()
    if found.root:
        hosts = found.root / "etc" / "hosts"
        wanted = f"127.0.0.1 localhost\n127.0.0.1 {name}\n"
        if not hosts.exists() or name not in hosts.read_text("utf-8").split():
            hosts.write_text(wanted, "utf-8")
        return
    try:
        socket.getaddrinfo(name, None)
    except socket.gaierror as error:
        raise StepFailed(f"this machine's own name, {name}, does not resolve", HOSTS_REMEDY) from error
