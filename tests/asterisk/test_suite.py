"""One suite for the ARI client, against the fake and against the real Asterisk."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace

import aiohttp
import pytest

from ct112.asterisk.ari import (
    Conflict,
    Disconnected,
    NotFound,
    Refused,
    applications,
    asterisk_config,
    bridges,
    channels,
    connect,
    playbacks,
)
from ct112.asterisk.ari.errors import RequestTimeout
from ct112.asterisk.ari.models import (
    BRIDGES,
    CHANNELS,
    ApplicationReplaced,
    ChannelDestroyed,
    ChannelHangupRequest,
    ChannelStateChange,
    PlaybackFinished,
    StasisEnd,
    StasisStart,
)
from tests.asterisk.conftest import APPLICATION, Client, Target, originate


def new(prefix: str) -> str:
    """A name nobody had before."""
    return f"{prefix}-{uuid.uuid4()}"


async def a_leg(client: Client, role: str) -> str:
    """Bring a channel into our application, with a format there are tones and sounds for."""
    name = new("leg")
    asked = originate(name, "Local/112@fallback", app=APPLICATION, app_args=f"{role},x")
    await client.connection.ask(replace(asked, query={**asked.query, "formats": "alaw"}))
    await client.next(StasisStart, name)
    return name


@pytest.fixture
async def leg(client: Client) -> AsyncIterator[str]:
    """A channel in our application."""
    name = await a_leg(client, "call")
    yield name
    await asyncio.gather(client.connection.start(channels.hang_up(name)), return_exceptions=True)


async def test_a_wrong_password_is_refused(target: Target, session: aiohttp.ClientSession) -> None:
    with pytest.raises(Refused) as refused:
        await connect(
            session, target.url, application="x", user=target.user, password="wrong", on_event=print
        )
    assert refused.value.status == 401


async def test_nobody_there_is_a_disconnection(session: aiohttp.ClientSession) -> None:
    with pytest.raises(Disconnected):
        await connect(
            session, "http://127.0.0.1:9/ari", application="x", user="u", password="p", on_event=print
        )


async def test_a_leg_enters_with_the_arguments_it_was_given(client: Client, leg: str) -> None:
    started = await client.next(StasisStart, leg)
    assert started.args == ["call", "x"]
    assert started.channel.dialplan.app_name == "Stasis"
    assert leg in [
        one.id for one in CHANNELS.validate_python(await client.connection.fetch(channels.every()))
    ]


async def test_no_such_channel(client: Client) -> None:
    for request in (
        channels.answer("nobody"),
        channels.hang_up("nobody"),
        channels.play("nobody", ["tone:ring"], "p"),
    ):
        with pytest.raises(NotFound):
            await client.connection.ask(request)
    with pytest.raises(NotFound):
        await client.connection.ask(playbacks.stop("nothing"))


async def test_a_name_is_given_once(client: Client, leg: str) -> None:
    with pytest.raises(Conflict):
        await client.connection.ask(originate(leg, "Local/112@fallback", app="x", app_args=""))


async def test_a_leg_is_created_then_dialled_and_up_when_answered(client: Client) -> None:
    name = new("op")
    await client.connection.ask(
        channels.create(name, "Local/112@fallback", app=APPLICATION, app_args="offer,x,15", formats="alaw")
    )
    started = await client.next(StasisStart, name)
    assert (started.args, started.channel.state) == (["offer", "x", "15"], "Down")
    await client.connection.ask(channels.dial(name, 15))
    assert (await client.next(ChannelStateChange, name)).channel.state == "Up"
    bridge = new("br")
    await client.connection.ask(bridges.create(bridge))
    await client.connection.ask(bridges.add(bridge, name))
    await client.connection.ask(bridges.destroy(bridge))
    await client.connection.ask(channels.hang_up(name))
    await client.next(ChannelDestroyed, name)


async def test_what_was_not_created_cannot_be_dialled(client: Client) -> None:
    with pytest.raises(NotFound):
        await client.connection.ask(channels.dial("nobody", 15))
    with pytest.raises(Refused):
        await client.connection.ask(channels.create(new("op"), "PJSIP/nobody", app="x", app_args=""))


async def test_an_endpoint_that_is_not_there_is_refused(client: Client) -> None:
    with pytest.raises(Refused):
        await client.connection.ask(originate(new("op"), "PJSIP/nobody", app="x", app_args=""))


async def test_a_tone_plays_until_it_is_stopped(client: Client, leg: str) -> None:
    name = new("play")
    await client.connection.ask(channels.answer(leg))
    await client.connection.ask(channels.play(leg, ["tone:ring"], name))
    await client.connection.ask(playbacks.stop(name))
    assert (await client.next(PlaybackFinished, name)).playback.state == "done"


async def test_a_missing_sound_fails_and_says_so(client: Client, leg: str) -> None:
    name = new("play")
    await client.connection.ask(channels.play(leg, ["sound:nowhere/nothing"], name))
    assert (await client.next(PlaybackFinished, name)).playback.state == "failed"
    await client.connection.ask(channels.answer(leg))  # and the leg is as it was


async def test_variables_are_set_and_read(client: Client, leg: str) -> None:
    await client.connection.ask(channels.set_variable(leg, "CT112_TEST", "a value"))
    assert await client.connection.ask(channels.variable(leg, "CT112_TEST")) == {"value": "a value"}


async def test_ringing_keeps_nobody_waiting(client: Client, leg: str) -> None:
    await client.connection.ask(channels.answer(leg))
    await client.connection.ask(channels.ring(leg))
    await client.connection.ask(channels.set_variable(leg, "TIMEOUT(absolute)", "60"), seconds=2)
    await client.connection.ask(channels.stop_ringing(leg))


async def test_two_legs_in_a_bridge_and_out_again(client: Client, leg: str) -> None:
    bridge, other = new("br"), await a_leg(client, "offer")
    await client.connection.ask(bridges.create(bridge))
    with pytest.raises(Conflict):
        await client.connection.ask(bridges.create(bridge))  # a name is given once
    for name in (leg, other):
        await client.connection.ask(bridges.add(bridge, name))
    there = {
        one.id: one.channels
        for one in BRIDGES.validate_python(await client.connection.fetch(bridges.every()))
    }
    assert set(there[bridge]) == {leg, other}
    await client.connection.ask(bridges.destroy(bridge))
    await client.connection.ask(channels.set_variable(leg, "CT112_TEST", "still in Stasis"))
    await client.connection.ask(channels.hang_up(other))


async def test_a_leg_that_ends_was_asked_to(client: Client, leg: str) -> None:
    await client.connection.ask(channels.hang_up(leg))
    await client.next(ChannelHangupRequest, leg)
    await client.next(ChannelDestroyed, leg)


async def test_a_leg_that_goes_on_leaves_without_a_hangup_request(client: Client, leg: str) -> None:
    await client.connection.ask(channels.go_on(leg, "fallback", "112"))
    await client.next(StasisEnd, leg)
    assert not [one for one in client.events if isinstance(one, ChannelHangupRequest)]
    with pytest.raises(Conflict):
        await client.connection.ask(channels.answer(leg))


async def test_requests_are_carried_out_in_the_order_they_were_started(client: Client, leg: str) -> None:
    writes = [client.connection.start(channels.set_variable(leg, "N", str(number))) for number in range(20)]
    last = client.connection.start(channels.variable(leg, "N"))
    assert await last == {"value": "19"}
    assert all(write.done() for write in writes)
    assert len(client.times) >= 21


async def test_unwanted_events_stay_away_and_replies_do_not(client: Client, leg: str) -> None:
    await client.connection.ask(applications.leave_out(APPLICATION, ["ChannelVarset"]))
    client.kinds.clear()
    await client.connection.ask(channels.set_variable(leg, "CT112_TEST", "quiet"))
    await client.connection.ask(channels.hang_up(leg))
    await client.next(ChannelDestroyed, leg)
    assert "ChannelVarset" not in client.kinds


async def test_dynamic_objects_are_made_read_and_deleted(client: Client) -> None:
    name = new("pos")[:30]
    with pytest.raises(NotFound):
        await client.connection.ask(asterisk_config.get("res_pjsip", "aor", name))
    await client.connection.ask(asterisk_config.put("res_pjsip", "aor", name, {"max_contacts": "1"}))
    there = await client.connection.ask(asterisk_config.get("res_pjsip", "aor", name))
    assert {"attribute": "max_contacts", "value": "1"} in there
    await client.connection.ask(asterisk_config.delete("res_pjsip", "aor", name))
    with pytest.raises(NotFound):
        await client.connection.ask(asterisk_config.get("res_pjsip", "aor", name))


async def test_another_client_with_our_name_replaces_us(
    client: Client, target: Target, session: aiohttp.ClientSession
) -> None:
    other = await connect(
        session,
        target.url,
        application=APPLICATION,
        user=target.user,
        password=target.password,
        on_event=lambda _event: None,
    )
    reader = asyncio.create_task(other.run(), name="other")
    await client.next(ApplicationReplaced)
    await other.close()
    await reader


async def test_a_lost_connection_fails_what_was_open(fake: Target, session: aiohttp.ClientSession) -> None:
    assert fake.fake is not None
    fake.fake.deaf = True
    connection = await connect(
        session, fake.url, application="x", user=fake.user, password=fake.password, on_event=print
    )
    reader = asyncio.create_task(connection.run(), name="reader")
    waiting = connection.start(asterisk_config.ping(), seconds=60)
    await asyncio.wait_for(reader, 15)  # the ping that nobody answers ends it
    with pytest.raises(Disconnected):
        await waiting
    with pytest.raises(Disconnected):
        await connection.ask(asterisk_config.ping())


async def test_every_request_has_its_time_limit(fake: Target, session: aiohttp.ClientSession) -> None:
    assert fake.fake is not None
    fake.fake.deaf = True
    connection = await connect(
        session, fake.url, application="x", user=fake.user, password=fake.password, on_event=print
    )
    reader = asyncio.create_task(connection.run(), name="reader")
    with pytest.raises(RequestTimeout):
        await connection.ask(asterisk_config.ping(), seconds=0.05)
    await connection.close()
    await reader
