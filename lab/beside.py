"""`ct112 web` and `ct112 worker` in the lab: the processes that calls do without."""

from dataclasses import dataclass
from pathlib import Path

from lab import processes
from lab.places import REPOSITORY
from lab.ports import LOOPBACK, require_free
from lab.service import SECONDS, Service, asked

WEB, WORKER = "web", "worker"
NAMES = (WEB, WORKER)


@dataclass(frozen=True)
class Beside:
    """One of the two; it has the settings of the lab's ct112."""

    name: str
    service: Service

    @property
    def port(self) -> int:
        """Return its port."""
        ports = self.service.places.ports
        return {WEB: ports.web, WORKER: ports.worker}[self.name]

    @property
    def url(self) -> str:
        """Return where it is asked."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def log(self) -> Path:
        """Return its log."""
        return self.service.places.log / f"{self.name}.log"

    def start(self, *, database: bool) -> None:
        """Start it; wait until it does its work or, without the database, until it answers at all."""
        self.launch()
        ready = self.ready if database else self.alive
        processes.wait_ready(self.name, self.service.table, ready, SECONDS, self.log)

    def launch(self) -> None:
        """Start its process."""
        require_free(self.name, tcp=(self.port,))
        self.service.write_settings()
        command = self.service.command(self.name)
        environment = self.service.environment()
        pid = processes.start(command, log=self.log, environment=environment, cwd=REPOSITORY)
        self.service.table.add(self.name, pid)

    def ready(self) -> bool:
        """Return whether it does its work."""
        return asked(f"{self.url}/readyz")[0] == 200

    def alive(self) -> bool:
        """Return whether it answers."""
        return asked(f"{self.url}/healthz")[0] == 200
