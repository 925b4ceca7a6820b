"""A lab from Python: within `with Lab(directory, port_base) as lab:` all of it runs, afterwards none."""

import os
import shutil
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from ct112.asterisk.configfiles import NodeValues
from ct112.asterisk.trunks import Trunk
from lab import beside, labfile, phones_part, processes, registry
from lab.asterisk import TRUNK, AsteriskNode
from lab.beside import Beside
from lab.free_ports import give_back
from lab.passwords import Passwords
from lab.places import NODE_NAMES, Places, Ports, asterisk_root
from lab.ports import LOOPBACK, require_free
from lab.postgres import Postgres
from lab.processes import ProcessTable
from lab.root import Installation, find
from lab.service import NAME as CT112
from lab.service import PLACES, Service, position_names, put_on_duty, settings_for
from lab.steps import Progress, Quiet, StepFailed, step
from lab.users import make_users

ENDING = (signal.SIGTERM, 5.0)  # seconds to end in good order before it is made to
ENDINGS = {
    CT112: (signal.SIGTERM, 10.0),  # leaves its calls to Asterisk and saves what it knows
    beside.WEB: (signal.SIGTERM, 10.0),
    beside.WORKER: (signal.SIGTERM, 10.0),  # what has begun may end
    "postgres": (signal.SIGINT, 10.0),  # cuts connections, keeps what was committed
}
LEAVING_SECONDS = 60.0  # talks get 30 s to end, then it writes down what is left
DEAD_MAN = "CT112_DEAD_MAN_SECONDS"


class Lab:
    """PostgreSQL, Asterisk nodes and ct112's processes on loopback. Two threads may be at two parts at once.

    `overrides` are CT112_ variables for ct112; `max_calls` is a node's limit; `trunks`: more than the
    lab's own; `page_phones`: pages may phone; `database_url` names a
    database to use instead of our own; `tied` labs are ended by `./run` should this process die first.
    """

    def __init__(
        self,
        directory: Path,
        port_base: int | None = None,
        *,
        overrides: Mapping[str, str] | None = None,
        nodes: int = 1,
        max_calls: int = NodeValues.max_calls,
        trunks: Sequence[Trunk] = (),
        page_phones: bool = False,
        database_url: str | None = None,
        progress: Progress | None = None,
        tied: bool = True,
    ) -> None:
        self.places = Places(directory.resolve(), Ports(port_base), asterisk_root())
        self._overrides = dict(overrides or {})
        self._node_names = NODE_NAMES[:nodes]
        self._max_calls = max_calls
        self._trunks = tuple(trunks)
        self._page_phones = page_phones
        self._database_url = database_url
        self._progress = progress or Quiet()
        self._tied = tied
        self._installation: Installation | None = None
        self._positions: list[dict[str, Any]] = []
        self._users: dict[str, dict[str, str]] = {}
        self._telling = threading.Lock()
        self.places.log.mkdir(parents=True, exist_ok=True)
        self._table = ProcessTable(self.places.processes)
        self._secrets = Passwords(self.places.secrets)

    def __enter__(self) -> Self:
        """Start everything."""
        self.up()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End everything."""
        self.down()

    @contextmanager
    def running(self) -> Iterator[Self]:
        """Start everything; afterwards nothing of the lab is left."""
        try:
            self.up()
            yield self
        finally:
            self.remove()

    @property
    def info(self) -> dict[str, Any]:
        """Return lab.json. Raises StepFailed when the lab is not up."""
        found = labfile.read(self.places.lab_json)
        if found is None:
            raise StepFailed("the lab is not up", "./run up")
        return found

    @property
    def parts(self) -> list[str]:
        """Return the names of the parts in the order they start."""
        own = [] if self._database_url else ["postgres"]
        return [*own, *(f"asterisk-{name}" for name in self._node_names), CT112, *beside.NAMES]

    def living(self) -> dict[str, int]:
        """Return the pids of the parts that live."""
        return {name: process.pid for name, process in self._table.living().items()}

    def up(self, *, phones: bool = False) -> dict[str, Any]:
        """Start what is not running and return lab.json; on failure end again what this call started."""
        before = self.living()
        try:
            for part in self.parts:
                self.start(part)
            if phones:
                self.start(phones_part.NAME)
            if CT112 not in before:
                self.service().log_in(position_names())
            if not self.places.lab_json.exists():  # all of it ran already, but the file was lost
                self._put_on_duty()
                self._make_users()
                self._tell()
        except BaseException:
            with processes.uninterrupted():
                for part in reversed([part for part in self.living() if part not in before]):
                    self.stop(part)
            raise
        return self.info

    def down(self) -> None:
        """End every part of the lab, the last started first."""
        with processes.uninterrupted():
            for part in reversed(list(self._table.all())):
                with step(self._progress, f"{part} ends"):
                    self.stop(part)
        self.places.lab_json.unlink(missing_ok=True)
        registry.forget(self.places)

    def remove(self) -> None:
        """End the lab, delete its folders, but not the Asterisk root, and give its ports back."""
        self.down()
        directory = self.places.directory
        nodes = [asterisk_root() / "lab" / self.places.key, directory / "asterisk"]
        for folder in (*nodes, directory / "postgres", self.places.state, self.places.log, self.places.spare):
            shutil.rmtree(folder, ignore_errors=True)
        for file in (self.places.secrets, self.places.environment_file, self.places.processes):
            file.unlink(missing_ok=True)
        give_back(self.places.ports.base)

    def start(self, part: str) -> None:
        """Start one part if it is not running: postgres, asterisk-a, ct112 (serve), web, worker or phones."""
        if part == CT112:
            self._wait_while_leaving()
        if part in self.living():
            return
        registry.remember(self.places, tied=self._tied)
        self._starter(part)()
        self._tell()

    def _wait_while_leaving(self) -> None:
        """Wait for a ct112 that was told to leave: it lets talks end first, and keeps its port."""
        service = self.service()

        def settled() -> bool:
            return CT112 not in self.living() or not service.leaving()

        if not settled():
            with step(self._progress, "the ct112 before leaves"):
                if not processes.wait_until(settled, LEAVING_SECONDS, every=0.2):
                    raise StepFailed("ct112 is still leaving", "./run down, then again")

    def start_again(self, part: str) -> None:
        """Start a part that ran before; ct112 without the database and without waiting."""
        if part in self.living():
            return
        if part == CT112:
            require_free("ct112", tcp=(self.places.ports.serve,))
            self.service().launch()
        else:
            self._starter(part)()
        self._tell()

    def stop(self, part: str) -> None:
        """End one part in good order."""
        process = self._table.living().get(part)
        if process is not None:
            processes.stop(process, *ENDINGS.get(part, ENDING))
        self._table.forget(part)
        self._tell()

    def kill(self, part: str) -> None:
        """End one part as a crash would (SIGKILL)."""
        process = self._table.living().get(part)
        if process is None:
            raise StepFailed(f"{part} is not running", "start it first")
        processes.kill(process)
        self._table.forget(part)
        self._tell()

    def postgres(self) -> Postgres:
        """Return the lab's own PostgreSQL."""
        return Postgres(self.places, self._table, self._secrets["postgres"])

    def nodes(self) -> list[AsteriskNode]:
        """Return the Asterisk nodes."""
        self._installation = self._installation or find(self.places.asterisk_root, self._progress)
        return [
            AsteriskNode(
                self.places,
                self._table,
                self._installation,
                name,
                self.places.ports.node(index),
                self._secrets[f"ari-{name}"],
                self._secrets[f"ami-{name}"],
                int(float(self._overrides.get(DEAD_MAN, "12"))),
                self._max_calls,
                self._trunks,
                page_phones=self._page_phones,
            )
            for index, name in enumerate(self._node_names)
        ]

    def service(self) -> Service:
        """Return ct112."""
        settings = settings_for(
            self.places,
            nodes=[dict(node.values().connection()) for node in self.nodes()],
            fallback_dirs={node.name: str(node.fallback) for node in self.nodes()},
            database_url=self.database_url,
            api_token=self._secrets["api-token"],
            control_token=self._secrets["control-token"],
            overrides=self._overrides,
            page_phones=[node.ws for node in self.nodes()] if self._page_phones else (),
        )
        return Service(self.places, self._table, settings)

    @property
    def database_url(self) -> str:
        """Return the address of the database in use."""
        return self._database_url or self.postgres().url

    def _starter(self, part: str) -> Callable[[], None]:
        if part == "postgres":
            return lambda: self._stepped("PostgreSQL", self.postgres().start)
        if part == CT112:
            return self._start_service
        if part in beside.NAMES:
            return lambda: self._start_beside(part)
        if part == phones_part.NAME:
            return lambda: self._stepped("phones", lambda: phones_part.start(self.places, self._table))
        if part not in self.parts:
            raise StepFailed(
                f"there is no part {part}", f"the parts are {', '.join([*self.parts, 'phones'])}"
            )
        nodes = {node.part: node for node in self.nodes()}
        return lambda: self._stepped(f"Asterisk {nodes[part].name}", nodes[part].start)

    def beside(self, part: str) -> Beside:
        """Return `ct112 web` or `ct112 worker`."""
        return Beside(part, self.service())

    def _start_beside(self, part: str) -> None:
        self._stepped(f"ct112 {part}", lambda: self.beside(part).start(database=self._has_database()))

    def _has_database(self) -> bool:
        """Return whether there is one now: the processes start without it all the same."""
        return bool(self._database_url) or "postgres" in self.living()

    def _start_service(self) -> None:
        service = self.service()
        if self._has_database():
            self._stepped("database migrated", service.migrate)
            if folder := self._overrides.get(PLACES):
                self._stepped("places of the city", lambda: service.import_places(Path(folder)))
            self._stepped("operators on duty", self._put_on_duty)
            self._stepped("users", self._make_users)
        self._stepped("ct112 serve", service.start)

    def _put_on_duty(self) -> None:
        passwords = {position: self._secrets[position] for position, _ in position_names()}
        self._positions = put_on_duty(self.database_url, passwords)

    def _make_users(self) -> None:
        self._users = make_users(self.database_url, self._secrets)

    def _stepped(self, name: str, action: Callable[[], None]) -> None:
        with step(self._progress, name):
            action()

    def description(self) -> dict[str, Any]:
        """Return what lab.json would say now, also while parts of the lab are missing."""
        return labfile.contents(
            web=self.service().url,
            serve=self.service().door,
            carrier=f"{TRUNK}:{self.places.ports.carrier}",
            nodes=self.nodes(),
            database_url=self.database_url,
            api_token=self._secrets["api-token"],
            positions=self._positions,
            users=self._users,
            pids=self.living(),
        )

    def _tell(self) -> None:
        """Bring lab.json up to date: written when all parts run, its pids kept right afterwards."""
        with self._telling:
            pids, info = self.living(), labfile.read(self.places.lab_json)
            if self._positions and all(part in pids for part in self.parts):
                info = self.description()
            if info is not None and self.places.directory.exists():
                labfile.write(self.places.lab_json, info | {"pids": pids})


def from_environment(
    progress: Progress | None = None, *, tied: bool = False, nodes: int | None = None
) -> Lab:
    """Return the lab the CT112_LAB_… variables describe; other CT112_ settings are passed on to ct112.

    `nodes`: how many Asterisk nodes; by default as many as the lab that is up has, else one. Raises
    StepFailed when a lab with another number of nodes is up.
    """
    places = Places.from_environment()
    there = nodes_up(places)
    if there and nodes not in (None, there):
        raise StepFailed(f"the lab is up with {there} node(s)", f"./run down, then ./run up --nodes {nodes}")
    names = {
        "CT112_DEAD_MAN_SECONDS",
        "CT112_RING_SECONDS",
        "CT112_WRAP_UP_SECONDS",
        "CT112_LOG_LEVEL",
        PLACES,
    }
    return Lab(
        places.directory,
        places.ports.base,
        overrides={name: os.environ[name] for name in names if name in os.environ},
        nodes=nodes or there or 1,
        page_phones=True,
        database_url=_database_of_theirs(places, os.environ.get("CT112_DATABASE_URL")),
        progress=progress,
        tied=tied,
    )


def _database_of_theirs(places: Places, url: str | None) -> str | None:
    """Return the address of a database that is not the lab's own; a sourced .lab/ct112.env names that."""
    if not url:
        return None
    parts = urlsplit(url)
    own = parts.hostname == LOOPBACK and parts.port == places.ports.postgres
    return None if own else url


def nodes_up(places: Places) -> int:
    """Return how many nodes the lab that is up has, 0 when none is up."""
    info = labfile.read(places.lab_json)
    if info is not None:
        return len(info["ari"])
    return sum(part.startswith("asterisk-") for part in ProcessTable(places.processes).living())
