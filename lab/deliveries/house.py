"""PostgreSQL, web and workers of the drill, each of which may be killed and started again."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import asyncpg
import orjson

from lab.deliveries.receiver import SECRET
from lab.free_ports import free_port
from lab.places import REPOSITORY
from lab.throwaway import Server, migrated

TOKEN = "a token for the drill"
WAYS = "UPDATE agency SET ways = $1::jsonb"


class House:
    """A database of its own, one web, and workers by name. Everything it started ends with `remove`."""

    def __init__(self, folder: Path) -> None:
        """Nothing runs yet."""
        self._folder = folder
        self.server = Server()
        self.database_url = ""
        self.url = f"http://127.0.0.1:{free_port()}"
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def begin(self) -> None:
        """Start PostgreSQL and build the database."""
        self.server.start()
        self.database_url = self.server.url(migrated(self.server))

    async def receive_at(self, url: str) -> None:
        """Let every agency be told by a webhook at this URL."""
        way = {"kind": "webhook", "url": url, "secret": SECRET, "within_seconds": 3600}
        await self.run(WAYS, orjson.dumps([way]).decode())

    async def run(self, statement: str, *values: object) -> list[asyncpg.Record]:
        """Run a statement."""
        connection = await asyncpg.connect(self.database_url.replace("+asyncpg", ""))
        try:
            return list(await connection.fetch(statement, *values))
        finally:
            await connection.close()

    def start(self, name: str) -> None:
        """Start `web`, or a worker of this name."""
        command = "web" if name == "web" else "worker"
        folder = self._folder / name
        folder.mkdir(exist_ok=True)
        settings = {
            "CT112_ENV_FILE": "",
            "CT112_DATABASE_URL": self.database_url,
            "CT112_STATE_DIR": str(folder),
            "CT112_API_TOKEN": TOKEN,
            "CT112_AGENCY_NETWORKS": '["127.0.0.0/8"]',
            f"CT112_{command.upper()}_PORT": self.url.rpartition(":")[2] if name == "web" else "0",
            "PYTHONPATH": f"{REPOSITORY / 'src'}:{REPOSITORY}",
            "PATH": os.environ["PATH"],
        }
        with (self._folder / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                [sys.executable, "-m", "ct112.cli", command], env=settings, cwd=folder, stdout=log, stderr=log
            )

    def kill(self, name: str) -> None:
        """Kill a process; it is gone when this returns."""
        process = self._running.pop(name)
        process.kill()
        process.wait()

    def stop(self, name: str) -> None:
        """Stop a process where it stands."""
        self._running[name].send_signal(signal.SIGSTOP)

    def go_on(self, name: str) -> None:
        """Let it go on."""
        self._running[name].send_signal(signal.SIGCONT)

    def kill_postgres(self, seconds: float) -> None:
        """Kill PostgreSQL, and start it again after so long."""
        self.server.kill()
        time.sleep(seconds)
        self.server.start()

    def remove(self) -> None:
        """End and remove everything."""
        for name in list(self._running):
            self.kill(name)
        self.server.remove()
