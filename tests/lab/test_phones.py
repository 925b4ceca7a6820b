"""The phones themselves: two processes call each other directly, with nothing between them."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from baresip import Event

from lab.phone_process import PhoneProcess
from lab.phones import ANSWER, DECLINE, RING, Behaviour, Phone, PhoneError, Phones, PhonesGone

OPERATOR_HZ, CITIZEN_HZ = 523, 1400


@asynccontextmanager
async def two_phones(behaviour: Behaviour) -> AsyncIterator[tuple[Phones, Phone, str]]:
    """Give a citizen's phones behind the gateway, a desk phone without a registrar, and how to call it."""
    async with Phones("127.0.0.1") as desks, Phones("127.0.0.2") as citizens:
        desk = await desks.register("pos-1", "", "", behaviour=behaviour, tone_hz=OPERATOR_HZ)
        yield citizens, desk, f"sip:pos-1@127.0.0.1:{desks.port}"


async def test_both_sides_hear_each_other_and_digits_arrive() -> None:
    async with two_phones(ANSWER) as (citizens, desk, uri):
        call = await citizens.call(uri, "0811223344", name="Budi", tone_hz=CITIZEN_HZ)
        await call.wait_for("established")
        theirs = await desk.next_call()
        at_citizen, at_desk = await asyncio.gather(call.hears(OPERATOR_HZ), theirs.hears(CITIZEN_HZ))
        assert at_citizen.seconds >= 0.6
        assert at_desk.seconds >= 0.6
        assert "0811223344" in theirs.peer
        assert theirs.sip_call_id == call.sip_call_id
        await call.press("12#")
        await theirs.phones.bell.until(lambda: theirs.digits == "12#", 3)
        await call.hang_up()
        await theirs.wait_for("closed")


async def test_a_tone_nobody_sends_is_not_heard() -> None:
    async with two_phones(ANSWER) as (citizens, _, uri):
        call = await (await citizens.call(uri, "0811")).wait_for("established")
        assert (await call.hears(880, within=1.0)).seconds == 0
        assert (await call.hears(OPERATOR_HZ)).seconds > 0
        assert await call.hears_sound() > -20


async def test_a_silent_line_is_told_from_one_with_sound() -> None:
    async with two_phones(ANSWER) as (citizens, desk, uri):
        call = await (await citizens.call(uri, "0811", tone_hz=0)).wait_for("established")
        theirs = await desk.next_call()
        await theirs.wait_for("established")
        assert await theirs.hears_sound(within=0.8) < -60
        await call.send_tone(CITIZEN_HZ)
        assert await theirs.hears_sound() > -40
        await call.send_tone(0)
        assert await theirs.hears_quiet() < -60


async def test_a_declined_call_says_so() -> None:
    async with two_phones(DECLINE) as (citizens, _, uri):
        call = await citizens.call(uri, "")
        with pytest.raises(PhoneError, match="closed instead of established"):
            await call.wait_for("established")
        assert call.state == "closed"


async def test_a_second_call_finds_the_phone_busy() -> None:
    async with two_phones(RING) as (citizens, desk, uri):
        first = await citizens.call(uri, "0811")
        ringing = await desk.next_call()
        second = await (await citizens.call(uri, "0822")).wait_for("closed")
        assert second.reason.startswith("486")
        assert desk.refused == 1
        await ringing.answer()
        await first.wait_for("established")


async def test_a_refusal_that_comes_before_dialling_is_done_is_not_missed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """On a busy machine the stack tells of the 486 before the library's call exists that would hear it."""
    listeners: list[Any] = []
    phones = PhoneProcess("127.0.0.1")
    phones._runtime = SimpleNamespace(subscribe=listeners.append, unsubscribe=listeners.remove)

    def refused(call: int) -> Any:
        return SimpleNamespace(event=Event.CALL_CLOSED, call=call, call_id="abc", text="486 Busy Here")

    async def dial(_uri: str, headers: dict[str, str]) -> Any:
        for call in (7, 8):
            for listener in listeners:
                listener(refused(call))
        audio = SimpleNamespace(read=lambda _: b"")
        return SimpleNamespace(handle=7, call_id=None, audio=audio, on=lambda _: None, on_dtmf=lambda _: None)

    phones._agents["0822 x"] = SimpleNamespace(dial=dial)
    await phones.do_call("out-3", "sip:pos-1@x", "x", "0822", 0, {})
    assert phones._lines["out-3"].closed
    (told,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (told["event"], told["line"], told["text"]) == ("closed", "out-3", "486 Busy Here")
    assert not listeners


async def test_the_death_of_the_process_ends_every_wait() -> None:
    async with two_phones(ANSWER) as (citizens, _, uri):
        call = await (await citizens.call(uri, "0811")).wait_for("established")
        listening = asyncio.create_task(call.hears(880, within=30))
        await citizens.bell.until(lambda: len(citizens.asked()) == 1, 3)
        os.kill(citizens.pid, signal.SIGKILL)
        with pytest.raises(PhonesGone):
            await listening
        with pytest.raises(PhonesGone):
            await call.hang_up()


async def test_an_unreachable_exchange_is_an_error_not_a_hang() -> None:
    async with Phones("127.0.0.1") as phones:
        with pytest.raises(PhoneError):
            await phones.register("pos-1", "secret", "127.0.0.1:9")
