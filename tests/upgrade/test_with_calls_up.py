"""The upgrade from commit 662f288 while two people talk: its `serve` leaves, today's finds the talk."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import pytest

from lab.api import Lab
from lab.audio import Heard
from lab.operators import CITIZEN_TONES, OPERATOR_TONES, register_position
from lab.phones import ANSWER, Phone, PhoneCall, Phones
from lab.places import REPOSITORY, Ports
from lab.world import PICKED_UP_SECONDS, eventually
from tests.upgrade import old

pytestmark = pytest.mark.system


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Give that version's tree; without the history there is none, and that is said loudly."""
    found = old.tree(tmp_path / "tree")
    if found is None:
        pytest.skip(
            f"THE UPGRADE WITH CALLS UP IS NOT TESTED: no commit {old.COMMIT} here (a shallow clone?)"
        )
    return found


@pytest.mark.timeout(200)
async def test_a_talk_goes_on_while_serve_is_replaced_and_the_next_call_is_answered(
    tree: Path, tmp_path: Path
) -> None:
    async with (
        old.running(tree, tmp_path / "lab") as lab,
        Phones("127.0.0.1") as desks,
        Phones("127.0.0.2") as citizens,
    ):
        desk = await register_position(desks, lab.info, lab.info["positions"][0], ANSWER, OPERATOR_TONES[0])
        await asyncio.sleep(1)  # that version says nowhere that it knows the phone
        caller = await dialled(citizens, lab.info)
        at_desk = await (await desk.next_call()).wait_for("established")
        await hear_each_other(caller, desk, at_desk)
        await lab.do("stop", "ct112")
        settings = today(lab)
        assert "is at" in await command(settings, "db", "upgrade")
        async with serving(settings):
            await hear_each_other(caller, desk, at_desk)
            await caller.hang_up()
            await at_desk.wait_for("closed")
            row = await ended(lab.info, caller)
            assert (row["outcome"], row["operator"], row["ended_by"]) == ("answered", "operator-1", "caller")
            kinds = await query(
                lab.info, "SELECT kind FROM call_fact WHERE call_id = $1 ORDER BY seq", row["id"]
            )
            assert kinds[0]["kind"] == "arrived"
            assert {"joined", "adopted", "ended"} <= {kind for (kind,) in kinds}
            await answered(lab, citizens, desk)
            async with configured_anew(lab, settings):  # and Asterisk's database is still that of then
                await answered(lab, citizens, desk)


async def answered(lab: old.OldLab, citizens: Phones, desk: Phone) -> None:
    """Demand that a call is answered at this desk, now."""
    before = len(desk.calls)
    call = await dialled(citizens, lab.info)
    at_desk = await (await desk.next_call(after=before)).wait_for("established")
    await hear_each_other(call, desk, at_desk)
    await at_desk.hang_up()
    await call.wait_for("closed")
    assert (await ended(lab.info, call))["outcome"] == "answered"


@asynccontextmanager
async def configured_anew(lab: old.OldLab, settings: Mapping[str, str]) -> AsyncIterator[None]:
    """Stop the Asterisk of then, and have it run with today's configuration in the same folders."""
    url = f"http://127.0.0.1:{settings['CT112_SERVE_PORT']}/readyz"
    await lab.do("stop", "asterisk-a")
    await eventually(lambda: _status(url), lambda status: status == 503, 20, "serve misses its node")
    new = Lab(lab.directory, lab.base)
    (node,) = new.nodes()
    try:
        await asyncio.to_thread(node.start)
        await eventually(lambda: _status(url), lambda status: status == 200, 30, "serve has its node again")
        yield
    finally:
        await asyncio.to_thread(new.stop, node.part)


def today(lab: old.OldLab) -> dict[str, str]:
    """Return the settings of then, with what has become new since."""
    ports = Ports(lab.base)
    return {
        **lab.settings(),
        "CT112_SERVE_PORT": str(ports.serve),
        "CT112_WORKER_PORT": str(ports.worker),
        "CT112_CONTROL_TOKEN": "made-for-the-upgrade-test",
        "CT112_ENV_FILE": "",
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{REPOSITORY / 'src'}:{REPOSITORY}",
    }


async def command(settings: Mapping[str, str], *arguments: str) -> str:
    """Run today's command; return what it said."""
    process = await _started(settings, *arguments, output=PIPE)
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()
    return said.decode()


@asynccontextmanager
async def serving(settings: Mapping[str, str]) -> AsyncIterator[None]:
    """Have today's `ct112 serve` run, and ready."""
    process = await _started(settings, "serve", output=DEVNULL)
    try:
        url = f"http://127.0.0.1:{settings['CT112_SERVE_PORT']}/readyz"
        await eventually(lambda: _status(url), lambda status: status == 200, 25, "serve is ready")
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.wait(), 40)


async def _started(settings: Mapping[str, str], *arguments: str, output: int) -> Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "ct112.cli", *arguments), env=dict(settings), stdout=output, stderr=STDOUT
    )


async def _status(url: str) -> int:
    try:
        async with aiohttp.ClientSession() as session, session.get(url) as answer:
            return answer.status
    except aiohttp.ClientError:
        return 0


async def dialled(citizens: Phones, info: Mapping[str, Any]) -> PhoneCall:
    """Let somebody call, listen to the menu, and press 1."""
    call = await citizens.call(f"sip:112@{info['sip'][0]}", "081234500001", tone_hz=CITIZEN_TONES[0])
    await call.wait_for("established", PICKED_UP_SECONDS)
    assert await call.hears_sound() > -40, "the menu does not speak"
    await call.press("1")
    return call


async def hear_each_other(caller: PhoneCall, desk: Phone, at_desk: PhoneCall) -> None:
    """Demand that both hear the other now."""
    both: list[Heard] = list(
        await asyncio.gather(caller.hears(desk.tone_hz), at_desk.hears(CITIZEN_TONES[0]))
    )
    assert all(heard.seconds >= 0.6 for heard in both), both


async def query(info: Mapping[str, Any], sql: str, *values: Any) -> list[Any]:
    """Ask the database."""
    connection = await asyncpg.connect(info["database_url"], timeout=5)
    try:
        return list(await connection.fetch(sql, *values))
    finally:
        await connection.close(timeout=2)


async def ended(info: Mapping[str, Any], call: PhoneCall) -> Any:
    """Return the call's one row once it has its end."""
    sql = "SELECT * FROM call_record WHERE sip_call_id = $1"
    found = await eventually(
        lambda: query(info, sql, call.sip_call_id),
        lambda rows: len(rows) == 1 and rows[0]["ended_at"] is not None,
        20,
        "the row with its end",
    )
    return found[0]
