"""A bare Debian: a root made by mmdebstrap, booted with its own systemd and a network of its own."""

import os
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from ct112.installation.asterisk_root import ALONE, clear, debian_mirror
from ct112.installation.machine import PLAIN_PATH
from lab import packages
from lab.mirror import Mirror, cache_folder
from lab.places import REPOSITORY
from lab.steps import StepFailed

CACHE = REPOSITORY / ".lab" / "bare"
INCLUDED = "systemd-sysv,dbus,iproute2,ca-certificates"
"""What makes it a machine (an installer puts them there too); nothing of ct112's is among them."""
BOOT_SECONDS = 60
STOP_SECONDS = 30
SPACES = ("--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup")


class CannotBoot(Exception):
    """This machine lets none be booted inside it; the text says why."""


def require() -> None:
    """Raise CannotBoot with the reason when a machine cannot be booted here."""
    if os.geteuid() != 0:
        raise CannotBoot("booting a Debian needs root")
    try:
        packages.ensure("systemd-nspawn", "systemd-container")
        packages.ensure("mmdebstrap", "mmdebstrap")
    except StepFailed as failure:
        raise CannotBoot(str(failure)) from failure
    if debian_mirror() is None and "CT112_DEBIAN_MIRROR" not in os.environ:
        raise CannotBoot("no Debian mirror is known here (CT112_DEBIAN_MIRROR names one)")


def mirror() -> str:
    """Return the Debian mirror this machine knows."""
    return os.environ.get("CT112_DEBIAN_MIRROR") or debian_mirror() or ""


def root_of(suite: str) -> Path:
    """Return a tarball of a bare Debian; made the first time. Raises CannotBoot."""
    tarball = CACHE / f"{suite}.tar"
    if tarball.exists():
        return tarball
    CACHE.mkdir(parents=True, exist_ok=True)
    building = CACHE / f"{suite}.{os.getpid()}.tar"
    command = ["mmdebstrap", "--variant=minbase", f"--include={INCLUDED}", "--components=main"]
    command += ['--aptopt=Acquire::Check-Valid-Until "false"', suite, str(building), mirror()]
    result = subprocess.run(
        ["nice", *ALONE, *command], capture_output=True, text=True, check=False, timeout=600
    )
    if result.returncode != 0:
        building.unlink(missing_ok=True)
        raise CannotBoot(f"mmdebstrap {suite}: {' | '.join(result.stderr.splitlines()[-3:])}")
    building.replace(tarball)
    return tarball


@dataclass
class BareDebian:
    """One machine, from its start to its removal."""

    suite: str = "bookworm"
    shared: dict[Path, str] = field(default_factory=dict)
    """Folders of ours it sees, read-only, and where."""
    folder: Path = field(init=False)
    _nspawn: subprocess.Popen[bytes] | None = None
    _mirror: Mirror | None = None
    pid: int = 0

    def boot(self) -> None:
        """Unpack it, start it, wait until its systemd runs. Raises CannotBoot."""
        require()
        tarball = root_of(self.suite)
        self.folder = Path(tempfile.mkdtemp(prefix="ct112-bare-", dir="/var/tmp"))
        root = self.root
        root.mkdir()
        subprocess.run(["tar", "-C", str(root), "-xf", str(tarball), "--numeric-owner"], check=True)
        (root / "etc" / "hostname").write_text("centre\n")
        (root / "etc" / "dpkg" / "dpkg.cfg.d" / "unsafe-io").write_text("force-unsafe-io\n")  # a throw-away
        (root / "etc" / "hosts").write_text("127.0.0.1 localhost\n127.0.1.1 centre\n")
        self.start()

    @property
    def root(self) -> Path:
        """Return the machine's file system as we see it."""
        return self.folder / "root"

    def start(self) -> None:
        """Switch it on."""
        binds = [f"--bind-ro={ours}:{there}" for ours, there in self.shared.items()]
        command = ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--private-network"]
        command += ["--console=read-only", "--machine=centre", *binds, "-D", str(self.root), "-b"]
        with (self.folder / "console.log").open("ab") as sink:
            self._nspawn = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink, start_new_session=True
            )
        end = time.monotonic() + BOOT_SECONDS
        while self._state() not in {"running", "degraded"}:
            if self._nspawn.poll() is not None or time.monotonic() > end:
                raise CannotBoot(f"it did not boot: {self._console()}")
            time.sleep(0.2)
        upstream = mirror()
        self._mirror = Mirror(upstream, cache_folder(CACHE), self.pid)
        self._mirror.start()
        self._name_mirror(upstream)

    def run(self, *command: str, seconds: float = 120, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command on the machine as root."""
        inside = ["nsenter", "--target", str(self.pid), *SPACES, "--root", "--wd", "--"]
        environment = {"PATH": PLAIN_PATH, "HOME": "/root"}
        return subprocess.run(
            [*inside, *command], input=stdin, env=environment, capture_output=True, text=True, check=False,
            timeout=seconds,
        )  # fmt: skip

    def must(self, *command: str, seconds: float = 120, stdin: str = "") -> str:
        """Run a command that has to succeed; return what it printed."""
        result = self.run(*command, seconds=seconds, stdin=stdin)
        assert result.returncode == 0, f"{command}: {result.stdout[-2000:]}\n{result.stderr[-2000:]}"
        return result.stdout

    def beside(self, *command: str, **options: Any) -> subprocess.Popen[str]:
        """Start a program of ours (a phone) in the machine's network; it sees our files, not its."""
        return subprocess.Popen(
            ["nsenter", "--target", str(self.pid), "--net", "--", *command],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options,
        )  # fmt: skip

    def stop(self) -> None:
        """Switch it off, as by its button."""
        if self._mirror is not None:
            self._mirror.stop()
            self._mirror = None
        if self._nspawn is None or self._nspawn.poll() is not None:
            return
        self._nspawn.send_signal(signal.SIGTERM)  # nspawn hands it to the machine as a request to power off
        try:
            self._nspawn.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._nspawn.kill()
            self._nspawn.wait(5)

    def remove(self) -> None:
        """Pull its plug and remove it."""
        if self.pid and self._nspawn is not None and self._nspawn.poll() is None:
            os.kill(self.pid, signal.SIGKILL)  # its first process: all others go with it
        self.stop()
        clear(self.folder)

    def _state(self) -> str:
        self.pid = self._init()
        if not self.pid:
            return ""
        try:
            return self.run("systemctl", "is-system-running", seconds=10).stdout.strip()
        except subprocess.TimeoutExpired:
            return ""

    def _init(self) -> int:
        """Return the machine's first process; 0 while there is none."""
        if self._nspawn is None:
            return 0
        try:
            children = psutil.Process(self._nspawn.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return 0
        return next((child.pid for child in children if _name(child) == "systemd"), 0)

    def _name_mirror(self, upstream: str) -> None:
        """Let apt there ask the mirror inside instead of the one it was made from."""
        assert self._mirror is not None
        for source in (self.root / "etc" / "apt").rglob("*.list"):
            source.write_text(source.read_text().replace(upstream, self._mirror.url))
        (self.root / "etc/apt/apt.conf.d/90ct112-lab").write_text('Acquire::Check-Valid-Until "false";\n')

    def _console(self) -> str:
        text = (self.folder / "console.log").read_text(errors="replace")
        return " | ".join(text.strip().splitlines()[-4:])


def _name(process: psutil.Process) -> str:
    try:
        return process.name()
    except psutil.NoSuchProcess:
        return ""
