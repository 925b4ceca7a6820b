"""The wrap around panoramisk: its four known faults, each shown not to reach us."""

import asyncio
from collections.abc import AsyncIterator, Mapping

import pytest

from ct112.asterisk.ami import AmiConnection, AmiError, AmiLost, clock_ahead, connect
from tests.ami.fake_ami import PASSWORD, USER, FakeAmi, running, until


@pytest.fixture
async def ami() -> AsyncIterator[FakeAmi]:
    async with running() as found:
        yield found


class Taken:
    """What came; raises when told to."""

    def __init__(self) -> None:
        self.events: list[Mapping[str, str]] = []
        self.raising = False
        self.came = asyncio.Event()

    def __call__(self, event: Mapping[str, str]) -> None:
        self.events.append(event)
        self.came.set()
        if self.raising:
            raise RuntimeError("a callback's own mistake")


async def login(ami: FakeAmi, take: Taken | None = None) -> AmiConnection:
    return await connect("127.0.0.1", ami.port, USER, PASSWORD, take or Taken())


async def came(taken: Taken, kind: str) -> Mapping[str, str]:
    async with asyncio.timeout(20):
        while True:
            for event in taken.events:
                if event.get("Event") == kind:
                    return event
            taken.came.clear()
            await taken.came.wait()


async def test_a_wrong_password_is_refused_by_name(ami: FakeAmi) -> None:
    with pytest.raises(AmiError, match="Login: Authentication failed"):
        await connect("127.0.0.1", ami.port, USER, "wrong", Taken())


async def test_nobody_there_is_an_error_with_the_address() -> None:
    with pytest.raises(AmiError, match=r"127\.0\.0\.1:1:"):
        await connect("127.0.0.1", 1, USER, PASSWORD, Taken())


async def test_a_list_comes_with_its_events(ami: FakeAmi) -> None:
    ami.contacts = {"pos-1": "Reachable", "pos-2": "Unreachable"}
    connection = await login(ami)
    messages = await connection.send({"Action": "PJSIPShowContacts"})
    assert [one["Endpoint"] for one in messages if one.get("Event") == "ContactList"] == ["pos-1", "pos-2"]
    connection.close()


async def test_a_refusal_is_an_error_and_the_connection_stays(ami: FakeAmi) -> None:
    connection = await login(ami)
    with pytest.raises(AmiError, match="Refused: no"):
        await connection.send({"Action": "Refused"})
    assert await connection.send({"Action": "Ping"})
    connection.close()


async def test_a_callback_that_raises_costs_its_event_only(ami: FakeAmi) -> None:
    taken = Taken()
    connection = await login(ami, taken)
    taken.raising = True
    ami.send(Event="First")
    await came(taken, "First")
    taken.raising = False
    ami.send(Event="Second")
    await came(taken, "Second")
    assert await connection.send({"Action": "Ping"})
    connection.close()


@pytest.mark.parametrize(
    "action",
    [
        {"Action": "Command", "Command": "core show uptime\r\nAction: Originate"},
        {"Action": "Command", "Command": "a\nb"},
        {"Action": "Command", "Command": "a\0b"},
        {"Action": "Command", "Com\r\nmand": "a"},
        {"Action": "Command", "Command: x": "a"},
    ],
)
async def test_a_line_break_never_becomes_another_action(ami: FakeAmi, action: dict[str, str]) -> None:
    connection = await login(ami)
    with pytest.raises(ValueError, match="line break"):
        await connection.send(action)
    await connection.send({"Action": "Ping"})
    assert ami.names() == ["Login", "Ping"]
    connection.close()


async def test_an_action_without_an_answer_is_given_up_and_never_sent_again(ami: FakeAmi) -> None:
    ami.mute.add("Originate")
    connection = await login(ami)
    with pytest.raises(AmiError, match="no answer in time"):
        await connection.send({"Action": "Originate"}, seconds=0.1)
    assert await connection.send({"Action": "Ping"})  # the connection goes on
    connection.close()
    again = await login(ami)
    assert await again.send({"Action": "Ping"})
    assert ami.names().count("Originate") == 1
    again.close()


async def test_an_action_under_way_when_the_connection_goes_is_lost_not_replayed(ami: FakeAmi) -> None:
    ami.mute.add("Originate")
    connection = await login(ami)
    asked = asyncio.create_task(connection.send({"Action": "Originate"}))
    await until(lambda: "Originate" in ami.names(), "asked")
    ami.drop()
    with pytest.raises(AmiLost):
        await asyncio.wait_for(asked, 3)
    with pytest.raises(AmiLost):
        await connection.send({"Action": "Ping"})
    again = await login(ami)
    await again.send({"Action": "Ping"})
    assert ami.names().count("Originate") == 1
    again.close()


async def test_a_ping_without_an_answer_ends_the_connection(
    ami: FakeAmi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ct112.asterisk.ami.PING_SECONDS", 0.1)
    monkeypatch.setattr("ct112.asterisk.ami.PING_EVERY_SECONDS", 0.1)
    connection = await login(ami)
    watch = asyncio.create_task(connection.watch(lambda _: None))
    await until(lambda: ami.names().count("Ping") >= 3, "pinged")
    assert not watch.done()  # answered pings keep it
    ami.mute.add("Ping")
    await asyncio.wait_for(watch, 3)
    with pytest.raises(AmiLost):
        await asyncio.wait_for(connection.send({"Action": "PJSIPShowContacts"}), 3)


async def test_watching_ends_when_the_other_side_goes(ami: FakeAmi) -> None:
    connection = await login(ami)
    watch = asyncio.create_task(connection.watch(lambda _: None))
    await asyncio.sleep(0.05)
    ami.drop()
    await asyncio.wait_for(watch, 3)


@pytest.mark.parametrize(
    ("said", "ahead"),
    [("105.5", 4.5), ("100.5", 0.0), ("98.0", -2.0), ("nan", None), ("soon", None), (None, None)],
)
def test_how_far_a_nodes_clock_is_ahead_leaves_out_the_way_there_and_back(
    said: str | None, ahead: float | None
) -> None:
    pong = [{"Response": "Success", **({} if said is None else {"Timestamp": said})}]
    assert clock_ahead(pong, asked_at=100.0, answered_at=101.0) == ahead
