"""A link that is cut again and again on the real Asterisk, with calls on the line and commands under way."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest

from ct112.asterisk.ari import bridges, connect
from ct112.asterisk.ari.models import BRIDGES
from ct112.asterisk.telephone import AsteriskTelephone
from ct112.core.commands import ExtendDeadman, HangUp, Join, PickUp, SendToFallback
from ct112.core.events import CallArrived, CallerLeft, CallReleased, CommandFailed, NodeLost, NodeSurveyed
from ct112.core.ids import CallId, OfferId
from lab.api import Lab
from lab.raw_sip import RawCall, RawCaller, raw_caller
from tests.asterisk.conftest import Target, target_of
from tests.asterisk.test_telephone import NODE, Inbox, running

pytestmark = pytest.mark.real

APPLICATION = "ct112"  # the dialplan's
CALLERS, CUTS = 12, 8
CROWD = 150  # more than Asterisk serves at once over HTTP (http.conf: sessionlimit)


@pytest.fixture
def target(asterisk: Lab) -> Target:
    """The real one."""
    return target_of(asterisk)


@pytest.fixture
async def crowd(asterisk: Lab) -> AsyncIterator[RawCaller]:
    """Somebody who calls often."""
    async with raw_caller(f"127.0.0.1:{asterisk.places.ports.node(0).sip}") as caller:
        yield caller


async def picked_up(telephone: AsteriskTelephone, inbox: Inbox, caller: RawCaller) -> tuple[CallId, RawCall]:
    """Somebody calls and is picked up."""
    before = inbox.count(CallArrived)
    calling = asyncio.create_task(caller.invite())
    await inbox.until(lambda: inbox.count(CallArrived) > before)
    call = [event.call for event in inbox.events if isinstance(event, CallArrived)][-1]
    telephone.do(PickUp(call))
    return call, await calling


async def test_no_live_caller_is_said_to_be_gone_however_often_the_link_is_cut(
    target: Target, crowd: RawCaller
) -> None:
    async with running(target, APPLICATION) as (telephone, inbox, _):
        calls = [(await picked_up(telephone, inbox, crowd))[0] for _ in range(CALLERS)]
        pushing = asyncio.create_task(_push_for_ever(telephone, calls), name="pushing")
        try:
            for number in range(CUTS):
                await _cut(telephone)
                await inbox.until(lambda: inbox.count(NodeLost) > number)  # noqa: B023 - called before the next
                await inbox.until(lambda: telephone.ready()[NODE])
        finally:
            pushing.cancel()
            await asyncio.gather(pushing, return_exceptions=True)
        surveys = [event for event in inbox.events if isinstance(event, NodeSurveyed)]
        assert len(surveys) == CUTS + 1
        assert all({found.call for found in survey.calls} == set(calls) for survey in surveys[1:])
        failed = [event for event in inbox.events if isinstance(event, CommandFailed)]
        assert failed, "no command met a gap: nothing was shown"
        assert not [event for event in failed if event.gone]
        assert inbox.count(CallerLeft) == 0
        for call in calls:
            telephone.do(HangUp(call))
        await inbox.until(lambda: inbox.count(CallerLeft) == CALLERS)


async def _push_for_ever(telephone: AsteriskTelephone, calls: list[CallId]) -> None:
    while True:
        for call in calls:
            telephone.do(ExtendDeadman(call, 12))
        await asyncio.sleep(0.001)


async def _cut(telephone: AsteriskTelephone) -> None:
    """Let the link break, as a reset of its connection would."""
    connection = telephone._links[0]._connection
    assert connection is not None
    await connection.close()


async def test_a_caller_who_hangs_up_in_the_gap_has_left(target: Target, crowd: RawCaller) -> None:
    async with running(target, APPLICATION) as (telephone, inbox, _):
        for delay in (0.0, 0.002, 0.01, 0.2):
            call, leg = await picked_up(telephone, inbox, crowd)
            before = inbox.count(NodeSurveyed)
            await _cut(telephone)
            await asyncio.sleep(delay)
            await crowd.bye(leg)
            await inbox.until(lambda: inbox.count(NodeSurveyed) > before)  # noqa: B023 - called before the next
            await asyncio.sleep(0.3)
            last = [event for event in inbox.events if isinstance(event, NodeSurveyed)][-1]
            found = call in [one.call for one in last.calls]
            assert inbox.events.count(CallerLeft(call)) == int(found), inbox.events
            assert not [event for event in inbox.events if type(event).__name__ == "CallReleased"]


async def test_a_join_whose_operator_is_gone_leaves_no_bridge(target: Target, crowd: RawCaller) -> None:
    async with running(target, APPLICATION) as (telephone, inbox, _):
        call, leg = await picked_up(telephone, inbox, crowd)
        telephone.do(Join(call, OfferId(f"{call}.1")))
        await inbox.until(lambda: inbox.count(CommandFailed) == 1)
        async with aiohttp.ClientSession() as session:
            connection = await connect(
                session,
                target.url,
                application="looks",
                user=target.user,
                password=target.password,
                on_event=lambda _event: None,
            )
            reader = asyncio.create_task(connection.run(), name="reader")
            async with asyncio.timeout(5):
                while BRIDGES.validate_python(await connection.fetch(bridges.every())):  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
            await connection.close()
            await reader
        await crowd.bye(leg)


async def test_a_crowd_that_is_given_to_the_fallback_after_a_gap_is_there(
    target: Target, crowd: RawCaller
) -> None:
    async with running(target, APPLICATION) as (telephone, inbox, _):
        calls = [await picked_up(telephone, inbox, crowd) for _ in range(CROWD)]
        before = inbox.count(NodeSurveyed)
        await _cut(telephone)
        await inbox.until(lambda: inbox.count(NodeSurveyed) > before)
        for call, _leg in calls:
            telephone.do(SendToFallback(call, "all at once"))
        await inbox.until(lambda: inbox.count(CallReleased) + inbox.count(CallerLeft) == CROWD)
        assert inbox.count(CallReleased) == CROWD
        for _call, leg in calls:
            await crowd.bye(leg)
