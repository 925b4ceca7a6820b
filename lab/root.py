"""Asterisk: the system's when it is new enough, otherwise a private root made from Debian testing."""

import fcntl
import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from lab import packages
from lab.steps import Progress, Step, StepFailed, step

MINIMUM = (22, 10, 1)  # the first with the twenty security fixes of its day
SUITE = "forky"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
ALONE = ("unshare", "--mount", "sh", "-c", 'mount -t tmpfs tmpfs /dev/shm && exec "$@"', "sh")
"""mmdebstrap binds /dev/shm and more into the root it builds: its own, and gone with it, however it ends.

Killed without this, it left them mounted, and clearing the half-built root emptied the machine's /dev/shm:
every PostgreSQL on it lost its shared memory.
"""
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


def version_of(text: str) -> tuple[int, ...]:
    """Return the version in `Asterisk 22.10.1+dfsg…` as numbers, empty when there is none."""
    match = re.search(r"Asterisk (?:certified/)?(\d+)\.(\d+)\.(\d+)", text)
    return tuple(map(int, match.groups())) if match else ()


def debian_mirror(apt: Path = Path("/etc/apt"), release: Path = Path("/etc/os-release")) -> str | None:
    """Return the mirror this Debian is installed from, None when there is none to be found (Ubuntu)."""
    about = dict(line.split("=", 1) for line in release.read_text("utf-8").splitlines() if "=" in line)
    if about.get("ID", "").strip('"') != "debian":
        return None
    codename = about.get("VERSION_CODENAME", "").strip('"')
    for source in (apt / "sources.list", *sorted((apt / "sources.list.d").glob("*"))):
        if source.suffix in {".list", ".sources"} and source.is_file():
            for uri, suites in _entries(source):
                if codename in suites:
                    return uri
    return None


def _entries(source: Path) -> Iterator[tuple[str, list[str]]]:
    text = "\n".join(line for line in source.read_text("utf-8").splitlines() if not line.startswith("#"))
    if source.suffix == ".list":
        for match in re.finditer(r"^deb\s+(?:\[[^]]*\]\s+)?(\S+)\s+(\S+)", text, re.MULTILINE):
            yield match[1], [match[2]]
        return
    for paragraph in re.split(r"\n\s*\n", text):
        fields = dict(re.findall(r"^([A-Za-z-]+):\s*(.*)$", paragraph, re.MULTILINE))
        if "deb" in fields.get("Types", "").split() and fields.get("URIs"):
            yield fields["URIs"].split()[0], fields.get("Suites", "").split()


def _system() -> Installation | None:
    path = shutil.which("asterisk")
    return _checked(Installation("", None)) if path else None


def _private(root: Path) -> Installation | None:
    return _checked(Installation("", root)) if (root / "usr" / "sbin" / "asterisk").exists() else None


def _checked(found: Installation) -> Installation | None:
    if found.root and os.geteuid() != 0:
        raise StepFailed("a private root needs chroot, which needs root", "run it as root or with sudo")
    output = subprocess.run(found.command("-V"), capture_output=True, text=True, check=False).stdout.strip()
    good = version_of(output) >= MINIMUM
    return Installation(output.removeprefix("Asterisk "), found.root) if good else None


def _install(root: Path, progress: Progress) -> Installation:
    if os.geteuid() != 0:
        raise StepFailed("no Asterisk ≥ 22.10.1 here, and installing one needs root", "run it with sudo")
    root.parent.mkdir(parents=True, exist_ok=True)
    with step(progress, "Asterisk's private root from Debian testing") as this, _alone(root):
        if not _private(root):  # else another lab made it while we waited
            packages.ensure("mmdebstrap", "mmdebstrap")
            if not KEYRING.exists():
                packages.install("debian-archive-keyring")
            _build(root, this)
        found = _private(root)
        if found is None:
            raise StepFailed(f"the Asterisk in {root} is older than 22.10.1", f"remove {root} and try again")
    return found


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    with root.with_name(root.name + ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _build(root: Path, this: Step) -> None:
    building = root.with_name(root.name + ".building")
    _clear(root)
    first = _mmdebstrap(building, [])
    if "expired" in first.lower() or "not valid" in first.lower():
        this.note = "the mirror's Release file is past its date; accepted, its signature is good"
        first = _mmdebstrap(building, ['--aptopt=Acquire::Check-Valid-Until "false"'])
    if first:
        _clear(building)
        last = " | ".join(line for line in first.strip().splitlines()[-4:])
        raise StepFailed(
            f"mmdebstrap: {last}",
            "see that the Debian mirror is reachable; CT112_DEBIAN_MIRROR names another",
        )
    building.rename(root)


def _clear(folder: Path) -> None:
    """Remove a root, and nothing of ours that is mounted in it still."""
    for mounted in reversed([Path(one.mountpoint) for one in psutil.disk_partitions(all=True)]):
        if mounted.is_relative_to(folder):
            subprocess.run(["umount", mounted], check=False)
    subprocess.run(["rm", "-rf", "--one-file-system", folder], check=False)


def _mmdebstrap(target: Path, options: list[str]) -> str:
    """Return what went wrong, empty when nothing did."""
    _clear(target)  # mmdebstrap refuses a folder that is not empty
    mirror = os.environ.get("CT112_DEBIAN_MIRROR") or debian_mirror()  # without one mmdebstrap has its own
    command = [*ALONE, "mmdebstrap", "--variant=minbase", "--include=asterisk,asterisk-modules"]
    command += ["--components=main"]
    command += [f"--keyring={KEYRING}", *options, SUITE, str(target), *([mirror] if mirror else [])]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    return "" if result.returncode == 0 else result.stderr or "it failed without a word"


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
