"""What goes wrong in a survey, or beside it, costs itself alone."""

import asyncio
import time

import pytest
from prometheus_client import REGISTRY

from ct112.asterisk.accounts import SipAccount
from ct112.asterisk.ari import AriError, bridges, channels
from ct112.asterisk.ari.connection import HANDSHAKE_SECONDS
from ct112.asterisk.ari.models import BRIDGES
from ct112.asterisk.telephone import AsteriskTelephone, Node
from ct112.core.commands import EndOffer, HangUp, Join, Play
from ct112.core.events import CallArrived, CommandFailed, NodeLost, NodeSurveyed
from ct112.core.ids import OfferId, PlayId
from ct112.core.ivr import Prompt
from tests.ami.fake_ami import until
from tests.asterisk.conftest import Client, Target, originate
from tests.asterisk.fake_ari import FakeAri, path
from tests.asterisk.test_reconnect import APPLICATION, ari, arrived, comes_back, link, since_survey
from tests.asterisk.test_telephone import NODE, Inbox, running

__all__ = ["ari", "link"]
Ready = tuple[AsteriskTelephone, Inbox]


def errors(part: str) -> float:
    """Return how many errors nobody foresaw were counted."""
    labels = {"node": NODE, "link": part}
    return REGISTRY.get_sample_value("ct112_link_errors_total", labels) or 0.0


def unreadable() -> float:
    """Return how many legs the last survey could not read."""
    return REGISTRY.get_sample_value("ct112_unreadable_legs", {"node": NODE}) or 0.0


async def test_one_leg_that_cannot_be_described_costs_itself_alone(ari: FakeAri, link: Ready) -> None:
    _, inbox = link
    good = await arrived(ari, inbox, "good")
    await arrived(ari, inbox, "bad")
    await arrived(ari, inbox, "odd")
    ari.endpoint_channels = ["good", "bad", "odd", "worse", "gone"]
    ari.channels["odd"]["creationtime"] = None
    ari.indescribable.add("bad")
    ari.refused["GET channels/worse"] = 500
    await comes_back(ari, inbox)
    surveyed = since_survey(inbox)[0]
    assert isinstance(surveyed, NodeSurveyed)
    assert [call.call for call in surveyed.calls] == [good]
    assert unreadable() == 3
    ari.indescribable.clear()
    ari.channels["odd"]["creationtime"] = ari.channels["good"]["creationtime"]
    await comes_back(ari, inbox)
    assert unreadable() == 0


async def test_a_list_with_one_odd_channel_is_read_all_the_same(ari: FakeAri, link: Ready) -> None:
    _, inbox = link
    good = await arrived(ari, inbox, "good")
    await arrived(ari, inbox, "odd")
    del ari.channels["odd"]["dialplan"]
    ari.bridges["odd"] = {"id": "odd"}
    await comes_back(ari, inbox)
    surveyed = since_survey(inbox)[0]
    assert isinstance(surveyed, NodeSurveyed)
    assert [call.call for call in surveyed.calls] == [good]
    assert unreadable() == 2


async def test_bridges_in_which_nobody_talks_are_taken_away(client: Client, target: Target) -> None:
    leg = f"leg-{time.time_ns()}"
    others = [f"{leg}-{number}" for number in range(2)]
    for name in (leg, *others):
        await client.connection.ask(originate(name, "Local/112@fallback", app="suite", app_args="offer"))
    for bridge, legs in {"br-empty": [], "br-alone": [leg], "br-talk": others, "somebodys": []}.items():
        await client.connection.ask(bridges.create(bridge))
        if legs:
            await _in_bridge(client, bridge, legs)
    async with running(target) as (_, inbox, _task):
        await inbox.until(lambda: True)
        async with asyncio.timeout(10):
            while await _bridges(client) != {"br-talk", "somebodys"}:  # noqa: ASYNC110 - no event tells it
                await asyncio.sleep(0.05)
    for bridge in ("br-talk", "somebodys"):
        await client.connection.ask(bridges.destroy(bridge))
    for name in (leg, *others):
        await client.connection.ask(channels.hang_up(name))


async def _in_bridge(client: Client, bridge: str, legs: list[str]) -> None:
    """Put legs into a bridge, once they have come into our hands."""
    async with asyncio.timeout(10):
        while True:
            try:
                await client.connection.ask(bridges.add(bridge, *legs))
            except AriError:
                await asyncio.sleep(0.05)
            else:
                return


async def _bridges(client: Client) -> set[str]:
    return {one.id for one in BRIDGES.validate_python(await client.connection.fetch(bridges.every()))}


async def test_a_join_that_fails_leaves_no_bridge(ari: FakeAri, link: Ready) -> None:
    telephone, inbox = link
    call = await arrived(ari, inbox)
    offer = OfferId(f"{call}.1")
    telephone.do(Join(call, offer))  # the operator's leg is gone
    await inbox.until(lambda: inbox.count(CommandFailed) == 1)
    await inbox.until(lambda: not ari.bridges)


@pytest.mark.parametrize("status", [400, 403, 500])
async def test_accounts_that_cannot_be_listed_cost_no_link(ari: FakeAri, link: Ready, status: int) -> None:
    telephone, inbox = link
    before = errors("accounts")
    ari.refused["GET endpoints/PJSIP"] = status
    telephone.set_accounts([SipAccount("pos-1", "a-generated-password")])
    await inbox.until(lambda: errors("accounts") >= before + 2)  # and it is tried again
    assert telephone.ready()[NODE]
    ari.objects["res_pjsip", "endpoint", "left-over"] = {"context": "from-position"}
    ari.refused.clear()
    await inbox.until(lambda: ("res_pjsip", "endpoint", "left-over") not in ari.objects)
    assert inbox.count(NodeLost) == 0


@pytest.mark.parametrize(
    "answer", [None, 7, [None, 3, {}], {"attribute": 1}, [{"attribute": None, "value": 5}]]
)
async def test_an_account_that_reads_oddly_is_written_anew(ari: FakeAri, link: Ready, answer: object) -> None:
    telephone, inbox = link
    ari.routes.insert(0, ("GET", path("asterisk/config/dynamic/(.+)/(.+)/(.+)"), lambda *_: (200, answer)))
    telephone.set_accounts([SipAccount("pos-1", "a-generated-password")])
    await inbox.until(lambda: ("res_pjsip", "endpoint", "pos-1") in ari.objects)
    assert telephone.ready()[NODE]
    assert inbox.count(NodeLost) == 0


async def test_a_survey_that_fails_is_tried_again_ever_more_slowly(
    ari: FakeAri, link: Ready, monkeypatch: pytest.MonkeyPatch
) -> None:
    telephone, inbox = link
    ari.refused["GET bridges"] = 500
    opened = ari.opened
    await ari.sockets[APPLICATION].close()
    await inbox.until(lambda: ari.opened >= opened + 3)
    began = time.monotonic()
    await inbox.until(lambda: ari.opened >= opened + 5, within=20)
    assert time.monotonic() - began > 1.0
    assert not telephone.ready()[NODE]
    ari.refused.clear()
    await inbox.until(lambda: telephone.ready()[NODE])


async def test_what_nobody_foresaw_in_a_survey_is_said_and_tried_again(
    ari: FakeAri, link: Ready, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    telephone, inbox = link
    before = errors("ari")
    with monkeypatch.context() as broken:
        broken.setattr("ct112.asterisk.survey.survey", _fail)
        await ari.sockets[APPLICATION].close()
        await inbox.until(lambda: errors("ari") > before)
        assert not telephone.ready()[NODE]
    await inbox.until(lambda: telephone.ready()[NODE])
    said = capsys.readouterr()
    assert "a mistake of ours" in said.out + said.err


def _fail(*_: object) -> None:
    raise RuntimeError("a mistake of ours")


@pytest.mark.parametrize(
    "odd", [{}, {"channel": None}, {"channel": {"id": 5}}, {"args": "call", "channel": []}]
)
async def test_an_event_that_does_not_fit_costs_itself_alone(
    ari: FakeAri, link: Ready, odd: dict[str, object]
) -> None:
    telephone, inbox = link
    ari.emit("StasisStart", **odd)
    await arrived(ari, inbox)
    assert telephone.ready()[NODE]


async def test_neither_does_one_that_fails_in_our_hands(
    ari: FakeAri, link: Ready, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, inbox = link
    before = errors("ari")
    with monkeypatch.context() as broken:
        broken.setattr("ct112.asterisk.names.call_of_channel", _fail)
        ari.comes("c1", APPLICATION)
        await inbox.until(lambda: errors("ari") > before)
    await arrived(ari, inbox, "c2")
    assert (inbox.count(CallArrived), inbox.count(NodeLost)) == (1, 0)


@pytest.mark.parametrize("text", ["{", "[]", "7", "null", '"x"', '{"type": "RESTResponse"}', '{"type": 5}'])
async def test_a_message_nobody_can_read_costs_itself_alone(ari: FakeAri, link: Ready, text: str) -> None:
    telephone, inbox = link
    await ari.sockets[APPLICATION].send_str(text)
    await arrived(ari, inbox)
    assert (telephone.ready()[NODE], inbox.count(NodeLost)) == (True, 0)


async def test_a_command_that_cannot_be_sent_comes_back_as_failed(
    ari: FakeAri, link: Ready, monkeypatch: pytest.MonkeyPatch
) -> None:
    telephone, inbox = link
    call = await arrived(ari, inbox)
    before = errors("ari")
    monkeypatch.setattr("ct112.asterisk.ari.channels.hang_up", _fail)
    telephone.do(HangUp(call))
    telephone.do(Play(call, PlayId(f"{call}.p9"), (Prompt("\ud800", 1.0),)))  # text that is no Unicode
    await inbox.until(lambda: inbox.count(CommandFailed) == 2)
    failed = [event for event in inbox.events if isinstance(event, CommandFailed)]
    assert [(type(event.command).__name__, event.gone) for event in failed] == [
        ("HangUp", False),
        ("Play", False),
    ]
    assert errors("ari") == before + 1
    assert telephone.ready()[NODE]


async def test_event_types_without_end_do_not_fill_the_memory(ari: FakeAri, link: Ready) -> None:
    _, inbox = link
    for number in range(300):
        ari.emit(f"Invented{number}")
    await arrived(ari, inbox)
    kinds = {
        sample.labels["type"]
        for metric in REGISTRY.collect()
        if metric.name == "ct112_ari_events"
        for sample in metric.samples
    }
    assert "other" in kinds
    assert len(kinds) < 200


async def test_a_peer_that_accepts_and_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    assert HANDSHAKE_SECONDS <= 5
    monkeypatch.setattr("ct112.asterisk.ari.connection.HANDSHAKE_SECONDS", 0.2)
    accepted: list[asyncio.StreamWriter] = []

    async def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        accepted.append(writer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    telephone = AsteriskTelephone(
        [Node(NODE, f"http://127.0.0.1:{port}/ari", "u", "p")],
        application=APPLICATION,
        prompts_url="",
        trunk="trunk",
        post=Inbox().post,
    )
    task = asyncio.create_task(telephone.run(), name="telephone")
    try:
        await until(lambda: len(accepted) >= 3, "tried again and again")
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        server.close()
        for writer in accepted:
            writer.transport.abort()
        await asyncio.sleep(0)


async def test_a_hang_up_that_asterisk_refuses_is_asked_for_again(ari: FakeAri, link: Ready) -> None:
    telephone, inbox = link
    offer = OfferId(f"{await arrived(ari, inbox)}.1")
    leg = f"op-{offer}"
    ari.channels[leg] = {**ari.channels[next(iter(ari.channels))], "id": leg}
    ari.refused[f"DELETE channels/{leg}"] = 500
    telephone.do(EndOffer(offer))
    await inbox.until(lambda: inbox.count(CommandFailed) == 1)
    del ari.refused[f"DELETE channels/{leg}"]
    await inbox.until(lambda: leg not in ari.channels)


async def test_a_bridge_that_will_not_go_is_deleted_again(ari: FakeAri, link: Ready) -> None:
    telephone, inbox = link
    call = await arrived(ari, inbox)
    offer = OfferId(f"{call}.1")
    ari.refused[f"DELETE bridges/br-{offer}"] = 500
    telephone.do(Join(call, offer))  # the operator's leg is gone
    await inbox.until(lambda: inbox.count(CommandFailed) == 1)
    assert ari.bridges
    del ari.refused[f"DELETE bridges/br-{offer}"]
    await inbox.until(lambda: not ari.bridges)


async def test_a_leg_we_would_not_hear_of_fails_the_survey(ari: FakeAri, link: Ready) -> None:
    telephone, inbox = link
    await arrived(ari, inbox)
    ari.refused[f"POST applications/{APPLICATION}/subscription"] = 500
    await ari.sockets[APPLICATION].close()
    await inbox.until(lambda: inbox.count(NodeLost) == 1)
    await asyncio.sleep(1.0)
    assert not telephone.ready()[NODE]
    ari.refused.clear()
    await inbox.until(lambda: telephone.ready()[NODE])
