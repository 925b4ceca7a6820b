"""The same, against a real Asterisk: what the fake claims is so."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from prometheus_client import REGISTRY

from ct112.asterisk import accounts
from ct112.asterisk.ami import AmiError, connect
from ct112.asterisk.ami_nodes import QUEUE, AmiNode, AmiNodes
from ct112.asterisk.ari import connect as connect_ari
from ct112.core.ids import NodeName
from lab.api import Lab
from lab.asterisk import AsteriskNode
from lab.free_ports import free_base
from lab.outside import outside
from lab.phones import ANSWER, PhoneError, Phones
from lab.world import QUALIFY_SECONDS
from tests.ami.fake_ami import until
from tests.ami.test_nodes import Known

pytestmark = pytest.mark.real
PASSWORD = "a-phone-for-tests"


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AsteriskNode]:
    lab = Lab(tmp_path_factory.mktemp("asterisk"), free_base())
    try:
        lab.start("asterisk-a")
        yield lab.nodes()[0]
    finally:
        lab.remove()


def reached(node: AsteriskNode) -> AmiNode:
    found: dict[str, Any] = dict(node.values().connection())
    return AmiNode(
        NodeName("test"), found["ami_host"], found["ami_port"], found["ami_user"], found["ami_password"]
    )


@asynccontextmanager
async def kept(node: AsteriskNode, known: Known) -> AsyncIterator[AmiNodes]:
    nodes = AmiNodes([reached(node)], post=known.events.append)
    task = asyncio.create_task(nodes.run())
    try:
        yield nodes
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def give_account(node: AsteriskNode, name: str) -> None:
    """Let Asterisk know a position, as ct112 does."""
    values: dict[str, Any] = dict(node.values().connection())
    async with aiohttp.ClientSession() as session:
        connection = await connect_ari(
            session,
            values["ari_url"],
            application="ami-test",
            user=values["ari_user"],
            password=values["ari_password"],
            on_event=lambda _event: None,
        )
        reader = asyncio.create_task(connection.run())
        await accounts.push(connection, [accounts.SipAccount(name, PASSWORD)], keep="trunk")
        await connection.close()
        await asyncio.wait_for(reader, 5)


def security_events(kind: str) -> float:
    labels = {"node": "test", "event": kind}
    return REGISTRY.get_sample_value("ct112_security_events_total", labels) or 0.0


async def test_a_phone_is_seen_to_come_and_go_and_a_wrong_password_is_counted(node: AsteriskNode) -> None:
    known = Known()
    exchange = f"127.0.0.1:{node.ports.sip}"
    await give_account(node, "pos-7")
    async with kept(node, known) as nodes, Phones("127.0.0.1") as phones:
        nodes.set_positions(["pos-7"])
        await until(lambda: known.phone("pos-7") is False, "nobody there yet", 20)
        before = security_events("ChallengeResponseFailed")
        with pytest.raises(PhoneError):
            await phones.register("pos-7", "wrong", exchange)
        await until(lambda: security_events("ChallengeResponseFailed") > before, "counted", 20)
        assert known.phone("pos-7") is False
        await phones.register("pos-7", PASSWORD, exchange, behaviour=ANSWER)
        await until(lambda: known.phone("pos-7") is True, "seen to come", 20)
    later = Known()
    async with kept(node, later) as nodes:
        nodes.set_positions(["pos-7"])
        await until(lambda: later.phone("pos-7") is False, "seen to have gone", 20)


async def test_the_fallback_queue_gets_and_loses_its_members(node: AsteriskNode) -> None:
    def members() -> set[str]:
        shown = node.cli(f"queue show {QUEUE}").stdout
        return {name for name in ("pos-8", "pos-9") if name in shown}

    async with kept(node, Known()) as nodes:
        nodes.set_positions(["pos-8", "pos-9"])
        await until(lambda: members() == {"pos-8", "pos-9"}, "both are members", 20)
        nodes.set_positions(["pos-9"])
        await until(lambda: members() == {"pos-9"}, "one is left", 20)


async def test_prompts_are_in_the_cache_before_anyone_needs_them(node: AsteriskNode) -> None:
    fetched: list[str] = []

    async def serve(request: web.Request) -> web.Response:
        fetched.append(request.path)
        headers = {"Cache-Control": "public, max-age=31536000, immutable", "ETag": '"x"'}
        return web.Response(body=b"RIFF", headers=headers, content_type="audio/wav")

    app = web.Application()
    app.router.add_get("/{name}", serve)
    runner = web.AppRunner(app, shutdown_timeout=0.5)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/hello.wav"
    try:
        async with kept(node, Known()) as nodes:
            nodes.warm([url])
            await until(lambda: "/hello.wav" in fetched, "fetched", 20)
            await until(lambda: url in node.cli("media cache show all").stdout, "kept", 20)
    finally:
        await runner.cleanup()


async def test_a_wrong_password_is_refused(node: AsteriskNode) -> None:
    right = reached(node)
    with pytest.raises(AmiError, match="Authentication failed"):
        await connect(right.host, right.port, right.user, "wrong", lambda _event: None)


async def test_our_user_can_neither_place_a_call_nor_rewrite_a_file(node: AsteriskNode) -> None:
    right = reached(node)
    connection = await connect(right.host, right.port, right.user, right.password, lambda _event: None)
    try:
        for action in ("Originate", "UpdateConfig", "Redirect"):
            with pytest.raises(AmiError, match="Permission denied"):
                await connection.send({"Action": action, "Channel": "PJSIP/x", "SrcFilename": "pjsip.conf"})
    finally:
        connection.close()


async def test_the_carrier_is_seen_to_come_and_go(node: AsteriskNode) -> None:
    async def seen(now: bool) -> None:
        """Have Asterisk ask the carrier until ct112 knows; an answer that does not come takes 3 s."""
        async with asyncio.timeout(30):
            while nodes.carrier_reached()[NodeName("test")] is not now:
                await asyncio.to_thread(node.cli, "pjsip qualify trunk")
                await asyncio.sleep(0.5)

    async with kept(node, Known()) as nodes:
        await until(lambda: nodes.ready()[NodeName("test")], "listed")
        await seen(False)
        await asyncio.sleep(QUALIFY_SECONDS)  # what went out before would count as unanswered afterwards
        async with outside(node.places.ports.carrier):
            await asyncio.sleep(3.5)  # what was asked before the carrier was there is over, unanswered
            await seen(True)
            nodes.set_positions(["pos-9"])  # another list of phones
            await asyncio.sleep(0.5)
            assert nodes.carrier_reached()[NodeName("test")]
        await seen(False)
