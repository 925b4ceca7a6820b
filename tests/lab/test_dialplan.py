"""The dialplan on a real Asterisk with SIPp as the carrier: the net that catches a caller."""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from lab.api import Lab
from lab.asterisk import AsteriskNode
from lab.bare_ari import ari, channels, deaf_application, in_fallback, nobody_there, stasis_start
from lab.free_ports import free_base

pytestmark = pytest.mark.real
SWITCH_SECONDS = 2


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AsteriskNode]:
    """Give one Asterisk node with nobody behind it and a quick dead-man's switch."""
    overrides = {"CT112_DEAD_MAN_SECONDS": str(SWITCH_SECONDS)}
    lab = Lab(tmp_path_factory.mktemp("lab"), free_base(), overrides=overrides)
    try:
        lab.start("asterisk-a")
        yield lab.nodes()[0]
    finally:
        lab.remove()


@asynccontextmanager
async def carrier(node: AsteriskNode, *arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Place one call from the trunk's address with SIPp; at the end the caller is gone."""
    command = ["sipp", f"127.0.0.1:{node.ports.sip}", "-i", "127.0.0.2", "-m", "1", "-nostdin", *arguments]
    process = await asyncio.create_subprocess_exec(
        *command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=node.places.log
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        for channel in await channels(node):
            await ari(node, "DELETE", f"channels/{channel['id']}")


@pytest.mark.parametrize("number", ["112", "+62112", "0285112", "sos.police", "T"])
async def test_without_the_application_any_number_reaches_the_fallback(
    node: AsteriskNode, number: str
) -> None:
    async with carrier(node, "-sn", "uac", "-s", number, "-d", "60000"):
        channel = await in_fallback(node)
    assert channel["state"] == "Up"
    assert channel["dialplan"]["context"] == "fallback"


async def test_the_dead_mans_switch_takes_the_caller_to_the_fallback(node: AsteriskNode) -> None:
    async with deaf_application(node) as socket, carrier(node, "-sn", "uac", "-s", "112", "-d", "60000"):
        arrived = await stasis_start(socket)
        assert arrived["channelvars"]["CT112_LEG"] == "caller"
        assert arrived["protocol_id"]
        assert arrived["channelvars"]["CT112_LOCATION"] == ""
        caught = await in_fallback(node, SWITCH_SECONDS + 6)
    assert caught["id"] == arrived["id"]


@pytest.mark.parametrize("transport", ["u1", "t1"], ids=["udp", "tcp"])
async def test_the_callers_location_comes_in(node: AsteriskNode, transport: str) -> None:
    scenario = str(Path(__file__).parent / "sipp" / "location.xml")
    async with deaf_application(node) as socket, carrier(node, "-sf", scenario, "-t", transport):
        arrived = await stasis_start(socket)
    assert arrived["channelvars"]["CT112_LOCATION"] == 'shape="Point",crs="2d",pos="-6.8886 109.6753"'


async def test_a_caller_who_leaves_the_fallback_is_gone(node: AsteriskNode) -> None:
    async with carrier(node, "-sn", "uac", "-s", "112", "-d", "2000") as process:
        await in_fallback(node)
        assert await asyncio.wait_for(process.wait(), 10) == 0
        await nobody_there(node)


async def test_a_stranger_gets_nowhere(node: AsteriskNode) -> None:
    command = ["-sn", "uac", "-s", "112", "-d", "100", "-i", "127.0.0.9"]
    async with carrier(node, *command) as process:
        assert await asyncio.wait_for(process.wait(), 20) == 1
        assert await channels(node) == []


def test_asterisk_has_nothing_to_complain_about(node: AsteriskNode) -> None:
    lines = (node.folder / "log" / "messages").read_text("utf-8").splitlines()
    boot = [line for line in lines if "[C-" not in line]
    assert [line for line in boot if "ERROR" in line or "WARNING" in line] == []
