"""What is kept right over AMI: phones, the fallback queue's members, the prompt cache, security events."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from prometheus_client import REGISTRY

from ct112.asterisk.ami_nodes import AmiNode, AmiNodes
from ct112.asterisk.security import SecurityWatch
from ct112.core.events import Event, PhoneSeen, TrunkSeen
from ct112.core.ids import NodeName
from tests.ami.fake_ami import PASSWORD, USER, FakeAmi, running, until

NODE = NodeName("test")


class Known:
    """What was posted."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def phone(self, position: str) -> bool | None:
        """Return what was told last about a position."""
        seen = [one for one in self.events if isinstance(one, PhoneSeen) and one.position == position]
        return seen[-1].registered if seen else None

    def page(self, position: str) -> str:
        """Return which page it was said last to be the phone of a position."""
        seen = [one for one in self.events if isinstance(one, PhoneSeen) and one.position == position]
        return seen[-1].page

    def trunks(self) -> list[bool]:
        """Return what was told of trunks, in order."""
        return [one.reached for one in self.events if isinstance(one, TrunkSeen)]


@asynccontextmanager
async def kept(
    ami: FakeAmi, known: Known, password: str = PASSWORD, *, browsers: bool = False
) -> AsyncIterator[AmiNodes]:
    node = AmiNode(NODE, "127.0.0.1", ami.port, USER, password)
    nodes = AmiNodes([node], post=known.events.append, browsers=browsers)
    task = asyncio.create_task(nodes.run())
    try:
        yield nodes
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def count(event: str) -> float:
    return REGISTRY.get_sample_value("ct112_security_events_total", {"node": NODE, "event": event}) or 0.0


async def test_phones_are_known_at_once_and_as_they_come_and_go() -> None:
    known = Known()
    async with running() as ami:
        ami.contacts = {"pos-1": "Reachable", "pos-2": "Unreachable", "stranger": "Reachable"}
        async with kept(ami, known) as nodes:
            nodes.set_positions(["pos-1", "pos-2", "pos-3"])
            await until(lambda: known.phone("pos-1") is True, "the first is there")
            assert (known.phone("pos-2"), known.phone("pos-3"), known.phone("stranger")) == (
                False,
                False,
                None,
            )
            await until(lambda: nodes.ready() == {NODE: True}, "the list was read to its end")
            ami.contact("pos-3", "NonQualified")
            await until(lambda: known.phone("pos-3") is True, "one came")
            ami.contact("pos-1", "Removed")
            await until(lambda: known.phone("pos-1") is False, "one went")
            ami.contact("stranger", "Reachable")
            ami.contact("pos-1", "Reachable")
            await until(lambda: known.phone("pos-1") is True, "and came again")
            assert known.phone("stranger") is None


async def test_whether_the_carrier_is_reached() -> None:
    """Its contact is in no list of registered ones: another list, of phones, says nothing about it."""
    async with running() as ami:
        ami.written = {"trunk": "Unreachable"}
        nodes = AmiNodes([AmiNode(NODE, "127.0.0.1", ami.port, USER, PASSWORD)], post=lambda _: None)
        assert nodes.carrier_reached() == {NODE: True}  # not known: nobody is refused for it
        async with kept(ami, Known()) as nodes:
            await until(lambda: nodes.carrier_reached() == {NODE: False}, "asked")
            ami.contact("trunk", "Reachable")
            ami.written["trunk"] = "Reachable"
            await until(lambda: nodes.carrier_reached()[NODE], "it answers again")
            nodes.set_positions(["pos-1"])
            await until(lambda: ami.names().count("PJSIPShowContacts") >= 2, "the phones are listed again")
            assert nodes.carrier_reached()[NODE]
            ami.contact("trunk", "Unreachable")
            await until(lambda: not nodes.carrier_reached()[NODE], "away")
            ami.drop()
            await until(lambda: nodes.carrier_reached()[NODE], "with the link lost nothing is known")


async def test_each_trunk_is_told_of_and_whether_the_carrier_has_us_registered() -> None:
    async with running() as ami:
        ami.written = {"trunk": "Reachable", "trunk-telkom": "Unreachable"}
        ami.registrations = {"trunk-telkom": "Rejected"}
        node = AmiNode(NODE, "127.0.0.1", ami.port, USER, PASSWORD)
        names = ("trunk", "trunk-telkom", "trunk-unknown")
        nodes = AmiNodes([node], post=lambda _: None, trunks=names, registering=names[1:2])
        task = asyncio.create_task(nodes.run())
        try:
            await until(lambda: nodes.ready()[NODE], "asked")
            await until(lambda: nodes.trunks()[NODE][1].registered is False, "asked for")
            assert [str(trunk) for trunk in nodes.trunks()[NODE]] == [
                "answers",
                "away, not registered",
                "answers",  # Asterisk does not know it: doctor says so
            ]
            assert nodes.carrier_reached() == {NODE: True}, "one of them is enough"
            ami.registrations = {"trunk-telkom": "Registered"}
            ami.send(Event="Registry", ChannelType="PJSIP", Status="Registered")
            await until(lambda: nodes.trunks()[NODE][1].registered is True, "heard of at once")
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def test_the_floor_is_told_which_trunk_does_not_answer_and_when_it_is_back() -> None:
    known = Known()
    async with running() as ami, kept(ami, known) as nodes:
        ami.written = {"trunk": "Reachable"}
        await until(lambda: nodes.ready()[NODE], "asked")
        assert not known.trunks(), "one that answers is what the floor takes it for"
        ami.written["trunk"] = "Unreachable"
        ami.contact("trunk", "Unreachable")
        await until(lambda: known.trunks() == [False], "told at once")
        ami.written["trunk"] = "Reachable"
        ami.contact("trunk", "Reachable")
        await until(lambda: known.trunks() == [False, True], "and back")


async def test_a_trunk_nobody_knows_is_not_away() -> None:
    async with running() as ami, kept(ami, Known()) as nodes:
        await until(lambda: nodes.ready()[NODE], "asked")
        assert nodes.carrier_reached() == {NODE: True}


async def test_a_phone_back_from_another_port_is_registered_although_the_old_contact_goes_last() -> None:
    known = Known()
    async with running() as ami:
        ami.contacts = {"pos-1": "Unreachable"}
        async with kept(ami, known) as nodes:
            nodes.set_positions(["pos-1"])
            await until(lambda: known.phone("pos-1") is False, "its old contact is dead")
            ami.contact("pos-1", "Reachable", port=50000)
            ami.contact("pos-1", "Removed", port=5060)
            ami.contact("pos-9", "Reachable")
            await until(lambda: known.phone("pos-1") is True, "it came back")
            ami.send(Event="InvalidPassword", EventTV="2026-11-24T00:00:00", SessionID="1")
            await asyncio.sleep(0.05)
            assert known.phone("pos-1") is True


async def test_what_is_in_doubt_is_read_again() -> None:
    known = Known()
    async with running() as ami:
        ami.contacts = {"pos-1": "Reachable"}
        async with kept(ami, known) as nodes:
            nodes.set_positions(["pos-1"])
            await until(lambda: known.phone("pos-1") is True, "the phone is there")
            ami.contacts = {}
            ami.send(
                Event="ContactStatus", EndpointName="pos-1", ContactStatus="Removed"
            )  # of which contact?
            await until(lambda: known.phone("pos-1") is False, "the list tells")


@pytest.mark.parametrize("rows", [[{"Event": "QueueMember"}], [{"Response": "Error", "Message": "no queue"}]])
async def test_an_answer_that_does_not_fit_costs_itself_alone(rows: list[dict[str, str]]) -> None:
    known = Known()
    async with running() as ami:
        ami.contacts = {"pos-1": "Reachable"}
        complete = [{"Event": "QueueStatusComplete", "EventList": "Complete"}]
        start = [{"Response": "Success", "EventList": "start", "Message": "will follow"}]
        ami.refused["QueueStatus"] = rows if "Response" in rows[0] else [*start, *rows, *complete]
        async with kept(ami, known) as nodes:
            nodes.set_positions(["pos-1", "bad\r\nname"])
            await until(lambda: known.phone("pos-1") is True, "phones are known all the same")
            await until(lambda: "QueueStatus" in ami.names(), "the queue is looked at")
            ami.contact("pos-1", "Unreachable")
            await until(lambda: known.phone("pos-1") is False, "and followed")
            assert ami.names().count("Login") == 1


async def test_an_error_nobody_foresaw_is_counted_and_the_link_comes_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def errors() -> float:
        labels = {"node": NODE, "link": "ami"}
        return REGISTRY.get_sample_value("ct112_link_errors_total", labels) or 0.0

    def fail(*_: object) -> None:
        raise RuntimeError("a mistake of ours")

    known, before = Known(), errors()
    async with running() as ami, kept(ami, known) as nodes:
        with monkeypatch.context() as broken:
            broken.setattr("ct112.asterisk.contacts.Contacts.listed", fail)
            await until(lambda: errors() > before, "counted")
            assert not nodes.ready()[NODE]
        await until(lambda: nodes.ready()[NODE], "back")


async def test_a_phone_that_comes_while_the_list_is_made_is_not_forgotten() -> None:
    known = Known()
    async with running() as ami:
        ami.contacts, ami.mute = {"pos-2": "Reachable"}, {"PJSIPShowContacts"}
        async with kept(ami, known) as nodes:
            nodes.set_positions(["pos-1", "pos-2"])
            await until(lambda: "PJSIPShowContacts" in ami.names(), "the list is asked for")
            ami.contact("pos-1", "NonQualified")
            await until(lambda: known.phone("pos-1") is True, "one came")
            asked = next(one for one in ami.actions if one["Action"] == "PJSIPShowContacts")
            for fields in ami.answer(asked):  # the list as it was before
                ami.send(**fields, ActionID=asked["ActionID"])
            await until(lambda: known.phone("pos-2") is True, "the list is taken in")
            assert known.phone("pos-1") is True


async def test_the_fallback_queue_has_exactly_our_positions() -> None:
    async with running() as ami:
        ami.members = ["PJSIP/pos-1", "PJSIP/left-long-ago"]
        async with kept(ami, Known()) as nodes:
            nodes.set_positions(["pos-1", "pos-2"])
            await until(lambda: "QueueRemove" in ami.names(), "the queue is right")
            changes = {
                (one["Action"], one["Interface"]) for one in ami.actions if one["Action"].startswith("QueueA")
            } | {(one["Action"], one["Interface"]) for one in ami.actions if one["Action"] == "QueueRemove"}
            assert changes == {("QueueAdd", "PJSIP/pos-2"), ("QueueRemove", "PJSIP/left-long-ago")}


async def test_prompts_are_fetched_by_the_node_once_and_again_after_a_loss() -> None:
    def fetched(ami: FakeAmi) -> list[str]:
        return [one["Command"] for one in ami.actions if one["Action"] == "Command"]

    urls = ["http://127.0.0.1:1/prompts/a.wav", "http://127.0.0.1:1/prompts/b.wav"]
    wanted = [f"media cache refresh {url}" for url in urls]
    async with running() as ami, kept(ami, Known()) as nodes:
        nodes.warm(urls)
        await until(lambda: fetched(ami) == wanted, "both are fetched")
        nodes.warm([*urls, "http://127.0.0.1:1/prompts/c.wav"])
        await until(lambda: len(fetched(ami)) == 3, "the new one only")
        ami.drop()
        await until(lambda: len(fetched(ami)) == 6, "all, on the node that may have forgotten them")


async def test_a_sound_is_deleted_from_every_cache_and_from_one_that_was_away_later() -> None:
    url = "http://127.0.0.1:1/prompts/c.wav"
    async with running() as ami, kept(ami, Known()) as nodes:
        ami.refused["Command"] = [{"Response": "Error", "Message": "Command output follows"}]  # not there
        await until(lambda: nodes.ready() == {NODE: True}, "connected")
        ami.drop()
        nodes.forget(url)
        assert not nodes.forgotten(url)
        await until(lambda: nodes.forgotten(url), "it is deleted")
        deleted = [one["Command"] for one in ami.actions if one["Action"] == "Command"]
        assert set(deleted) == {f"media cache delete {url}"}


async def test_after_a_loss_everything_is_asked_again() -> None:
    known = Known()
    async with running() as ami, kept(ami, known) as nodes:
        ami.contacts = {"pos-1": "Reachable"}
        nodes.set_positions(["pos-1"])
        await until(lambda: known.phone("pos-1") is True, "there")
        ami.contacts = {}
        ami.drop()
        await until(lambda: known.phone("pos-1") is False, "gone while nobody told us")
        assert ami.names().count("Login") == 2


async def test_a_wrong_password_is_tried_again_later_and_is_not_ready() -> None:
    async with running() as ami, kept(ami, Known(), "wrong") as nodes:
        await until(lambda: ami.names().count("Login") >= 2, "tried again")
        assert nodes.ready() == {NODE: False}


async def test_security_events_are_counted_and_usual_ones_are_not() -> None:
    before = count("InvalidPassword"), count("SuccessfulAuth")
    async with running() as ami, kept(ami, Known()) as nodes:
        await until(lambda: nodes.ready()[NODE], "ready")
        for event in ("SuccessfulAuth", "InvalidPassword", "InvalidPassword"):
            ami.send(Event=event, EventTV="2026-11-24T00:00:00", SessionID="1", AccountID="pos-1")
        await until(lambda: count("InvalidPassword") == before[0] + 2, "counted")
        assert count("SuccessfulAuth") == before[1]


def test_an_attack_fills_the_counter_not_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    watch = SecurityWatch(NODE)
    before = count("InvalidAccountID")
    for _ in range(500):
        watch.take({"event": "InvalidAccountID", "remoteaddress": "IPV4/UDP/192.0.2.1/5060"})
    watch.take({"event": "InvalidAccountID", "remoteaddress": "IPV4/UDP/192.0.2.2/5060"})
    assert count("InvalidAccountID") == before + 501
    said = capsys.readouterr()
    assert len((said.out + said.err).splitlines()) == 2
