"""From the opening of the socket to the end of the survey: nothing is lost, nothing is said to be gone."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from ct112.asterisk.telephone import AsteriskTelephone, Node
from ct112.core.callback_rules import CallbackResult
from ct112.core.commands import EndOffer, HangUp, Play
from ct112.core.events import (
    CallArrived,
    CalleeEnded,
    CallerLeft,
    CallReleased,
    CommandFailed,
    Event,
    NodeLost,
    NodeSurveyed,
    OfferAnswered,
    OfferEnd,
    OfferEnded,
)
from ct112.core.ids import CallId, NodeName, OfferId, PlayId, callback_id
from ct112.core.ivr import Prompt
from tests.asterisk.conftest import Target
from tests.asterisk.fake_ari import FakeAri
from tests.asterisk.test_telephone import NODE, Inbox, running

APPLICATION = "ct112-test"


@pytest.fixture
def ari(fake: Target) -> FakeAri:
    """The fake itself."""
    assert fake.fake is not None
    return fake.fake


@pytest.fixture
async def link(fake: Target) -> AsyncIterator[tuple[AsteriskTelephone, Inbox]]:
    """A telephone that is ready."""
    async with running(fake) as (telephone, inbox, _):
        yield telephone, inbox


def since_survey(inbox: Inbox) -> list[Event]:
    """Return what came with the last survey and after it."""
    last = max(place for place, event in enumerate(inbox.events) if isinstance(event, NodeSurveyed))
    return inbox.events[last:]


async def arrived(ari: FakeAri, inbox: Inbox, name: str = "c1") -> CallId:
    """A caller arrives; return the call."""
    before = inbox.count(CallArrived)
    ari.comes(name, APPLICATION)
    await inbox.until(lambda: inbox.count(CallArrived) > before)
    return [event.call for event in inbox.events if isinstance(event, CallArrived)][-1]


async def comes_back(ari: FakeAri, inbox: Inbox) -> None:
    """The link is cut, and comes back."""
    before = inbox.count(NodeSurveyed)
    await ari.sockets[APPLICATION].close()
    await inbox.until(lambda: inbox.count(NodeSurveyed) > before)


async def test_until_the_survey_is_done_nothing_is_said_to_be_gone(
    ari: FakeAri, link: tuple[AsteriskTelephone, Inbox]
) -> None:
    telephone, inbox = link
    call = await arrived(ari, inbox)
    commands = (Play(call, PlayId(f"{call}.p9"), (Prompt("a", 1.0),)), HangUp(call))

    def give() -> None:
        assert not telephone.ready()[NODE]
        for command in commands:
            telephone.do(command)

    ari.after["GET channels"] = give
    await comes_back(ari, inbox)
    failed = [event for event in inbox.events if isinstance(event, CommandFailed)]
    assert [(type(event.command).__name__, event.gone) for event in failed] == [
        ("Play", False),
        ("HangUp", False),
    ]
    surveyed = since_survey(inbox)[0]
    assert isinstance(surveyed, NodeSurveyed)
    assert [found.call for found in surveyed.calls] == [call]
    telephone.do(HangUp(call))
    await inbox.until(lambda: CallerLeft(call) in inbox.events)


async def test_a_call_is_not_gone_while_the_node_it_may_be_on_is_away(fake: Target) -> None:
    inbox = Inbox()
    telephone = AsteriskTelephone(
        [
            Node(NODE, fake.url, fake.user, fake.password),
            Node(NodeName("b"), "http://127.0.0.1:9/ari", "u", "p"),
        ],
        application=APPLICATION,
        prompts_url="http://127.0.0.1:9/prompts",
        trunk="trunk",
        post=inbox.post,
    )
    task = asyncio.create_task(telephone.run(), name="telephone")
    try:
        await inbox.until(lambda: telephone.ready()[NODE])
        telephone.do(HangUp(CallId("01a20bea-88df-719b-8e13-5228c0e9cfd9")))
        (failed,) = [event for event in inbox.events if isinstance(event, CommandFailed)]
        assert not failed.gone
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize("asked", ["PUT applications/ct112-test/eventFilter", "GET channels", "GET bridges"])
async def test_a_call_that_arrives_meanwhile_is_new(
    ari: FakeAri, link: tuple[AsteriskTelephone, Inbox], asked: str
) -> None:
    _, inbox = link
    old = await arrived(ari, inbox)
    ari.after[asked] = lambda: ari.comes("c2", APPLICATION)
    await comes_back(ari, inbox)
    await inbox.until(lambda: inbox.count(CallArrived) == 2)
    surveyed, *after = since_survey(inbox)
    assert isinstance(surveyed, NodeSurveyed)
    assert [found.call for found in surveyed.calls] == [old]
    assert [type(event) for event in after] == [CallArrived]


@pytest.mark.parametrize("asked", ["GET channels", "GET bridges", "GET asterisk/ping"])
async def test_a_caller_who_leaves_meanwhile_has_left(
    ari: FakeAri, link: tuple[AsteriskTelephone, Inbox], asked: str
) -> None:
    _, inbox = link
    call = await arrived(ari, inbox)
    ari.after[asked] = lambda: ari.end("c1")
    await comes_back(ari, inbox)
    await asyncio.sleep(0.1)
    surveyed, *after = since_survey(inbox)
    assert isinstance(surveyed, NodeSurveyed)
    found = [one.call for one in surveyed.calls]
    assert (found, after) in [([call], [CallerLeft(call)]), ([], [])]


@pytest.mark.parametrize("asked", ["GET channels", "GET bridges", "GET asterisk/ping"])
async def test_how_an_operators_leg_ended_meanwhile_is_told(
    ari: FakeAri, link: tuple[AsteriskTelephone, Inbox], asked: str
) -> None:
    _, inbox = link
    call = await arrived(ari, inbox)
    offer = OfferId(f"{call}.1")
    leg = ari.operator(offer, APPLICATION)
    ari.emit("ChannelStateChange", channel=leg)
    await inbox.until(lambda: OfferAnswered(offer) in inbox.events)
    ari.talk(f"br-{offer}", "c1", leg["id"])
    ari.after[asked] = lambda: ari.end(leg["id"])
    await comes_back(ari, inbox)
    ended = OfferEnded(offer, OfferEnd.HUNG_UP)
    await inbox.until(lambda: ended in inbox.events)
    surveyed = since_survey(inbox)[0]
    assert isinstance(surveyed, NodeSurveyed)
    believed = [one.offer for one in surveyed.offers]  # when it is found, its end comes after the survey
    assert (inbox.events.index(ended) > inbox.events.index(surveyed)) == (believed == [offer])
    assert inbox.events.count(ended) == 1
    await inbox.until(lambda: not ari.bridges)


async def test_an_answer_that_the_survey_tells_is_told_once(
    ari: FakeAri, link: tuple[AsteriskTelephone, Inbox]
) -> None:
    _, inbox = link
    call = await arrived(ari, inbox)
    offer = OfferId(f"{call}.1")

    def answer() -> None:
        leg = ari.operator(offer, APPLICATION)
        ari.emit("ChannelStateChange", channel=leg)

    ari.after["PUT applications/ct112-test/eventFilter"] = answer
    await comes_back(ari, inbox)
    await asyncio.sleep(0.1)
    surveyed, *after = since_survey(inbox)
    assert isinstance(surveyed, NodeSurveyed)
    assert [(one.offer, one.answered) for one in surveyed.offers] == [(offer, True)]
    assert not after


async def test_a_leg_found_ringing_is_answered_later(
    ari: FakeAri, link: tuple[AsteriskTelephone, Inbox]
) -> None:
    _, inbox = link
    call = await arrived(ari, inbox)
    offer = OfferId(f"{call}.1")
    leg = ari.operator(offer, APPLICATION)
    leg["state"] = "Ringing"
    await comes_back(ari, inbox)
    surveyed = since_survey(inbox)[0]
    assert isinstance(surveyed, NodeSurveyed)
    assert [(one.offer, one.answered) for one in surveyed.offers] == [(offer, False)]
    ari.emit("ChannelStateChange", channel=leg | {"state": "Up"})
    await inbox.until(lambda: OfferAnswered(offer) in inbox.events)


async def test_a_leg_nobody_dialled_is_ended_and_not_dialled_any_more(
    ari: FakeAri, link: tuple[AsteriskTelephone, Inbox]
) -> None:
    _, inbox = link
    call = await arrived(ari, inbox)
    offer = OfferId(f"{call}.1")
    leg = ari.operator(offer, APPLICATION)
    leg["state"] = "Down"
    started = lambda: ari.emit("StasisStart", args=["offer", offer, "15"], channel=leg)  # noqa: E731
    ari.after["GET channels"] = started
    await comes_back(ari, inbox)
    surveyed = since_survey(inbox)[0]
    assert isinstance(surveyed, NodeSurveyed)
    assert surveyed.offers == ()
    await inbox.until(lambda: leg["id"] not in ari.channels)
    assert OfferAnswered(offer) not in inbox.events


def hung_up(ari: FakeAri) -> None:
    """The caller's hang-up was before the socket was open; only its consequence is heard."""
    ari.end("c1", asked=False)


def released(ari: FakeAri) -> None:
    """The dead-man's switch sends the caller to the fallback."""
    ari.go_on({"context": "fallback"}, "c1")


@pytest.mark.parametrize(("what", "event"), [(hung_up, CallerLeft), (released, CallReleased)])
async def test_a_found_leg_that_leaves_without_a_word_is_looked_for(
    ari: FakeAri,
    link: tuple[AsteriskTelephone, Inbox],
    what: Callable[[FakeAri], None],
    event: type[CallerLeft | CallReleased],
) -> None:
    _, inbox = link
    call = await arrived(ari, inbox)
    await comes_back(ari, inbox)
    what(ari)
    await inbox.until(lambda: event(call) in inbox.events)
    assert len(since_survey(inbox)) == 2


async def test_it_is_looked_for_again_when_asterisk_does_not_say(
    ari: FakeAri, link: tuple[AsteriskTelephone, Inbox]
) -> None:
    _, inbox = link
    call = await arrived(ari, inbox)
    await comes_back(ari, inbox)
    ari.refused["GET channels/c1"] = 503
    released(ari)
    await inbox.until(lambda: ari.fetched.count("GET channels/c1") >= 2)
    ari.refused.clear()
    await inbox.until(lambda: len(since_survey(inbox)) == 2)
    assert since_survey(inbox)[1] == CallReleased(call)


async def test_what_a_lost_link_held_back_is_not_told_twice(
    ari: FakeAri, link: tuple[AsteriskTelephone, Inbox]
) -> None:
    _, inbox = link
    call = await arrived(ari, inbox)

    def cut_again() -> None:
        ari.end("c1")
        ari.sockets[APPLICATION]._writer.transport.abort()  # type: ignore[union-attr]

    ari.after["GET bridges"] = cut_again
    await comes_back(ari, inbox)
    assert inbox.count(NodeLost) == 1
    surveyed, *after = since_survey(inbox)
    assert isinstance(surveyed, NodeSurveyed)
    assert not surveyed.calls
    assert CallerLeft(call) not in after


async def test_an_end_goes_to_the_node_that_is_ready_alone(
    ari: FakeAri, link: tuple[AsteriskTelephone, Inbox]
) -> None:
    telephone, inbox = link
    call = await arrived(ari, inbox)
    ari.after["GET channels"] = lambda: telephone.do(EndOffer(OfferId(f"{call}.1")))
    await comes_back(ari, inbox)
    assert inbox.count(CommandFailed) == 0


async def test_whoever_was_called_back_and_had_picked_up_was_reached(
    ari: FakeAri, link: tuple[AsteriskTelephone, Inbox]
) -> None:
    _, inbox = link
    call = callback_id(7, 1_000.0)
    leg = ari.operator("x", APPLICATION) | {"id": f"out-{call}", "name": "PJSIP/trunk-00000009"}
    ari.channels = {leg["id"]: leg}
    await comes_back(ari, inbox)
    surveyed = since_survey(inbox)[0]
    assert isinstance(surveyed, NodeSurveyed)
    assert [(callee.call, callee.answered) for callee in surveyed.callees] == [(call, True)]
    ari.emit("ChannelStateChange", channel=leg)  # what the survey has said is not said again
    ari.end(leg["id"])
    await inbox.until(lambda: inbox.count(CalleeEnded) == 1)
    assert since_survey(inbox)[1:] == [CalleeEnded(call, CallbackResult.REACHED)]
