"""Keys as the network sends them: as events (RFC 4733), as tones in the sound, by INFO."""

import socket

from lab import rtp_tones
from lab.raw_sip import TRUNK_ADDRESS, RawCall, raw_caller
from lab.world import World


async def test_keys_are_heard_as_tones_where_no_events_are_offered(world: World) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sound:
        sound.bind((TRUNK_ADDRESS, 0))
        async with raw_caller(world.exchange) as caller:
            call = await caller.invite(rtp_port=sound.getsockname()[1], events=False)
            assert call.answer is not None
            assert "telephone-event" not in call.answer.body
            await press(sound, call, "2")
            row = await world.row(call.call_id, lambda row: row["queued_at"] is not None)
            await caller.bye(call)
    assert (row["service_class"], row["class_source"]) == ("urgent", "digit")


async def press(sound: socket.socket, call: RawCall, digit: str) -> None:
    """Say nothing for a second, as somebody who listens, then press a key."""
    assert call.answer is not None
    heard = [rtp_tones.silence(1.0), rtp_tones.key(digit), rtp_tones.silence(0.3)]
    await rtp_tones.send(sound, call.answer.media, b"".join(rtp_tones.alaw(part) for part in heard))


async def test_a_key_as_event_is_heard_once(world: World) -> None:
    """With events offered nobody listens for tones: what comes both ways counts once."""
    call = await world.dial_and_press("2")
    row = await world.row(call)
    assert (row["service_class"], row["class_source"]) == ("urgent", "digit")
    await call.hang_up()


async def test_a_voice_is_no_key(world: World) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sound:
        sound.bind((TRUNK_ADDRESS, 0))
        async with raw_caller(world.exchange) as caller:
            call = await caller.invite(rtp_port=sound.getsockname()[1], events=False)
            assert call.answer is not None
            hum = rtp_tones.key("1", 3.0) * 0.02  # far too soft for a key
            await rtp_tones.send(sound, call.answer.media, rtp_tones.alaw(hum))
            row = await world.row(call.call_id, lambda row: row["queued_at"] is not None)
            await caller.bye(call)
    assert row["class_source"] == "silence"
