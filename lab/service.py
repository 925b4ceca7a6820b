"""ct112 itself in the lab: the database migrated, the operators on duty, the service started."""

import asyncio
import contextlib
import http.client
import json
import os
import shlex
import subprocess
import sys
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ct112 import files
from lab import processes
from lab.places import REPOSITORY, Places
from lab.ports import LOOPBACK, require_free
from lab.processes import ProcessTable
from lab.steps import StepFailed

NAME = "ct112"
POSITIONS = 3
SECONDS = 25
PLACES = "CT112_LAB_PLACES"
"""Names a folder with a city's areas and names, which the lab takes in."""
KEPT = ("PATH", "HOME", "LANG", "TZ")


@dataclass(frozen=True)
class Service:
    """The ct112 process, told everything by `CT112_…` variables."""

    places: Places
    table: ProcessTable
    settings: Mapping[str, str]

    @property
    def url(self) -> str:
        """Return where `ct112 web` is, beside it."""
        return f"http://{LOOPBACK}:{self.places.ports.web}"

    @property
    def door(self) -> str:
        """Return where its own health, prompts and control door are."""
        return f"http://{LOOPBACK}:{self.places.ports.serve}"

    @property
    def log(self) -> Path:
        """Return its log."""
        return self.places.log / "ct112.log"

    def environment(self) -> dict[str, str]:
        """Return the whole environment: the settings and nothing of ours that could leak in."""
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        python_path = f"{REPOSITORY / 'src'}:{REPOSITORY}"
        ours = {"PYTHONPATH": python_path, "PYTHONUNBUFFERED": "1", "CT112_ENV_FILE": ""}
        return kept | ours | dict(self.settings)

    def migrate(self) -> None:
        """Bring the database's tables up to date."""
        result = subprocess.run(
            self.command("db", "upgrade"),
            env=self.environment(),
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            check=False,
        )
        if result.returncode != 0:
            last = " | ".join((result.stderr or result.stdout).strip().splitlines()[-4:])
            raise StepFailed(
                f"ct112 db upgrade: {last}", "see that the database is the lab's own, then again"
            )

    def import_places(self, folder: Path) -> None:
        """Take in a city's areas and names: its .geojson, and .csv with or without a column `kind`."""
        files_of: dict[str, list[Path]] = {"--areas": sorted(folder.glob("*.geojson"))}
        for file in sorted(folder.glob("*.csv")):
            with file.open(encoding="utf-8") as opened:
                named = "--names" if "kind" in opened.readline().strip().split(",") else "--area-names"
            files_of.setdefault(named, []).append(file)
        for option in ("--areas", "--area-names", "--names"):
            for file in files_of.get(option, ()):
                self._import(option, file)

    def _import(self, option: str, file: Path) -> None:
        result = subprocess.run(
            self.command("places", "import", option, str(file)),
            env=self.environment(),
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            check=False,
        )
        if result.returncode != 0:
            last = " | ".join((result.stderr or result.stdout).strip().splitlines()[-4:])
            raise StepFailed(f"ct112 places import: {last}", f"correct {file}, or unset {PLACES}")

    def start(self) -> None:
        """Start ct112 and wait until it would handle calls."""
        require_free("ct112", tcp=(self.places.ports.serve,))
        self.launch()
        try:
            processes.wait_ready(NAME, self.table, self.ready, SECONDS, self.log)
        except StepFailed as failure:
            raise StepFailed(f"{failure.why}; readiness: {self.readiness()}", failure.remedy) from failure

    def launch(self) -> None:
        """Start ct112's process."""
        self.write_settings()
        command = self.command("serve")
        self.table.add(
            NAME, processes.start(command, log=self.log, environment=self.environment(), cwd=REPOSITORY)
        )

    def write_settings(self) -> None:
        """Write the settings where the other processes and the `ct112` command find them."""
        lines = (f"{name}={shlex.quote(value)}" for name, value in sorted(self.settings.items()))
        files.replace(self.places.environment_file, ("\n".join(lines) + "\n").encode())
        self.places.state.mkdir(exist_ok=True)

    def ready(self) -> bool:
        """Return whether it says that it would handle calls."""
        return self._get("/readyz")[0] == 200

    def log_in(self, people: Iterable[tuple[str, str]]) -> None:
        """Ask that these (position, operator) sit there, ready; a position others have stays theirs."""
        for position, operator in people:
            ask = {"kind": "sit", "position": position, "operator": operator, "ready": True}
            body = {"id": str(uuid.uuid4()), "by": "lab", "ask": ask}
            request = urllib.request.Request(
                f"{self.door}/control/ask",
                data=json.dumps(body).encode(),
                headers={
                    "Authorization": f"Bearer {self.settings['CT112_CONTROL_TOKEN']}",
                    "Content-Type": "application/json",
                },
            )
            with contextlib.suppress(OSError), urllib.request.urlopen(request, timeout=10):
                pass

    def leaving(self) -> bool:
        """Return whether it is on its way out: it takes no calls, or answers no more."""
        status, body = self._get("/readyz")
        return status == 0 or (status == 503 and '"leaving"' in body)

    def readiness(self) -> str:
        """Return what it says about its parts."""
        return self._get("/readyz")[1]

    def _get(self, path: str) -> tuple[int, str]:
        return asked(self.door + path)

    def command(self, *arguments: str) -> list[str]:
        """Return how the ct112 command is run."""
        return [sys.executable, "-m", "ct112.cli", *arguments]


def asked(url: str) -> tuple[int, str]:
    """Return status and body of what is there; status 0 and why when nothing answers."""
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.code, answer.read().decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        return 0, str(error)


def position_names() -> list[tuple[str, str]]:
    """Return the lab's positions with their operators."""
    return [(f"pos-{number}", f"operator-{number}") for number in range(1, POSITIONS + 1)]


def put_on_duty(database_url: str, passwords: Mapping[str, str]) -> list[dict[str, Any]]:
    """Store what is missing, and seat who sits nowhere; return all positions as lab.json lists them."""
    return asyncio.run(_put_on_duty(database_url, passwords))


async def _put_on_duty(database_url: str, passwords: Mapping[str, str]) -> list[dict[str, Any]]:
    from ct112.store import Store, positions, seating  # here, so that the other parts start without it
    from lab import people

    store = await Store.create(database_url)
    try:
        for position, operator in position_names():
            await people.add(store, operator, position, passwords[position])
        async with store.transaction() as connection:
            found = await positions.positions(connection)
            seated = {stay.position: stay.operator for stay in await seating.current(connection)}
        free = set(dict(position_names()).values()) - set(seated.values())
        for position, operator in position_names():
            if position not in seated and operator in free:
                await people.seat(store, operator, position)
                seated[position] = operator
        return [
            {
                "name": row.name,
                "sip_user": row.name,
                "sip_password": row.sip_password,
                "operator": seated.get(row.name) or dict(position_names()).get(row.name),
            }
            for row in found
        ]
    finally:
        await store.close()


def settings_for(
    places: Places,
    *,
    nodes: list[dict[str, Any]],
    fallback_dirs: Mapping[str, str],
    database_url: str,
    api_token: str,
    control_token: str,
    overrides: Mapping[str, str],
    page_phones: Sequence[str] = (),
) -> dict[str, str]:
    """Return ct112's settings in the lab; `overrides` win. `page_phones`: where pages reach the nodes."""
    return {
        "CT112_NODES": json.dumps(nodes),
        "CT112_FALLBACK_DIRS": json.dumps(dict(fallback_dirs)),
        "CT112_DATABASE_URL": database_url,
        "CT112_WEB_HOST": LOOPBACK,
        "CT112_WEB_PORT": str(places.ports.web),
        "CT112_API_TOKEN": api_token,
        "CT112_SERVE_HOST": LOOPBACK,
        "CT112_SERVE_PORT": str(places.ports.serve),
        "CT112_WORKER_HOST": LOOPBACK,
        "CT112_WORKER_PORT": str(places.ports.worker),
        "CT112_CONTROL_TOKEN": control_token,
        "CT112_STATE_DIR": str(places.state),
        "CT112_WRAP_UP_SECONDS": "3",
        "CT112_AGENCY_NETWORKS": '["127.0.0.0/8"]',
        "CT112_LOG_JSON": "false",
        **({"CT112_BROWSER_PHONES": json.dumps(list(page_phones))} if page_phones else {}),
    } | dict(overrides)
