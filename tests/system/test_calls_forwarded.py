"""A phone that forwards (302) sends nobody anywhere: not from ct112's ring, not from the fallback's queue."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from lab.outside import Outside, outside
from lab.raw_phone import RawPhone, raw_phone
from lab.raw_sip import TRUNK_ADDRESS
from lab.world import CT112, World, eventually

ELSEWHERE = [
    "<sip:PJSIP%2ftrunk%2fsip%3a0900123456%40{carrier}@{exchange}>",
    "<sip:PJSIP%2f0900123456%40trunk@{exchange}>",
    "<sip:0900123456@{carrier}>",
    "<sip:Local%2f112%40from-trunk@{exchange}>",
    "<sip:112@{exchange}>",
]


@asynccontextmanager
async def forwarding(world: World, position: str, where: str) -> AsyncIterator[tuple[RawPhone, Outside]]:
    """Have a phone that answers every call with 302, and the carrier's side listening."""
    (row,) = [one for one in world.info["positions"] if one["name"] == position]
    port = world.lab.places.ports.carrier
    contact = where.format(exchange=world.exchange, carrier=f"{TRUNK_ADDRESS}:{port}")
    async with (
        outside(port) as carrier,
        raw_phone(world.exchange, "302 Moved Temporarily", forward_to=contact) as phone,
    ):
        await phone.register(row["sip_user"], row["sip_password"])
        world.elsewhere += 1
        try:
            yield phone, carrier
        finally:
            world.elsewhere -= 1
            await phone.register(row["sip_user"], row["sip_password"], expires=0)


async def only_the_callers_leg(world: World, seconds: float) -> None:
    """Demand for so long that Asterisk has the caller's leg and those that ring positions, no other."""
    end = asyncio.get_running_loop().time() + seconds
    while asyncio.get_running_loop().time() < end:
        legs = await world.channels()
        assert sum(leg.startswith("PJSIP/trunk-") for leg in legs) <= 1, legs
        assert all(leg.startswith("PJSIP/") for leg in legs), legs
        await asyncio.sleep(0.05)


@pytest.mark.parametrize("where", ELSEWHERE)
async def test_ct112s_ring_is_not_forwarded(world: World, where: str) -> None:
    rows = len(await world.query("SELECT id FROM call_record"))
    async with forwarding(world, "pos-2", where) as (phone, carrier):
        call = await world.dial_and_press("1")
        await eventually(lambda: _count(phone), lambda count: count >= 1, 10, "the phone was rung")
        await only_the_callers_leg(world, 1.5)
        (desk,) = await world.sit_down("pos-1")
        at_desk = await (await desk.next_call()).wait_for("established")
        await world.talk(call, desk, at_desk)
        await call.hang_up()
        assert carrier.dialled == []
    row = await world.ended(call)
    assert (row["outcome"], row["position"]) == ("answered", "pos-1")
    assert len(await world.query("SELECT id FROM call_record")) == rows + 1
    assert "DARURAT" in phone.shown[0]


@pytest.mark.parametrize("where", ELSEWHERE)
async def test_the_fallback_is_not_forwarded(world: World, where: str) -> None:
    await world.stop(CT112)
    async with forwarding(world, "pos-2", where) as (phone, carrier):
        call = await world.dial()
        await eventually(lambda: _count(phone), lambda count: count >= 1, 10, "the phone was rung")
        await only_the_callers_leg(world, 1.5)
        (desk,) = await world.sit_down("pos-1")
        at_desk = await (await desk.next_call(within=30)).wait_for("established")
        await world.talk(call, desk, at_desk)
        await call.hang_up()
        assert carrier.dialled == []


async def _count(phone: RawPhone) -> int:
    return phone.refused
