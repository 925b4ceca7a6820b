"""What breaks beside the telephone: web and worker. No call may notice."""

import asyncio
import json
import sys
from collections.abc import Mapping
from typing import Any

import psutil

from lab import processes
from lab.beside import WEB, WORKER
from lab.drills.stage import Stage
from lab.places import REPOSITORY
from lab.service import asked
from lab.world import CT112, eventually, sum_of

AWAY_SECONDS = 12.0
FLOOD_RATE, FLOOD_SECONDS = 2000, 12.0
FLOODED = ("!/api/v1/calls?limit=50", "/api/v1/calls", "/healthz", "/nowhere")
LAG_SECONDS = 0.5  # the floor is never behind by more; the machine has all phones and faults to carry, too
BACK_SECONDS = 20.0


async def web_killed(stage: Stage) -> None:
    """Screens and API die, and are started after a while."""
    await _away(stage, WEB)


async def worker_killed(stage: Stage) -> None:
    """Who keeps house dies, and is started after a while."""
    await _away(stage, WORKER)


async def web_hung(stage: Stage) -> None:
    """The web process stands still: it reads no feed and answers nobody; then it goes on."""
    process = psutil.Process(stage.world.lab.living()[WEB])
    before = await _lag(stage)
    process.suspend()
    try:
        await asyncio.sleep(AWAY_SECONDS)
    finally:
        process.resume()
    await _no_lag(stage, before)
    await _back(stage, WEB)


async def web_flooded(stage: Stage) -> None:
    """Two thousand requests a second, a quarter of them lists of calls from the database."""
    before = await _lag(stage)
    told = await flood(stage.world.info, FLOOD_RATE, FLOOD_SECONDS)
    await _no_lag(stage, before)
    answered = sum(told["answers"].values())
    stage.note = f"{told['sent'] / FLOOD_SECONDS:.0f} requests/s, {answered / FLOOD_SECONDS:.0f} answered"
    if told["sent"] < FLOOD_RATE * FLOOD_SECONDS * 0.5:
        stage.broken.append(f"no flood: {told['sent']} requests were sent")
    await _back(stage, WEB)


async def control_token_wrong(stage: Stage) -> None:
    """Web comes back with another token than serve has: it says so, and shows what it can without."""
    lab = stage.world.lab
    await stage.world.kill(WEB)
    started = lab.beside(WEB)
    environment = started.service.environment() | {"CT112_CONTROL_TOKEN": "not the token of this lab"}
    command = started.service.command(WEB)
    pid = processes.start(command, log=started.log, environment=environment, cwd=REPOSITORY)
    lab._table.add(WEB, pid)
    try:
        await asyncio.to_thread(processes.wait_ready, WEB, lab._table, started.ready, 25, started.log)
        said = await eventually(
            lambda: asyncio.to_thread(asked, f"{started.url}/readyz"),
            lambda found: "CT112_CONTROL_TOKEN" in found[1],
            10,
            "web says that its token is refused",
        )
        stage.note = "web says why" if said[0] == 200 else "web is not ready"
        await asyncio.sleep(AWAY_SECONDS / 2)
    finally:
        await stage.world.kill(WEB)
        await stage.world.start(WEB)
    await _back(stage, WEB)


async def flood(info: Mapping[str, Any], rate: int, seconds: float) -> dict[str, Any]:
    """Flood the lab's web; return what came of it. Raises RuntimeError when it could not."""
    command = (sys.executable, "-m", "lab.flood", info["web"], *FLOODED)
    process = await asyncio.create_subprocess_exec(
        *command,
        *("--rate", str(rate), "--seconds", str(seconds)),
        cwd=REPOSITORY,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        said, why = await asyncio.wait_for(
            process.communicate(f"{info['api_token']}\n".encode()), seconds + 20
        )
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise RuntimeError(f"the flood failed: {why.decode(errors='replace')[-200:]}")
    told: dict[str, Any] = json.loads(said)
    return told


async def _away(stage: Stage, part: str) -> None:
    """Kill a part, and start it after a while; serve has to be the same process all along."""
    serve = stage.world.lab.living()[CT112]
    before = await _lag(stage)
    await stage.world.kill(part)
    await asyncio.sleep(AWAY_SECONDS)
    await _no_lag(stage, before)
    await stage.world.start(part)
    if stage.world.lab.living().get(CT112) != serve:
        stage.broken.append("serve did not survive")


async def _back(stage: Stage, part: str) -> None:
    """Demand that the part does its work again."""
    beside = stage.world.lab.beside(part)
    try:
        await eventually(lambda: asyncio.to_thread(beside.ready), bool, BACK_SECONDS, f"{part} is back")
    except AssertionError as error:
        stage.broken.append(str(error))


async def _lag(stage: Stage) -> tuple[float, float]:
    """Return how many events were handled, and how many of them in time."""
    name, told = "ct112_inbox_lag_seconds", await stage.world.exposition()  # both of one moment
    return sum_of(told, f"{name}_count", {}), sum_of(told, f"{name}_bucket", {"le": str(LAG_SECONDS)})


async def _no_lag(stage: Stage, before: tuple[float, float]) -> None:
    """Demand that since `before` no event waited long for the floor."""
    count, in_time = await _lag(stage)
    late = (count - before[0]) - (in_time - before[1])
    if late > 0:
        stage.broken.append(f"{late:.0f} events waited more than {LAG_SECONDS:g} s for the floor")
