"""A container engine of our own: a dockerd whose files lie in one folder, ended with all it made."""

import fcntl
import os
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

import psutil

from lab import packages, processes
from lab.places import REPOSITORY
from lab.processes import wait_until
from lab.steps import StepFailed

SECONDS = 30
COMMAND_SECONDS = 900
KEPT = ("PATH", "HOME", "LANG", "TZ", "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")
LONGEST_SOCKET = 100  # bytes of a path the kernel takes for a socket, less what containerd adds


def folder() -> Path:
    """Return where the engine's data is; images stay there from run to run."""
    return Path(os.environ.get("CT112_CONTAINERS_DIR", REPOSITORY / ".lab" / "containers")).resolve()


def forbidden() -> str:
    """Return why this machine can have no containers, empty when it can."""
    if os.geteuid() != 0:
        return "not root"
    if "\toverlay\n" not in Path("/proc/filesystems").read_text("ascii"):
        return "the kernel has no overlay file system"
    if not any(Path("/sys/fs/cgroup").iterdir()):
        return "no cgroups are mounted"
    tried = subprocess.run(
        ["unshare", "--mount", "--pid", "--ipc", "--uts", "--fork", "true"], capture_output=True, check=False
    )
    return "" if tried.returncode == 0 else f"no namespaces: {tried.stderr.decode(errors='replace').strip()}"


class Engine:
    """dockerd without a bridge and a packet filter: containers use the host's network or none."""

    def __init__(self, folder: Path) -> None:
        """`folder`: everything of ours; images stay there for the next time."""
        self.folder = folder
        self.log = folder / "dockerd.log"
        self._pidfile = folder / "dockerd.pid"
        self._socket = folder / "docker.sock"
        self._lock: IO[str] | None = None

    @property
    def data(self) -> Path:
        """Return where images, containers and volumes are."""
        return self.folder / "data"

    def start(self) -> None:
        """Start it, ending first what a run that was killed has left. Raises StepFailed."""
        if os.geteuid() != 0:
            raise StepFailed("containers need root", "run it as root or with sudo")
        if len(str(self.folder / "exec" / "containerd" / "containerd.sock")) > LONGEST_SOCKET:
            raise StepFailed(f"{self.folder} is too long a path", "CT112_CONTAINERS_DIR names another folder")
        for command, package in (("dockerd", "docker.io"), ("docker-compose", "docker-compose")):
            packages.ensure(command, package)
        self.folder.mkdir(parents=True, exist_ok=True)
        self._take()
        self.clear()
        pid = processes.start(self._command(), log=self.log, environment=self._environment(), cwd=Path("/"))
        known = psutil.Process(pid)
        ready = wait_until(lambda: self._answers() or not known.is_running() or _zombie(known), SECONDS, 0.1)
        if not ready or not self._answers():
            raise StepFailed(f"dockerd did not start: {processes.tail(self.log)}", f"read {self.log}")
        self._remove()

    def stop(self) -> None:
        """End it and whatever is left of its containers; give the folder back."""
        self.clear()
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def clear(self) -> None:
        """End the containers, the daemon and what it mounted, also of a run that was killed."""
        daemon = self._daemon()
        if daemon is not None:
            with suppress(StepFailed):
                self._remove()
            processes.stop(daemon, signal.SIGTERM, 20)
        for process in self._ours():
            with suppress(psutil.NoSuchProcess):
                process.kill()
        for mount in self.mounts():
            subprocess.run(["umount", "--lazy", mount], check=False, capture_output=True)
        for path in (self._pidfile, self._socket):
            path.unlink(missing_ok=True)
        if not self.mounts():  # never into what is mounted
            shutil.rmtree(self.folder / "exec", ignore_errors=True)

    def sweep(self) -> None:
        """Clear what a run that was killed has left; one that runs now is let alone."""
        if not (self.folder / "lock").exists():
            return
        try:
            self._take()
        except StepFailed:
            return
        self.stop()

    def docker(self, *arguments: str, text: bytes | None = None, seconds: float = COMMAND_SECONDS) -> str:
        """Run the docker command and return what it says. Raises StepFailed with its last lines."""
        return self.run([_docker(), *arguments], text=text, seconds=seconds)

    def run(
        self,
        command: Sequence[str],
        *,
        text: bytes | None = None,
        cwd: Path | None = None,
        seconds: float = COMMAND_SECONDS,
        more: Mapping[str, str] | None = None,
    ) -> str:
        """Run a command that speaks to this engine. Raises StepFailed with its last lines."""
        try:
            done = subprocess.run(
                command,
                env={**self._environment(), **(more or {})},
                cwd=cwd or self.folder,
                input=text,
                stdin=subprocess.DEVNULL if text is None else None,
                capture_output=True,
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise StepFailed(
                f"{' '.join(command[:4])} took more than {seconds:.0f} s", f"read {self.log}"
            ) from error
        if done.returncode != 0:
            said = (done.stderr.decode(errors="replace") or done.stdout.decode(errors="replace")).strip()
            raise StepFailed(
                f"{' '.join(command[:6])}: {' | '.join(said.splitlines()[-4:])}", f"read {self.log}"
            )
        return done.stdout.decode(errors="replace").strip()

    def mounts(self) -> list[str]:
        """Return what is mounted in our folder, the innermost first."""
        lines = Path("/proc/self/mounts").read_text("utf-8").splitlines()
        return sorted(
            (p for line in lines if (p := line.split()[1]).startswith(f"{self.folder}/")), reverse=True
        )

    def left(self) -> list[str]:
        """Return what is still there of an engine that has ended, in words; nothing when all is gone."""
        return [f"process {one.pid} ({one.name()})" for one in self._ours()] + [
            f"mount {mount}" for mount in self.mounts()
        ]

    def _command(self) -> list[str]:
        folder = self.folder
        return [
            *("dockerd", "--host", f"unix://{self._socket}", "--pidfile", str(self._pidfile)),
            *("--data-root", str(self.data), "--exec-root", str(folder / "exec")),
            *("--bridge", "none", "--iptables=false", "--ip6tables=false", "--ip-forward=false"),
            *("--ip-masq=false", "--shutdown-timeout", "10"),
        ]

    def _environment(self) -> Mapping[str, str]:
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        return kept | {
            "DOCKER_HOST": f"unix://{self._socket}",
            "DOCKER_CONFIG": str(self.folder / "config"),
            "DOCKER_BUILDKIT": "0",
            "COMPOSE_ANSI": "never",
        }

    def _take(self) -> None:
        self._lock = (self.folder / "lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.close()
            self._lock = None
            raise StepFailed(f"another run uses {self.folder}", "wait for it to end") from None

    def _answers(self) -> bool:
        with suppress(StepFailed):
            return bool(self.docker("version", "--format", "{{.Server.Version}}", seconds=10))
        return False

    def _remove(self) -> None:
        """Remove all containers and volumes there are; the images stay."""
        if there := self.docker("ps", "--all", "--quiet", seconds=20).split():
            self.docker("rm", "--force", *there, seconds=60)
        if there := self.docker("volume", "ls", "--quiet", seconds=20).split():
            self.docker("volume", "rm", *there, seconds=60)

    def _daemon(self) -> psutil.Process | None:
        return next((one for one in self._ours() if one.name() == "dockerd"), None)

    def _ours(self) -> list[psutil.Process]:
        """Return the daemon, its containerd, and what holds its containers, by the folder they were given."""
        found = []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                told = process.name() in ("dockerd", "containerd") or process.name().startswith(
                    "containerd-shim"
                )
                if (
                    told
                    and any(f"{self.folder}/" in word for word in process.cmdline())
                    and not _zombie(process)
                ):
                    found += [
                        process,
                        *(process.children(recursive=True) if process.name() != "dockerd" else []),
                    ]
        return found


def _zombie(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return process.status() == psutil.STATUS_ZOMBIE
    return True


def _docker() -> str:
    """Return the distribution's command: another one on the path may be of another time than the daemon."""
    return "/usr/bin/docker" if Path("/usr/bin/docker").exists() else "docker"
