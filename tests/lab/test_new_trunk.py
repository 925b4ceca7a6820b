"""Trunks that are described or change while Asterisk runs are taken up by a reload, and calls go on."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from ct112.asterisk.rendering import plan
from ct112.asterisk.trunks import Trunk
from lab.api import Lab
from lab.asterisk import AsteriskNode
from lab.free_ports import free_base, free_port
from lab.places import REPOSITORY
from lab.raw_carrier import RawCarrier
from lab.raw_sip import RawCaller, raw_caller

pytestmark = pytest.mark.real
NEW, KNOWN, USER, PASSWORD = "127.0.0.3", "127.0.0.2", "62285112", "a;b [c] d"
RELOAD = "module reload res_pjsip.so"
TEMPLATES = (REPOSITORY / "asterisk-config", REPOSITORY / "dialplan")


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AsteriskNode]:
    """One Asterisk alone, with the lab's own trunk."""
    lab = Lab(tmp_path_factory.mktemp("reload"), free_base())
    try:
        lab.start("asterisk-a")
        yield lab.nodes()[0]
    finally:
        lab.remove()


async def reloaded(node: AsteriskNode, trunks: Sequence[Trunk]) -> None:
    """Render the node with these trunks beside its own, and have it take them up as render says."""
    values = node.values()
    rendering = plan(TEMPLATES, node.folder / "etc", replace(values, trunks=[*trunks, *values.trunks]))
    assert rendering.of_trunks_alone, [file.name for file in rendering.changed]
    rendering.write()
    node._hand_over()
    assert (await asyncio.to_thread(node.cli, RELOAD)).returncode == 0


async def answered(caller: RawCaller, status: int) -> bool:
    """Return whether a call from there comes in; one that does is ended."""
    call = await caller.invite()
    assert call.answer is not None
    if call.answer.status == 200:
        await caller.bye(call)
    return call.answer.status == status


async def until_answered(caller: RawCaller, status: int) -> None:
    """Wait until calls from there are answered so: a reload goes on behind its answer."""
    async with asyncio.timeout(30):
        while not await answered(caller, status):  # noqa: ASYNC110
            await asyncio.sleep(0.2)


async def test_a_trunk_comes_and_goes_by_a_reload_while_a_call_goes_on(node: AsteriskNode) -> None:
    exchange = f"127.0.0.1:{node.ports.sip}"
    with RawCarrier((NEW, free_port()), USER, PASSWORD) as telkom:
        new = Trunk(
            name="telkom",
            servers=[f"{NEW}:{telkom.port}"],
            addresses=[NEW],
            user=USER,
            password=PASSWORD,
        )
        async with raw_caller(exchange, KNOWN) as citizen, raw_caller(exchange, NEW) as another:
            assert await answered(another, 401), "nobody knows it yet"
            call = await citizen.invite()
            assert call.answer is not None
            assert call.answer.status == 200
            await reloaded(node, [new])
            assert await asyncio.to_thread(telkom.registered.wait, 30), "it registers"
            await until_answered(another, 200)
            await reloaded(node, [])
            await until_answered(another, 401)
            assert (await citizen.bye(call)).start.startswith("SIP/2.0 200"), "it was there all the time"
