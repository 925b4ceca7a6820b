"""The leg of a call to an agency: named by the delivery, ends by itself, its keys are heard."""

from typing import Any

import pytest

from ct112.asterisk import names
from ct112.asterisk.ari import Conflict, Refused, Request
from ct112.asterisk.inbound import Inbound
from ct112.asterisk.outbound import Planner
from ct112.core.callback_rules import CallbackResult
from ct112.core.commands import DialCallee, JoinCallee, Play, RingOperator, TelephoneCommand
from ct112.core.events import CalleeAnswered, CalleeEnded, DigitPressed, Event, Joined, PlayEnded
from ct112.core.ids import CallId, PositionName, agency_call_id, offer_id, play_id
from ct112.core.ivr import Prompt
from tests.asterisk.test_translation import NODE, channel, told

DELIVERY = "0196a000-0000-7000-8000-000000000001"
CALL = agency_call_id(DELIVERY)
LEG = f"out-agency-{DELIVERY}"
OFFER = offer_id(CALL, 1)
DIAL = DialCallee(call=CALL, node=NODE, number="+62285421", seconds=30, trunk="trunk-two", lasts=273.0)


@pytest.fixture
def inbound() -> Inbound:
    """A translator that heard of the leg."""
    found = Inbound(NODE, lambda _call: None)
    started(found)
    return found


def started(inbound: Inbound, leg: str = LEG) -> Event | None:
    return told(inbound, "StasisStart", args=["out", leg, "30"], channel=channel(leg, state="Down"))


def plan_of(command: TelephoneCommand, inbound: Inbound) -> tuple[tuple[Request, ...], Any]:
    plan = Planner("ct112", "http://prompts", "trunk", inbound.channel_of).plan(command)
    assert plan is not None
    return plan.requests, plan


def test_the_channel_is_named_by_the_delivery_and_ends_by_itself(inbound: Inbound) -> None:
    ((create,), plan) = plan_of(DIAL, inbound)
    assert create.query["channelId"] == LEG == names.callee_channel(CALL)
    assert create.query["endpoint"] == "PJSIP/+62285421@trunk-two"
    assert create.body is not None
    assert create.body["variables"]["TIMEOUT(absolute)"] == "273"
    assert plan.failure_of([Conflict(409, "it is there already")]) is None
    assert plan.failure_of([Refused(500, "no")]) is not None


def test_a_call_back_does_not_end_by_itself_and_is_not_there_already(inbound: Inbound) -> None:
    back = DialCallee(call=CallId("back-7-1"), node=NODE, number="0812", seconds=30)
    ((create,), plan) = plan_of(back, inbound)
    assert create.body is not None
    assert "TIMEOUT(absolute)" not in create.body["variables"]
    assert plan.failure_of([Conflict(409, "no")]) is not None


def test_its_answer_its_keys_and_its_end_are_told(inbound: Inbound) -> None:
    up = channel(LEG, state="Up")
    assert told(inbound, "ChannelStateChange", channel=up) == CalleeAnswered(CALL)
    assert told(inbound, "ChannelDtmfReceived", channel=up, digit="1") == DigitPressed(CALL, "1")
    playback = {"id": play_id(CALL, 3), "state": "done", "media_uri": "", "target_uri": f"channel:{LEG}"}
    assert told(inbound, "PlaybackFinished", playback=playback) == PlayEnded(CALL, play_id(CALL, 3))
    ended = told(inbound, "ChannelDestroyed", channel=up, cause=16, cause_txt="Normal")
    assert ended == CalleeEnded(CALL, CallbackResult.REACHED)
    assert inbound.channel_of(CALL) is None
    assert told(inbound, "ChannelDtmfReceived", channel=up, digit="1") is None


def test_keys_of_somebody_called_back_mean_nothing(inbound: Inbound) -> None:
    started(inbound, "out-back-7-1")
    leg = channel("out-back-7-1", state="Up")
    assert told(inbound, "ChannelDtmfReceived", channel=leg, digit="1") is None


def test_it_is_played_to_and_known_again_after_a_gap(inbound: Inbound) -> None:
    play = Play(CALL, play_id(CALL, 3), (Prompt("ab", 1),))
    ((request,), _) = plan_of(play, inbound)
    assert request.names["channelId"] == LEG
    inbound.clear()
    assert inbound.channel_of(CALL) is None
    inbound.adopt_callee(CALL, answered=True)
    assert inbound.channel_of(CALL) == LEG


def test_joined_to_an_operator_it_does_not_end_by_itself_any_more(inbound: Inbound) -> None:
    requests, plan = plan_of(JoinCallee(CALL, OFFER, NODE), inbound)
    assert plan.done == Joined(CALL, OFFER)
    assert [request.query.get("variable") for request in requests] == [None, None, None, "TIMEOUT(absolute)"]
    assert (requests[-1].names["channelId"], requests[-1].query["value"]) == (LEG, "0")


def test_the_operator_reads_which_agency_it_is(inbound: Inbound) -> None:
    ring = RingOperator(
        call=CALL,
        offer=OFFER,
        node=NODE,
        position=PositionName("pos-1"),
        seconds=15,
        number="0285421",
        agency="satpol_pp",
    )
    ((create,), _) = plan_of(ring, inbound)
    assert create.body is not None
    assert create.body["variables"]["CONNECTEDLINE(all,i)"] == '"INSTANSI SATPOL_PP 0285421" <0285421>'
