"""The telephone's links: surveyed before ready, back after a loss, standing down, accounts kept right."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import aiohttp
import pytest

from ct112 import metrics
from ct112.asterisk import accounts
from ct112.asterisk.accounts import SipAccount
from ct112.asterisk.ari import Connection, asterisk_config, channels, connect
from ct112.asterisk.ari.models import ENDPOINTS
from ct112.asterisk.telephone import AsteriskTelephone, Node, StandDown
from ct112.core.commands import EndOffer, HangUp
from ct112.core.events import CommandFailed, Event, NodeLost, NodeSurveyed
from ct112.core.ids import CallId, NodeName, OfferId
from lab.api import Lab
from lab.phones import Phones
from tests.asterisk.conftest import Client, Target, caller_of, target_of

NODE = NodeName("a")
ACCOUNT = SipAccount("pos-1", "a-generated-password")


class Inbox:
    """Everything that was posted, and a way to wait for it."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._came = asyncio.Event()

    def post(self, event: Event) -> None:
        """Keep an event."""
        self.events.append(event)
        self._came.set()

    async def until(self, true: Callable[[], object], within: float = 10.0) -> None:
        """Wait until it is true; looked at after each event and every 50 ms."""
        async with asyncio.timeout(within):
            while not true():
                self._came.clear()
                await asyncio.wait([asyncio.ensure_future(self._came.wait())], timeout=0.05)

    def count(self, kind: type[Event]) -> int:
        """How many of a kind came."""
        return sum(isinstance(event, kind) for event in self.events)


@asynccontextmanager
async def running(
    target: Target, application: str = "ct112-test"
) -> AsyncIterator[tuple[AsteriskTelephone, Inbox, "asyncio.Task[None]"]]:
    """A telephone over one node."""
    inbox = Inbox()
    telephone = AsteriskTelephone(
        [Node(NODE, target.url, target.user, target.password)],
        application=application,
        prompts_url="http://127.0.0.1:9/prompts",
        trunk="trunk",
        post=inbox.post,
    )
    task = asyncio.create_task(telephone.run(), name="telephone")
    try:
        await inbox.until(lambda: telephone.ready()[NODE] or task.done())
        yield telephone, inbox, task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_it_says_ready_only_after_a_survey(target: Target) -> None:
    async with running(target) as (_, inbox, _task):
        assert isinstance(inbox.events[0], NodeSurveyed)


async def test_a_lost_link_is_told_and_comes_back_with_another_survey(fake: Target) -> None:
    assert fake.fake is not None
    async with running(fake) as (telephone, inbox, _):
        await fake.fake.sockets["ct112-test"].close()  # a clean close is a loss too
        await inbox.until(lambda: inbox.count(NodeSurveyed) == 2 and telephone.ready()[NODE])
        assert [type(event) for event in inbox.events] == [NodeSurveyed, NodeLost, NodeSurveyed]


async def test_a_node_that_goes_silent_is_lost(fake: Target) -> None:
    assert fake.fake is not None
    async with running(fake) as (_, inbox, _task):
        fake.fake.go_silent()
        await inbox.until(lambda: inbox.count(NodeLost) == 1, within=20)


async def test_two_masters_are_worse_than_none(target: Target, session: aiohttp.ClientSession) -> None:
    async with running(target) as (_, inbox, task):
        other = await connect(
            session,
            target.url,
            application="ct112-test",
            user=target.user,
            password=target.password,
            on_event=lambda _event: None,
        )
        reader = asyncio.create_task(other.run(), name="other")
        await inbox.until(task.done)
        with pytest.raises(StandDown):
            await task
        await other.close()
        await reader


async def test_a_command_for_a_call_nobody_has_comes_back_as_gone(target: Target) -> None:
    async with running(target) as (telephone, inbox, _):
        call = CallId("01a20bea-88df-719b-8e13-5228c0e9cfd9")
        telephone.do(HangUp(call))
        telephone.do(EndOffer(OfferId(f"{call}.1")))  # gone already: no failure
        failed = [event for event in inbox.events if isinstance(event, CommandFailed)]
        assert [(type(one.command).__name__, one.gone) for one in failed] == [("HangUp", True)]


async def test_accounts_are_made_once_and_removed(client: Client) -> None:
    assert await accounts.push(client.connection, [ACCOUNT], keep="trunk") == 3
    assert await accounts.push(client.connection, [ACCOUNT], keep="trunk") == 0
    changed = SipAccount(ACCOUNT.position, "another-password")
    assert await accounts.push(client.connection, [changed], keep="trunk") == 1
    assert await accounts.push(client.connection, [], keep="trunk") == 1
    # Asterisk answers as soon as the object is deleted and takes it off this list a moment later.
    async with asyncio.timeout(10):
        while ACCOUNT.position in await _endpoints(client):  # noqa: ASYNC110 - Asterisk sends no event for it
            await asyncio.sleep(0.02)


async def _endpoints(client: Client) -> list[str]:
    found = await client.connection.fetch(asterisk_config.endpoints("PJSIP"))
    return [one.resource for one in ENDPOINTS.validate_python(found)]


@pytest.mark.real
async def test_a_registered_phone_stays_registered_while_accounts_are_pushed(asterisk: Lab) -> None:
    real = target_of(asterisk)
    domain = f"127.0.0.1:{asterisk.places.ports.node(0).sip}"
    async with running(real) as (telephone, inbox, _), Phones("127.0.0.1") as phones:
        telephone.set_accounts([ACCOUNT])
        await inbox.until(lambda: "pos-1" in asterisk.nodes()[0].cli("pjsip show endpoints").stdout)
        await phones.register("pos-1", ACCOUNT.password, domain)
        telephone.set_accounts([ACCOUNT, SipAccount("pos-2", "a-generated-password")])
        await inbox.until(lambda: "pos-2" in asterisk.nodes()[0].cli("pjsip show endpoints").stdout)
        assert "sip:pos-1@" in asterisk.nodes()[0].cli("pjsip show contacts").stdout


@asynccontextmanager
async def an_application_that_left(
    target: Target, session: aiohttp.ClientSession, kind: str, act: Callable[[Connection], Awaitable[Any]]
) -> AsyncIterator[None]:
    """Be ct112 until an event of this kind comes, and be gone then; the leg stays as it is."""
    seen: list[str] = []
    first = await connect(
        session,
        target.url,
        application="ct112",
        user=target.user,
        password=target.password,
        on_event=lambda event: seen.append(event["type"]),
    )
    reader = asyncio.create_task(first.run(), name="first")
    await act(first)
    async with asyncio.timeout(10):
        while kind not in seen:  # noqa: ASYNC110 (the list is the reader's)
            await asyncio.sleep(0.01)
    await first.close()
    await reader
    yield


async def test_legs_found_in_our_hands_are_surveyed(target: Target, session: aiohttp.ClientSession) -> None:
    async with AsyncExitStack() as stack:

        async def call(_: Connection) -> None:
            await stack.enter_async_context(caller_of(target, "ct112"))

        await stack.enter_async_context(an_application_that_left(target, session, "StasisStart", call))
        async with running(target, "ct112") as (telephone, inbox, _):
            surveyed = inbox.events[0]
            assert isinstance(surveyed, NodeSurveyed)
            assert len(surveyed.calls) == 1
            assert surveyed.up_since is not None
            assert surveyed.node_now is not None
            assert surveyed.up_since < surveyed.calls[0].arrived_at <= surveyed.node_now
            telephone.do(HangUp(surveyed.calls[0].call))
            await inbox.until(lambda: len(inbox.events) == 2)
            assert type(inbox.events[1]).__name__ == "CallerLeft"


STRAYS = [
    ("op-01a20bea-88df-719b-8e13-5228c0e9cfd9.1", "offer,x,15", {}),
    ("out-01a20bea-88df-719b-8e13-5228c0e9cfd9", "out,x,15", {}),
    ("ghost", "call", {"CT112_LEG": "caller"}),
]


@pytest.mark.parametrize(("leg", "arguments", "variables"), STRAYS, ids=["offer", "callee", "ghost"])
async def test_a_leg_nobody_dials_and_a_caller_not_of_the_trunk_are_hung_up_when_found(
    target: Target, session: aiohttp.ClientSession, leg: str, arguments: str, variables: dict[str, str]
) -> None:
    asked = channels.create(
        leg,
        "PJSIP/trunk/sip:1@127.0.0.9:9" if target.sip and leg != "ghost" else "Local/112@fallback",
        app="ct112",
        app_args=arguments,
        variables=variables,
        formats="alaw",
    )
    stray = an_application_that_left(target, session, "StasisStart", lambda ari: ari.ask(asked))
    async with stray, running(target, "ct112") as (_, inbox, _task):
        surveyed = inbox.events[0]
        assert isinstance(surveyed, NodeSurveyed)
        assert (surveyed.calls, surveyed.offers) == ((), ())
        await nothing_there(target, session)


async def nothing_there(target: Target, session: aiohttp.ClientSession) -> None:
    """Wait until there is no leg."""
    login = {"Authorization": aiohttp.encode_basic_auth(target.user, target.password)}
    async with asyncio.timeout(10):
        while True:
            async with session.get(f"{target.url}/channels", headers=login) as answer:
                if await answer.json() == []:
                    return
            await asyncio.sleep(0.05)


async def test_a_caller_who_is_not_of_the_trunk_is_hung_up_and_counted(
    target: Target, session: aiohttp.ClientSession
) -> None:
    def counted() -> float:
        return float(metrics.strange_legs.labels(node="a")._value.get())

    before = counted()
    async with running(target, "ct112") as (_, inbox, _task):
        body = {"variables": {"CT112_LEG": "caller"}}
        login = {"Authorization": aiohttp.encode_basic_auth(target.user, target.password)}
        query = {"endpoint": "Local/112@fallback", "app": "ct112", "appArgs": "call", "formats": "alaw"}
        query |= {"channelId": "ghost-2"}
        url = f"{target.url}/channels"
        async with session.post(url, params=query, json=body, headers=login) as answer:
            assert answer.status == 200
        await inbox.until(lambda: counted() == before + 1)
        await nothing_there(target, session)
        assert [type(event) for event in inbox.events] == [NodeSurveyed], "the floor hears nothing of it"


async def test_an_account_that_is_not_taken_is_told(target: Target) -> None:
    """A reserved name would take the carrier's place, or another's: it is never offered to Asterisk."""
    async with running(target) as (telephone, inbox, _):
        names = {"trunk", "carrier", "ct112-fallback", "transport-udp"}
        telephone.set_accounts([ACCOUNT, *(SipAccount(name, "a-generated-password") for name in names)])
        await inbox.until(lambda: len(telephone.refused()[NODE]) == len(names))
        assert telephone.refused() == {NODE: names}
        telephone.set_accounts([ACCOUNT])
        assert telephone.refused() == {NODE: frozenset()}


async def test_an_account_asterisk_refuses_is_told(fake: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    assert fake.fake is not None
    put = fake.fake.put

    def refusing(query: dict[str, Any], *key: str) -> Any:
        return (403, {"message": "Forbidden"}) if key[-1] == "pos-2" else put(query, *key)

    fake.fake.routes = [
        (method, path, refusing if handler == put else handler) for method, path, handler in fake.fake.routes
    ]
    async with running(fake) as (telephone, inbox, _):
        telephone.set_accounts([ACCOUNT, SipAccount("pos-2", "a-generated-password")])
        await inbox.until(lambda: telephone.refused()[NODE])
        assert telephone.refused() == {NODE: {"pos-2"}}


async def test_an_account_asterisk_refuses_once_is_offered_again(
    fake: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without its account a phone is never rung; why it was refused may pass."""
    monkeypatch.setattr(accounts, "FIRST_PAUSE_SECONDS", 0.05)
    assert fake.fake is not None
    put = fake.fake.put
    refused: list[tuple[str, ...]] = []

    def refusing(query: dict[str, Any], *key: str) -> Any:
        if refused.count(key) == 0:
            refused.append(key)
            return 500, {"message": "Internal Server Error"}
        return put(query, *key)

    fake.fake.routes = [
        (method, path, refusing if handler == put else handler) for method, path, handler in fake.fake.routes
    ]
    async with running(fake) as (telephone, inbox, _):
        telephone.set_accounts([ACCOUNT])
        await inbox.until(lambda: len(refused) == 3)
        await inbox.until(lambda: not telephone.refused()[NODE])
