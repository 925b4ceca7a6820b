"""Drills for which ct112 is started in another way: beside another, with its clock or DNS in our hands."""

import asyncio
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from lab import packages, processes
from lab.drills.stage import Stage
from lab.places import REPOSITORY
from lab.processes import ProcessTable
from lab.world import CT112

HOUR_SECONDS = 3600
STAND_DOWN_SECONDS = 5
SECOND = 57  # added to the ports of HTTP: nothing of the lab is there


async def second_takes_over(stage: Stage) -> None:
    """Another ct112 with the same application: the first one stands down at once and says so."""
    lab = stage.world.lab
    state = lab.places.directory / "second"
    ports = {"WEB": lab.places.ports.web, "SERVE": lab.places.ports.serve}
    environment = {f"CT112_{name}_PORT": str(port + SECOND) for name, port in ports.items()}
    environment["CT112_STATE_DIR"] = str(state)
    first = lab.living()[CT112]
    pid = await asyncio.to_thread(start, stage, environment, name="second", state=state)
    gone = await asyncio.to_thread(
        processes.wait_until, lambda: lab.living().get(CT112) != first, STAND_DOWN_SECONDS
    )
    said = "standing down" in await asyncio.to_thread(lab.service().log.read_text, "utf-8")
    stage.note = "the first stood down and said so" if gone and said else "the first did NOT stand down"
    await asyncio.sleep(STAND_DOWN_SECONDS)
    process = lab._table.living()["second"]
    assert process.pid == pid
    await asyncio.to_thread(processes.stop, process, signal.SIGTERM, 10.0)
    lab._table.forget("second")
    await stage.world.start(CT112)


async def clock_jumps(stage: Stage) -> None:
    """The machine's clock goes on by an hour, and back, under a running ct112."""
    await asyncio.to_thread(_set_clock, _clock_file(stage), HOUR_SECONDS)
    await asyncio.sleep(STAND_DOWN_SECONDS)
    await asyncio.to_thread(_set_clock, _clock_file(stage), 0)


async def with_a_clock_of_its_own(stage: Stage) -> None:
    """Start ct112 anew so that its clock can be set without the machine's."""
    await asyncio.to_thread(packages.ensure, "faketime", "faketime")
    await asyncio.to_thread(_set_clock, _clock_file(stage), 0)
    environment = {
        "LD_PRELOAD": _faketime(),
        "FAKETIME_TIMESTAMP_FILE": str(_clock_file(stage)),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "DONT_FAKE_MONOTONIC": "1",
    }
    await stage.world.stop(CT112)
    await asyncio.to_thread(start, stage, environment)


async def dns_dies(stage: Stage) -> None:
    """The name servers have been dead since ct112 was started; a caller more comes meanwhile."""
    await asyncio.sleep(1)
    stage.note = f"{len(stage.world.calls)} calls set up without a name server"


async def with_dead_dns(stage: Stage) -> None:
    """Start ct112 anew where every name server is one that does not answer."""
    await stage.world.stop(CT112)
    dead = stage.world.lab.places.directory / "resolv.conf"
    await asyncio.to_thread(dead.write_text, "nameserver 192.0.2.1\n", "utf-8")
    view = f'mount --bind {dead} "$(readlink -f /etc/resolv.conf)" && exec "$@"'
    await asyncio.to_thread(start, stage, {}, prefix=("unshare", "-m", "sh", "-c", view, "sh"))


def start(
    stage: Stage,
    more: Mapping[str, str],
    *,
    name: str = CT112,
    state: Path | None = None,
    prefix: tuple[str, ...] = (),
) -> int:
    """Start a ct112 with more in its environment; return its pid once it is ready."""
    lab = stage.world.lab
    service = lab.service()
    if state is not None:
        state.mkdir(exist_ok=True)
    environment = service.environment() | dict(more)
    log = lab.places.log / f"{name}.log"
    command = [*prefix, sys.executable, "-m", "ct112.cli", "serve"]
    pid = processes.start(command, log=log, environment=environment, cwd=REPOSITORY)
    table: ProcessTable = lab._table
    table.add(name, pid)
    ready = service.ready if name == CT112 else lambda: "ready" in log.read_text("utf-8")
    processes.wait_ready(name, table, ready, 25, log)
    return pid


def _faketime() -> str:
    return str(next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")))


def _clock_file(stage: Stage) -> Path:
    return stage.world.lab.places.directory / "clock"


def _set_clock(file: Path, seconds: int) -> None:
    new = file.with_suffix(".new")
    new.write_text(f"+{seconds}\n", "utf-8")
    new.replace(file)
