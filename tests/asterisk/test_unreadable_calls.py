"""A caller whose Call-ID is not UTF-8: Asterisk cannot describe the leg; the others are served."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest

from ct112.core.commands import HangUp, PickUp
from ct112.core.events import CallArrived, NodeSurveyed
from lab.api import Lab
from lab.raw_sip import raw_caller
from tests.asterisk.conftest import Target, target_of
from tests.asterisk.test_survey_trouble import unreadable
from tests.asterisk.test_telephone import NODE, running

pytestmark = pytest.mark.real


async def status_of_the_list(target: Target) -> int:
    """Return how Asterisk answers to a list of all channels."""
    headers = {"Authorization": aiohttp.encode_basic_auth(target.user, target.password)}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.get(f"{target.url}/channels") as answer,
    ):
        return answer.status


@asynccontextmanager
async def odd_caller(exchange: str, target: Target) -> AsyncIterator[None]:
    """Somebody calls with a Call-ID that cannot be put into JSON, and stays."""
    async with raw_caller(exchange) as caller:
        calling = asyncio.create_task(caller.invite(call_id="odd-\udcff\udcfe@raw", within=30))
        try:
            async with asyncio.timeout(10):
                while await status_of_the_list(target) != 500:  # noqa: ASYNC110 - no event tells it
                    await asyncio.sleep(0.05)
            yield
        finally:
            await caller.bye(await calling)  # the fallback has answered


async def test_a_link_gets_ready_beside_a_call_that_cannot_be_described(asterisk: Lab) -> None:
    target, exchange = target_of(asterisk), f"127.0.0.1:{asterisk.places.ports.node(0).sip}"
    async with raw_caller(exchange) as good:
        async with running(target, "ct112") as (telephone, inbox, _):
            calling = asyncio.create_task(good.invite())
            await inbox.until(lambda: inbox.count(CallArrived) == 1)
            (call,) = [event.call for event in inbox.events if isinstance(event, CallArrived)]
            telephone.do(PickUp(call))
            answered = await calling
        async with odd_caller(exchange, target), running(target, "ct112") as (telephone, inbox, _):
            assert telephone.ready()[NODE]
            surveyed = inbox.events[0]
            assert isinstance(surveyed, NodeSurveyed)
            assert [found.call for found in surveyed.calls] == [call]
            assert unreadable() == 1
            telephone.do(HangUp(call))
            await asyncio.wait_for(good.hung_up.wait(), 5)
    assert answered.answer is not None
    assert answered.answer.status == 200
