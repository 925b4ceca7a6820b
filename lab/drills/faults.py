"""What breaks, part by part. Each fault heals again before it returns."""

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import psutil

from lab.drills.stage import Stage
from lab.raw_phone import raw_phone
from lab.raw_sip import raw_caller
from lab.world import ASTERISK, CT112, POSTGRES

AWAY_SECONDS = 20.0  # longer than the dead-man's switch: the fallback has to take over
SHORT_SECONDS = 6.0
CROWD, LONG_LOCATION = 300, 1400  # callers; characters of the location of each
TINY_BYTES = 4096  # no file of ct112 may grow past this: neither its spool nor its log


async def ct112_killed(stage: Stage) -> None:
    """Killed, and started after the fallback has taken over."""
    await stage.world.kill(CT112)
    await asyncio.sleep(AWAY_SECONDS)
    await stage.world.start(CT112)


async def ct112_killed_and_started(stage: Stage) -> None:
    """Killed, and started at once."""
    await stage.world.kill(CT112)
    await stage.world.start(CT112)


async def ct112_restarted_in_a_rush(stage: Stage) -> None:
    """Three hundred more callers, each with a long location; ct112 is killed, and started at once.

    They hang up when it is ready again. Asterisk has to survive the survey.
    """
    asterisk = stage.world.lab.living()[ASTERISK]
    place = (-6.8886, "109.6753 " + "1" * LONG_LOCATION)
    async with raw_caller(stage.world.exchange) as crowd:
        calls = [await crowd.invite(location=place) for _ in range(CROWD)]
        await stage.world.kill(CT112)
        await stage.world.start(CT112)
        for call in calls:
            with contextlib.suppress(TimeoutError):
                await crowd.bye(call)
    if stage.world.lab.living().get(ASTERISK) != asterisk:
        stage.broken.append("Asterisk did not survive")
    answered = sum(call.answer is not None and call.answer.status == 200 for call in calls)
    stage.note = f"{answered} more callers"


async def ct112_told_to_leave(stage: Stage) -> None:
    """SIGTERM, and started when it has left."""
    await stage.world.stop(CT112)
    await stage.world.start(CT112)


async def ct112_stalled(stage: Stage) -> None:
    """The process stands still for two seconds."""
    process = _process(stage, CT112)
    process.suspend()
    try:
        await asyncio.sleep(2)
    finally:
        process.resume()


async def postgres_stopped(stage: Stage) -> None:
    """Stopped in good order, and started."""
    await stage.world.stop(POSTGRES)
    await asyncio.sleep(SHORT_SECONDS)
    await stage.world.start(POSTGRES)


async def postgres_killed(stage: Stage) -> None:
    """Killed with all its backends, and started: it has to recover."""
    server = _process(stage, POSTGRES)
    for process in [server, *server.children(recursive=True)]:  # the first one first: it would end the others
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    await asyncio.sleep(SHORT_SECONDS)
    await stage.world.start(POSTGRES)


async def postgres_hung(stage: Stage) -> None:
    """It takes connections and answers nothing."""
    processes = [_process(stage, POSTGRES), *_process(stage, POSTGRES).children(recursive=True)]
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.suspend()
    try:
        await asyncio.sleep(SHORT_SECONDS)
    finally:
        for process in processes:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.resume()


async def postgres_read_only(stage: Stage) -> None:
    """Every transaction is read-only, as on a standby."""
    await _set_read_only(stage, "on")
    try:
        await asyncio.sleep(SHORT_SECONDS)
    finally:
        await _set_read_only(stage, "off")


async def asterisk_killed(stage: Stage) -> None:
    """Killed with all its calls, and started: its callers are to be called back."""
    await stage.world.kill(ASTERISK)
    await asyncio.sleep(1)
    await stage.world.start(ASTERISK)


async def link_cut(stage: Stage) -> None:
    """A firewall drops every packet between ct112 and Asterisk's ARI, both ways, and says nothing."""
    async with cut_off(stage.world.lab.nodes()[0].ports.http):
        await asyncio.sleep(SHORT_SECONDS)


@asynccontextmanager
async def cut_off(*ports: int) -> AsyncIterator[None]:
    """Drop every packet to and from these TCP ports while the block runs."""
    table = f"ct112_drill_{ports[0]}"
    drops = "".join(f"tcp dport {port} drop; tcp sport {port} drop; " for port in ports)
    rules = f"table inet {table} {{ chain cut {{ type filter hook output priority 0; {drops}}}; }}"
    await run("nft", "-f", "-", stdin=rules)
    try:
        yield
    finally:
        await run("nft", "delete", "table", "inet", table)


async def link_closed(stage: Stage) -> None:
    """The kernel ends the connections to ARI: both sides see it at once."""
    port = stage.world.lab.nodes()[0].ports.http
    await run("ss", "-K", "dst", "127.0.0.1", "dport", "=", str(port))
    await asyncio.sleep(SHORT_SECONDS)


async def prompts_gone(stage: Stage) -> None:
    """Prompts are deleted at ct112 and in Asterisk's cache."""
    folder = stage.world.lab.places.state / "prompts"
    kept = folder.with_name("prompts-kept")
    await asyncio.to_thread(shutil.move, folder, kept)
    folder.mkdir()
    stage.world.lab.nodes()[0].cli("media cache delete all")
    try:
        await asyncio.sleep(SHORT_SECONDS)
    finally:
        await asyncio.to_thread(_put_back, kept, folder)


async def spool_full(stage: Stage) -> None:
    """The disk of the spool takes nothing more: the file may not grow."""
    process = _process(stage, CT112)
    before = process.rlimit(psutil.RLIMIT_FSIZE)
    process.rlimit(psutil.RLIMIT_FSIZE, (TINY_BYTES, before[1]))
    try:
        await asyncio.sleep(SHORT_SECONDS)
        stage.note = f"alarm {await stage.world.metric('ct112_spool_failed'):.0f}"
    finally:
        process.rlimit(psutil.RLIMIT_FSIZE, before)


async def phone_unregisters(stage: Stage) -> None:
    """The phone that rings is gone; it comes back after a while."""
    await stage.desks[1].unregister()
    await asyncio.sleep(SHORT_SECONDS)
    stage.desks += await stage.world.sit_down("pos-3")


async def phone_refuses(stage: Stage) -> None:
    """The operator who is rung declines: 486 Busy Here."""
    await stage.desks[1].calls[0].hang_up()


async def phone_refuses_all(stage: Stage) -> None:
    """A phone that was left on "do not disturb" registers, and answers every call with 603 Decline."""
    row = next(one for one in stage.world.info["positions"] if one["name"] == "pos-3")
    async with raw_phone(stage.world.exchange, "603 Decline") as phone:
        await phone.register(row["sip_user"], row["sip_password"])
        await asyncio.sleep(SHORT_SECONDS)
        await phone.register(row["sip_user"], row["sip_password"], expires=0)
    stage.note = f"it declined {phone.refused} times"


async def phone_never_answers(stage: Stage) -> None:
    """Nobody is at the phone that rings; another operator comes."""
    stage.desks += await stage.world.sit_down("pos-3")
    await asyncio.sleep(SHORT_SECONDS)


async def phone_vanishes(stage: Stage) -> None:
    """The phone of the operator who talks dies, and says nothing."""
    assert stage.apart is not None
    await stage.apart.die()
    stage.desks += await stage.world.sit_down("pos-3")
    await asyncio.sleep(SHORT_SECONDS)


async def _set_read_only(stage: Stage, value: str) -> None:
    connection = await asyncpg.connect(stage.world.info["database_url"], timeout=5)
    try:
        await connection.execute("SET default_transaction_read_only = off")
        await connection.execute(f"ALTER SYSTEM SET default_transaction_read_only = {value}")
        await connection.execute("SELECT pg_reload_conf()")
    finally:
        await connection.close(timeout=2)


async def run(*command: str, stdin: str = "") -> None:
    """Run a command as root. Raises RuntimeError with what it said."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate(stdin.encode())
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)}: {said.decode(errors='replace').strip()}")


def _process(stage: Stage, part: str) -> psutil.Process:
    return psutil.Process(stage.world.lab.living()[part])


def _put_back(kept: Path, folder: Path) -> None:
    shutil.rmtree(folder)
    kept.rename(folder)
