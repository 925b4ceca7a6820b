"""Callers as networks really send them: anonymous, with a location, with garbage; and no SIP at all."""

import json

import pytest

from lab.phones import PhoneError
from lab.raw_sip import raw_caller
from lab.world import ASTERISK, CT112, World, eventually

GARBAGE_FROM = [
    "\"Robert'); DROP TABLE call_record;--\" <sip:0811'%20OR%201=1@127.0.0.2>",
    '"\xc3\x28\xf0\x9f\x94\xa5" <sip:%00%01%FF@127.0.0.2>',
    f"<sip:{'9' * 300}@127.0.0.2>",
    "<sip:+62\\n\\r@127.0.0.2>",
    "<tel:+628112223344>",
    "garbage",
    '"" <sip:@>',
]
NO_SIP = [
    b"",
    b"\x00" * 64,
    b"INVITE sip:112@x SIP/2.0\r\n\r\n",
    b"INVITE sip:112@x SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.2:9;branch=z\r\nContent-Length: 99999\r\n\r\n",
    b"SIP/2.0 200 OK\r\nCSeq: 1 INVITE\r\n\r\n",
    b"INVITE " + b"A" * 9000 + b" SIP/2.0\r\nVia: x\r\n\r\n",
    bytes(range(256)) * 8,
]


async def call_is_answered(world: World) -> None:
    """Demand that an ordinary call still works."""
    (desk,) = await world.sit_down("pos-1")
    call = await world.dial_and_press("1")
    at_desk = await (await desk.next_call()).wait_for("established")
    await world.talk(call, desk, at_desk)
    await call.hang_up()
    assert (await world.ended(call))["outcome"] == "answered"


async def test_an_anonymous_caller_is_answered_like_any_other(world: World) -> None:
    (desk,) = await world.sit_down("pos-1")
    call = await world.dial("")
    assert await call.hears_sound() > -40
    await call.press("1")
    at_desk = await (await desk.next_call()).wait_for("established")
    await world.talk(call, desk, at_desk)
    await call.hang_up()
    row = await world.ended(call)
    assert row["ani"] is None
    assert row["outcome"] == "answered"


async def test_the_location_the_carrier_sends_is_kept(world: World) -> None:
    async with raw_caller(world.exchange) as caller:
        call = await caller.invite("<sip:0811000113@127.0.0.2>", location=(-6.8886, 109.6753))
        assert call.answer is not None
        assert call.answer.status == 200
        assert (await caller.bye(call)).status == 200
    row = await world.ended(call.call_id)
    assert "-6.8886 109.6753" in json.dumps(json.loads(row["location"])) or _point(row["location"])


def _point(location: str) -> bool:
    """Say whether latitude and longitude stand in the location as numbers."""
    text = json.dumps(json.loads(location))
    return "-6.8886" in text and "109.6753" in text


@pytest.mark.parametrize("header", GARBAGE_FROM)
async def test_garbage_in_the_from_header_harms_nobody(world: World, header: str) -> None:
    pids = world.lab.living()
    async with raw_caller(world.exchange) as caller:
        try:
            call = await caller.invite(header, within=8.0)
        except TimeoutError:  # what cannot be parsed at all is dropped (RFC 3261, 16.3)
            call = None
        if call is not None and call.answer is not None and call.answer.status == 200:
            await world.row(call.call_id, lambda row: row["picked_up_at"] is not None)
            await caller.bye(call)
            assert (await world.ended(call.call_id))["outcome"] == "abandoned"
        elif call is not None:
            assert call.answer is not None
            assert 400 <= call.answer.status < 500
    assert world.lab.living() == pids
    if call is None:
        await call_is_answered(world)


async def test_what_is_no_sip_at_all_harms_nobody(world: World) -> None:
    pids = world.lab.living()
    async with raw_caller(world.exchange) as caller:
        for nonsense in NO_SIP:
            caller.send(nonsense)
    await call_is_answered(world)
    assert {name: world.lab.living()[name] for name in (ASTERISK, CT112)} == {
        name: pids[name] for name in (ASTERISK, CT112)
    }


async def test_a_stranger_is_not_the_trunk(world: World) -> None:
    before = len(await world.query("SELECT id FROM call_record"))
    async with raw_caller(world.exchange, source="127.0.0.3") as stranger:
        call = await stranger.invite("<sip:pos-1@127.0.0.3>")
        assert call.answer is not None
        assert call.answer.status in (401, 403)
    assert len(await world.query("SELECT id FROM call_record")) == before


async def test_a_wrong_sip_password_is_counted(world: World) -> None:
    before = await world.metric("ct112_security_events_total")
    with pytest.raises(PhoneError) as refused:
        await world.desks.register("pos-1", "a wrong password", world.exchange)
    assert refused.value.status in (401, 403)
    await eventually(
        lambda: world.metric("ct112_security_events_total"),
        lambda count: count > before,
        5,
        "the security event is counted",
    )
    await call_is_answered(world)


async def test_how_late_asterisk_tells_of_a_call_is_measured(world: World) -> None:
    count, age = (f"ct112_ari_event_age_seconds_{part}" for part in ("count", "sum"))
    before = await world.metric(count), await world.metric(age)
    call = await world.dial()
    await world.row(call)
    await call.hang_up()
    await world.ended(call)
    assert await world.metric(count) == before[0] + 1
    assert 0 < await world.metric(age) - before[1] < 10
