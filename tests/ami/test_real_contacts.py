"""A softphone whose computer was restarted registers from another port: it is rung again at once."""

import asyncio
from collections.abc import Iterator

import pytest

from lab.api import Lab
from lab.asterisk import AsteriskNode
from lab.free_ports import free_base
from lab.raw_phone import raw_phone
from tests.ami.fake_ami import until
from tests.ami.test_nodes import Known
from tests.ami.test_real import PASSWORD, give_account, kept

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """An Asterisk that may be killed."""
    lab = Lab(tmp_path_factory.mktemp("asterisk"), free_base())
    try:
        lab.start("asterisk-a")
        yield lab
    finally:
        lab.remove()


def contacts(node: AsteriskNode) -> list[str]:
    """Return the contacts of the phone in Asterisk's own list."""
    shown = node.cli("pjsip show contacts").stdout.splitlines()
    return [line for line in shown if line.strip().startswith("Contact:") and "pos-1/" in line]


async def comes_back(node: AsteriskNode, known: Known, position: str) -> None:
    """Register from a new port and see that the phone is, and stays, registered."""
    async with raw_phone(f"127.0.0.1:{node.ports.sip}") as phone:
        before = len(known.events)
        await phone.register(position, PASSWORD)
        await until(lambda: known.phone(position) is True, "registered again")
        await until(lambda: len(contacts(node)) == 1, "the old contact is removed")
        await asyncio.sleep(1.0)  # what is told of the old contact comes after the new one
        assert known.phone(position) is True, known.events[before:]


async def test_a_phone_that_died_and_registers_from_another_port_is_there(lab: Lab) -> None:
    node, known = lab.nodes()[0], Known()
    await give_account(node, "pos-1")
    async with kept(node, known) as nodes:
        nodes.set_positions(["pos-1"])
        async with raw_phone(f"127.0.0.1:{node.ports.sip}") as phone:
            await phone.register("pos-1", PASSWORD)
            await until(lambda: known.phone("pos-1") is True, "registered")
        await asyncio.to_thread(node.cli, "pjsip qualify pos-1")
        await until(lambda: known.phone("pos-1") is False, "its contact does not answer")
        await comes_back(node, known, "pos-1")


async def test_so_is_one_that_died_before_asterisk_was_restarted(lab: Lab) -> None:
    node, known = lab.nodes()[0], Known()
    await give_account(node, "pos-1")
    async with kept(node, known) as nodes:
        nodes.set_positions(["pos-1"])
        async with raw_phone(f"127.0.0.1:{node.ports.sip}") as phone:
            await phone.register("pos-1", PASSWORD)
            await until(lambda: known.phone("pos-1") is True, "registered")
        await asyncio.sleep(1.5)  # Asterisk writes its database down once a second
        await asyncio.to_thread(lab.kill, "asterisk-a")
        await until(lambda: not any(nodes.ready().values()), "the link is gone")
        await asyncio.to_thread(lab.start, "asterisk-a")
        await until(lambda: all(nodes.ready().values()), "the link is back")
        await until(lambda: len(contacts(node)) == 1, "Asterisk still has the old contact")
        await asyncio.to_thread(node.cli, "pjsip qualify pos-1")
        await until(lambda: known.phone("pos-1") is False, "its contact does not answer")
        await comes_back(node, known, "pos-1")
