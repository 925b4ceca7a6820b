"""The machine that is installed on: what is asked of it and the commands run on it."""

import grp
import os
import pwd
import re
import shutil
import socket
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SECONDS = 1800  # a slow line and a slow disk: apt may take its time, but not for ever
PLAIN_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
ENVIRONMENT = {"PATH": PLAIN_PATH, "HOME": "/root", "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}


UMASK = 0o022
"""Of all we run and make, whatever the shell's is: packages made under 077 are of no use to anybody else."""


class InstallFailure(Exception):
    """It cannot be done: why, and what to do."""

    def __init__(self, why: str, remedy: str) -> None:
        super().__init__(f"{why}: {remedy}")
        self.why = why
        self.remedy = remedy


@dataclass(frozen=True)
class Machine:
    """A Debian whose files begin at `root`; users and commands are this very machine's."""

    root: Path = Path("/")

    def path(self, absolute: str) -> Path:
        """Return where a file of the machine is."""
        return self.root / absolute.lstrip("/")

    def is_root(self) -> bool:
        """Return whether we may do everything."""
        return os.geteuid() == 0

    def release(self) -> dict[str, str]:
        """Return what /etc/os-release says; empty when there is none."""
        try:
            text = self.path("/etc/os-release").read_text("utf-8")
        except OSError:
            return {}
        return {key: value.strip('"') for key, value in re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE)}

    def has_systemd(self) -> bool:
        """Return whether systemd runs this machine."""
        return self.path("/run/systemd/system").is_dir()

    def free_bytes(self, absolute: str) -> int:
        """Return the room on the disk of a folder, or of the nearest one above it that is there."""
        path = self.path(absolute)
        while not path.exists():
            path = path.parent
        return shutil.disk_usage(path).free

    def has(self, command: str) -> bool:
        """Return whether a command is installed."""
        return shutil.which(command, path=PLAIN_PATH) is not None

    def user(self, name: str) -> bool:
        """Return whether there is such a user."""
        try:
            pwd.getpwnam(name)
        except KeyError:
            return False
        return True

    def group(self, name: str) -> int | None:
        """Return the number of a group, None when there is none of this name."""
        try:
            return grp.getgrnam(name).gr_gid
        except KeyError:
            return None

    def resolves_itself(self) -> bool:
        """Return whether the machine's own name has an address."""
        try:
            socket.getaddrinfo(socket.gethostname(), None)
        except OSError:
            return False
        return True

    def run(self, *command: str, stdin: str = "") -> str:
        """Run a command and return what it printed. Raises InstallFailure with its last lines."""
        result = self.attempt(*command, stdin=stdin)
        if result.returncode != 0:
            said = (result.stderr.strip() or result.stdout.strip()).splitlines()[-3:]
            why = f"{' '.join(command[:3])}: {' | '.join(said) or f'exit {result.returncode}'}"
            raise InstallFailure(why, "see to that, then the same command again: it goes on where it was")
        return result.stdout

    def attempt(
        self, *command: str, stdin: str = "", seconds: float = SECONDS
    ) -> subprocess.CompletedProcess[str]:
        """Run a command; how it ended is the caller's to judge."""
        try:
            return subprocess.run(
                command, input=stdin, env=ENVIRONMENT, capture_output=True, text=True,
                check=False, timeout=seconds, cwd="/", umask=UMASK,
            )  # fmt: skip
        except FileNotFoundError:
            return subprocess.CompletedProcess(command, 127, "", f"{command[0]} is not installed")
        except subprocess.TimeoutExpired:
            return subprocess.CompletedProcess(command, 124, "", f"not done after {seconds:.0f} s")


def taken_ports(ports: Sequence[tuple[str, int]]) -> list[str]:
    """Return which of these (kind, port) somebody on this machine listens on: `tcp 5060`."""
    return [f"{kind} {port}" for kind, port in ports if _taken(kind, port)]


def _taken(kind: str, port: int) -> bool:
    sort = socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM
    with socket.socket(socket.AF_INET, sort) as probe:
        if kind == "tcp":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # one closed is still in TIME_WAIT
        try:
            probe.bind(("", port))
        except OSError:
            return True
    return False
