"""Where a lab's files are and which ports it uses."""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
NODE_NAMES = "abcdefgh"
REMEDY_PORTS = "stop what uses it, or choose other ports with CT112_LAB_PORT_BASE (for example 22000)"


@dataclass(frozen=True)
class NodePorts:
    """One Asterisk node's ports on loopback; `rtp` are the first and the last media port."""

    sip: int
    http: int
    ami: int
    rtp: tuple[int, int]
    sip_tls: int
    wss: int


@dataclass(frozen=True)
class Ports:
    """The ports of a lab, all derived from `base`; with no base the ports everybody knows."""

    base: int | None = None

    def __post_init__(self) -> None:
        """Refuse a base that would need ports below 1024 or above 65535."""
        if self.base is not None and not 1024 <= self.base <= 60000:
            raise ValueError(f"CT112_LAB_PORT_BASE is {self.base}: choose one from 1024 to 60000")

    @property
    def web(self) -> int:
        """Return the port of `ct112 web`."""
        return 8112 if self.base is None else self.base + 3

    @property
    def serve(self) -> int:
        """Return the port of `ct112 serve`."""
        return 8113 if self.base is None else self.base + 6

    @property
    def worker(self) -> int:
        """Return the port of `ct112 worker`."""
        return 8114 if self.base is None else self.base + 7

    @property
    def postgres(self) -> int:
        """Return PostgreSQL's port; not 5432, which a developer's machine often has taken."""
        return 54112 if self.base is None else self.base + 4

    @property
    def carrier(self) -> int:
        """Return where the carrier's side of the trunk would listen, on the trunk's address."""
        return 5065 if self.base is None else self.base + 5

    def node(self, index: int) -> NodePorts:
        """Return the ports of the node with this index, from 0."""
        if self.base is None:
            first = 10000 + 1000 * index
            sip = 5060 + 10 * index
            return NodePorts(sip, 8088 + index, 5038 + index, (first, first + 999), sip + 1, 8443 + index)
        sip, first = self.base + 10 * index, self.base + 100 + 500 * index
        return NodePorts(sip, sip + 1, sip + 2, (first, first + 499), sip + 8, sip + 9)


@dataclass(frozen=True)
class Places:
    """A lab's folder and what is in it. Labs may share the Asterisk root."""

    directory: Path
    ports: Ports
    asterisk_root: Path

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Places":
        """Read CT112_LAB_DIR, CT112_LAB_PORT_BASE and CT112_ASTERISK_ROOT."""
        base = environment.get("CT112_LAB_PORT_BASE")
        directory = Path(environment.get("CT112_LAB_DIR", REPOSITORY / ".lab"))
        return cls(directory.resolve(), Ports(int(base) if base else None), asterisk_root(environment))

    @property
    def key(self) -> str:
        """Return a short name that no other lab on this machine has."""
        return hashlib.sha256(str(self.directory).encode()).hexdigest()[:12]

    @property
    def lab_json(self) -> Path:
        """Return where others find out about the lab."""
        return self.directory / "lab.json"

    @property
    def log(self) -> Path:
        """Return the folder of the logs."""
        return self.directory / "log"

    @property
    def state(self) -> Path:
        """Return ct112's own folder."""
        return self.directory / "state"

    @property
    def secrets(self) -> Path:
        """Return the file with the passwords generated for this lab."""
        return self.directory / "secrets.json"

    @property
    def processes(self) -> Path:
        """Return the file that says which processes are ours."""
        return self.directory / "processes.json"

    @property
    def environment_file(self) -> Path:
        """Return the settings ct112 was started with, for the `ct112` command and the curious."""
        return self.directory / "ct112.env"

    @property
    def spare(self) -> Path:
        """Return a folder an unprivileged user can reach when the repository is under a closed home."""
        return Path("/var/tmp") / f"ct112-lab-{self.key}"


def asterisk_root(environment: Mapping[str, str] = os.environ) -> Path:
    """Return the private root Asterisk is installed in when the system has none that will do."""
    return Path(environment.get("CT112_ASTERISK_ROOT", REPOSITORY / ".lab" / "asterisk-root")).resolve()
