"""A throw-away PostgreSQL for tests: one server a session, one database a test, built by the migrations."""

import asyncio
import secrets
import shutil
import signal
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import asyncpg
import psutil

from ct112.store import migrate
from lab import postgres, processes, registry
from lab.free_ports import free_base, give_back
from lab.places import Places, Ports
from lab.processes import ProcessTable

STOP_SECONDS = 10
MEMORY, DISK = Path("/dev/shm"), Path("/var/tmp")
ROOM_BYTES = 4 * 2**30
QUICK = {"fsync": "off", "full_page_writes": "off"}  # a killed server loses nothing by it, a machine would


class Server:
    """A server on a free port of loopback. It may be stopped and started: the data stays until `remove`."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="ct112-test-", dir=_quickest()))
        self._folder.chmod(0o711)  # PostgreSQL runs as somebody without rights, who has to get in
        self._places = Places(self._folder, Ports(free_base()), self._folder)
        self._table = ProcessTable(self._folder / "processes.json")
        self._postgres = postgres.Postgres(self._places, self._table, secrets.token_urlsafe(18), QUICK)

    def start(self) -> None:
        """Start the server and wait until it answers. Should we be killed, `./run` ends it for us."""
        registry.remember(self._places, tied=True)
        self._postgres.start()

    def stop(self) -> None:
        """Stop the server; its clients' connections break."""
        process = self._table.living().get(postgres.NAME)
        if process is not None:
            processes.stop(process, signal.SIGINT, STOP_SECONDS)

    def kill(self) -> None:
        """End the server and its workers as a power cut would; `start` brings it back."""
        process = self._table.living().get(postgres.NAME)
        children = process.children(recursive=True) if process is not None else []
        self._each(psutil.Process.kill)
        if process is not None:
            processes.stop(process, signal.SIGKILL, STOP_SECONDS)
        psutil.wait_procs(children, STOP_SECONDS)

    def freeze(self) -> None:
        """Let the server take connections and answer nothing, as one on a stuck disk."""
        self._each(psutil.Process.suspend)

    def thaw(self) -> None:
        """Let it go on."""
        self._each(psutil.Process.resume)

    def remove(self) -> None:
        """Stop it and remove everything."""
        self.thaw()
        self.stop()
        shutil.rmtree(self._folder)
        registry.forget(self._places)
        give_back(self._places.ports.base)

    def url(self, database: str = "postgres") -> str:
        """Return the address of one of its databases."""
        return self._postgres.url.removesuffix("/postgres") + f"/{database}"

    async def create(self, database: str, template: str = "template1") -> str:
        """Make a database and return its address: copied as files, the quicker way where fsync is off."""
        await self.run(f'CREATE DATABASE "{database}" TEMPLATE "{template}" STRATEGY FILE_COPY')
        return self.url(database)

    async def drop(self, database: str) -> None:
        """Remove a database, whoever is connected to it."""
        await self.run(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    async def run(self, statement: str, database: str = "postgres") -> None:
        """Run one statement, outside a transaction."""
        connection = await asyncpg.connect(self.url(database))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    def _each(self, act: Callable[[psutil.Process], None]) -> None:
        """Do this to the server and its workers; one may end meanwhile."""
        process = self._table.living().get(postgres.NAME)
        for one in [process, *process.children(recursive=True)] if process is not None else []:
            with suppress(psutil.NoSuchProcess):
                act(one)


def _quickest() -> Path:
    """Return where a server lies: in memory where there is room, as a new database is a thousand files."""
    there = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM_BYTES
    return MEMORY if there else DISK


def migrated(server: Server) -> str:
    """Make the database all others are copied from and return its name."""
    asyncio.run(server.create("migrated"))
    migrate.upgrade(server.url("migrated"))
    return "migrated"
