"""ARI events to core events and core commands to requests, without a network."""

from typing import Any

import pytest
from pydantic import TypeAdapter

from ct112.asterisk import dialling, names
from ct112.asterisk.ari import Conflict, NotFound, Refused
from ct112.asterisk.ari.models import EVENT, Channel, StasisStart
from ct112.asterisk.inbound import Doubt, Inbound
from ct112.asterisk.outbound import Planner, is_gone
from ct112.asterisk.testing import EndNews, News, news_of
from ct112.core.callback_rules import CallbackResult
from ct112.core.commands import (
    EndOffer,
    ExtendDeadman,
    HangUp,
    Join,
    JoinCallee,
    PickUp,
    Play,
    Ring,
    SendToFallback,
    StopPlay,
    TelephoneCommand,
)
from ct112.core.events import (
    CallArrived,
    CalleeEnded,
    CallerLeft,
    CallReleased,
    CommandFailed,
    DigitPressed,
    Event,
    Joined,
    OfferAnswered,
    OfferEnd,
    OfferEnded,
    OfferHeld,
    OfferRinging,
    PickedUp,
    PlayEnded,
)
from ct112.core.ids import CallId, NodeName, OfferId, PlayId, PositionName
from ct112.core.ivr import Prompt
from ct112.core.record import ServiceClass

NODE = NodeName("a")
WHEN = "2026-11-24T04:00:00.123+0000"
OFFER = OfferId("01a20bea-88df-719b-8e13-5228c0e9cfd9.1")


def channel(
    name: str = "a-1.0", number: str = "0812", state: str = "Ring", **variables: str
) -> dict[str, Any]:
    """A channel as Asterisk writes it."""
    return {
        "id": name,
        "name": "PJSIP/pos-1-00000001",
        "state": state,
        "caller": {"name": "", "number": number},
        "dialplan": {"context": "from-trunk", "exten": "112", "app_name": "Stasis", "app_data": "ct112,call"},
        "creationtime": WHEN,
        "channelvars": {"CT112_LEG": "caller"},
    }


def told(inbound: Inbound, kind: str, **fields: Any) -> Event | None:
    """What an ARI event means to the core."""
    event = {"type": kind, "application": "ct112", "timestamp": WHEN, **fields}
    told = inbound.translate(EVENT.validate_python(event))
    assert not isinstance(told, Doubt)
    return told


def started_with(args: list[str], leg: dict[str, Any]) -> StasisStart:
    """A leg that came into our hands."""
    event = {"type": "StasisStart", "application": "ct112", "timestamp": WHEN, "args": args, "channel": leg}
    return TypeAdapter(StasisStart).validate_python(event)


def arrived(inbound: Inbound, **fields: Any) -> CallArrived:
    """A call that arrives."""
    event = told(inbound, "StasisStart", args=["call"], channel=channel(**fields))
    assert isinstance(event, CallArrived)
    return event


@pytest.fixture
def inbound() -> Inbound:
    """A translator that nothing happened to yet."""
    return Inbound(NODE, lambda _call: None)


def test_the_same_leg_is_the_same_call_after_a_restart(inbound: Inbound) -> None:
    assert arrived(inbound).call == arrived(Inbound(NODE, lambda _call: None)).call
    assert arrived(inbound, name="a-1.1").call != arrived(inbound).call


@pytest.mark.parametrize("number", ["", "anonymous", "Anonymous", "unavailable", "restricted"])
def test_a_withheld_number_is_none(inbound: Inbound, number: str) -> None:
    assert arrived(inbound, number=number).ani is None


def test_garbage_in_the_number_is_kept_without_control_characters_and_not_endless(inbound: Inbound) -> None:
    ani = arrived(inbound, number="+62\r\n\x00<script>" + "9" * 500).ani
    assert ani is not None
    assert ani.startswith("+62<script>999")
    assert len(ani) <= 64


@pytest.mark.parametrize(
    ("sent", "kept"),
    [("abc@host", "abc@host"), ("", None), ("\x00\r\n", None), ("a\x00b", "ab"), ("x" * 9000, "x" * 255)],
)
def test_a_call_id_is_kept_printable_and_not_endless(inbound: Inbound, sent: str, kept: str | None) -> None:
    event = told(inbound, "StasisStart", args=["call"], channel=channel() | {"protocol_id": sent})
    assert isinstance(event, CallArrived)
    assert event.sip_call_id == kept == names.sip_call_id(sent)


def test_a_leg_that_was_asked_to_end_has_left(inbound: Inbound) -> None:
    call = arrived(inbound).call
    told(inbound, "ChannelHangupRequest", channel=channel())
    assert told(inbound, "StasisEnd", channel=channel()) == CallerLeft(call)
    assert told(inbound, "ChannelDestroyed", channel=channel(), cause=16, cause_txt="") is None


def test_a_leg_that_was_not_goes_on_in_the_dialplan(inbound: Inbound) -> None:
    call = arrived(inbound).call
    assert inbound.channel_of(call) == "a-1.0"
    assert told(inbound, "StasisEnd", channel=channel()) == CallReleased(call)
    assert inbound.channel_of(call) is None


def test_a_leg_destroyed_without_a_word_has_left(inbound: Inbound) -> None:
    call = arrived(inbound).call
    assert told(inbound, "ChannelDestroyed", channel=channel(), cause=0, cause_txt="") == CallerLeft(call)


def test_keys_and_playbacks(inbound: Inbound) -> None:
    call = arrived(inbound).call
    assert told(inbound, "ChannelDtmfReceived", channel=channel(), digit="1") == DigitPressed(call, "1")
    assert told(inbound, "ChannelDtmfReceived", channel=channel("other"), digit="1") is None
    playback = {"id": f"{call}.p3", "state": "failed"}
    assert told(inbound, "PlaybackFinished", playback=playback) == PlayEnded(
        call, PlayId(f"{call}.p3"), False
    )


@pytest.mark.parametrize(
    ("cause", "why"),
    [
        (17, OfferEnd.BUSY),
        (21, OfferEnd.DECLINED),
        (20, OfferEnd.UNREACHABLE),
        (18, OfferEnd.UNREACHABLE),
        (16, OfferEnd.MISSED),
        (19, OfferEnd.MISSED),
        (0, OfferEnd.MISSED),
    ],
)
def test_why_an_offer_was_not_answered(inbound: Inbound, cause: int, why: OfferEnd) -> None:
    ended = told(inbound, "ChannelDestroyed", channel=channel(f"op-{OFFER}"), cause=cause, cause_txt="")
    assert ended == OfferEnded(OFFER, why)


@pytest.mark.parametrize(
    ("cause", "result"),
    [(17, "busy"), (16, "no_answer"), (1, "failed"), (34, "unavailable"), (38, "unavailable")],
)
def test_a_number_the_carrier_has_no_line_for_was_not_tried(
    inbound: Inbound, cause: int, result: str
) -> None:
    leg = channel(names.callee_channel(CallId("back-7-1")))
    told_of = told(inbound, "ChannelDestroyed", channel=leg, cause=cause, cause_txt="")
    assert isinstance(told_of, CalleeEnded)
    assert told_of.result == result


@pytest.mark.parametrize(("cause", "why"), [(16, OfferEnd.HUNG_UP), (44, OfferEnd.LOST), (0, OfferEnd.LOST)])
def test_why_an_answered_offer_ended(inbound: Inbound, cause: int, why: OfferEnd) -> None:
    leg = channel(f"op-{OFFER}", state="Ringing")
    assert told(inbound, "ChannelStateChange", channel=leg) == OfferRinging(OFFER)
    leg["state"] = "Up"
    assert told(inbound, "ChannelStateChange", channel=leg) == OfferAnswered(OFFER)
    assert told(inbound, "ChannelStateChange", channel=leg) is None, "it is answered once"
    assert told(inbound, "ChannelDestroyed", channel=leg, cause=cause, cause_txt="") == OfferEnded(OFFER, why)


@pytest.mark.parametrize(
    ("cause", "why"), [(16, OfferEnd.HUNG_UP), (41, OfferEnd.PAGE_GONE), (44, OfferEnd.PAGE_GONE)]
)
def test_a_page_that_goes_is_told_from_a_softphone_that_breaks(
    inbound: Inbound, cause: int, why: OfferEnd
) -> None:
    leg = channel(f"op-{OFFER}", state="Up") | {"name": "PJSIP/pos-1.web-00000007"}
    told(inbound, "ChannelStateChange", channel=leg)
    assert told(inbound, "ChannelDestroyed", channel=leg, cause=cause, cause_txt="") == OfferEnded(OFFER, why)


def test_an_operators_hold_is_told_and_a_callers_is_not(inbound: Inbound) -> None:
    leg = channel(f"op-{OFFER}", state="Up")
    assert told(inbound, "ChannelHold", channel=leg, musicclass="default") == OfferHeld(OFFER, held=True)
    assert told(inbound, "ChannelUnhold", channel=leg) == OfferHeld(OFFER, held=False)
    assert told(inbound, "ChannelHold", channel=channel()) is None


def test_a_leg_that_was_created_is_dialled_and_not_answered_yet(inbound: Inbound) -> None:
    started = started_with(["offer", OFFER, "15"], channel(f"op-{OFFER}", state="Down"))
    assert inbound.translate(started) is None
    request = dialling.dial(started)
    assert request is not None
    assert (request.names, request.query) == ({"channelId": f"op-{OFFER}"}, {"timeout": "15"})


@pytest.mark.parametrize(
    ("name", "stranger"),
    [("PJSIP/trunk-0000001f", False), ("PJSIP/pos-1-00000001", True), ("Local/112@from-trunk-0;2", True)],
)
def test_a_caller_comes_from_the_trunk(name: str, stranger: bool) -> None:
    leg = channel() | {"name": name}
    started = started_with(["call"], leg)
    assert dialling.is_stranger(started, "trunk") is stranger
    assert (dialling.left_over([started.channel], "trunk") != []) is stranger
    assert dialling.dial(started) is None


@pytest.mark.parametrize(
    ("leg", "name", "trial"),
    [
        ("tried-1", "Local/112@from-trunk-00000000;2", True),
        ("tried-1", "PJSIP/trunk-00000001", False),  # an id of ours, a leg of the carrier's
        ("1764.1", "Local/112@from-trunk-00000000;2", False),  # somebody dials inside Asterisk
        ("trial-1", "Local/112@from-trunk-00000000;1", False),  # its other end
    ],
)
def test_only_a_leg_made_over_ari_is_a_test_call(leg: str, name: str, trial: bool) -> None:
    came = channel(leg) | {"name": name}
    started = started_with(["call"], came)
    event = Inbound(NODE, lambda _: None).translate(started)
    assert isinstance(event, CallArrived)
    assert event.trial is trial
    assert dialling.is_stranger(started, "trunk") is (not trial and not name.startswith("PJSIP/trunk-"))


@pytest.mark.parametrize("number", ["tried-1", "CT112_TEST=1", "trial-1"])
def test_nothing_a_caller_says_makes_a_call_a_test(number: str) -> None:
    came = channel(number=number) | {"name": "PJSIP/trunk-00000001"}
    came["channelvars"] |= {"CT112_DIALLED": number, "CT112_LOCATION": number}
    event = Inbound(NODE, lambda _: None).translate(started_with(["call"], came))
    assert isinstance(event, CallArrived)
    assert not event.trial


def test_after_a_gap_a_test_call_that_is_left_over_is_ended() -> None:
    came = channel("tried-1") | {"name": "Local/112@from-trunk-00000000;2"}
    leg = Channel.model_validate(came)
    assert dialling.left_over([leg], "trunk") == [leg]


@pytest.mark.parametrize(
    ("kind", "state", "news"),
    [
        ("StasisStart", "Down", News.THERE),
        ("ChannelStateChange", "Ringing", None),
        ("ChannelStateChange", "Up", News.ANSWERED),
        ("ChannelTalkingStarted", "Up", News.HEARS),
        ("ChannelDestroyed", "Up", News.GONE),
        ("ChannelDtmfReceived", "Up", None),
    ],
)
def test_what_happens_to_the_callers_end_of_a_test_call(kind: str, state: str, news: News | None) -> None:
    more = {"args": ["test", "1"], "cause": 16, "cause_txt": "", "digit": "1", "duration_ms": 1}
    for leg, expected in (("trial-1", news), ("tried-1", None), ("1764.1", None)):
        event = {
            "type": kind,
            "application": "ct112",
            "timestamp": WHEN,
            "channel": channel(leg, state=state),
        }
        found = news_of(EVENT.validate_python(event | more))
        assert found == (None if expected is None else EndNews("1", expected))


def test_a_leg_nobody_dialled_is_left_over() -> None:
    legs = [
        Channel.model_validate(channel(f"op-{OFFER}", state=state)) for state in ("Down", "Ringing", "Up")
    ]
    legs = [leg.model_copy(update={"channelvars": {}}) for leg in legs]
    assert dialling.left_over(legs, "trunk") == legs[:1]


CALL = CallId("01a20bea-88df-719b-8e13-5228c0e9cfd9")
PLAY = PlayId(f"{CALL}.p3")
RING = Ring(
    call=CALL,
    offer=OFFER,
    node=NODE,
    position=PositionName("pos-1"),
    seconds=15,
    ani='08"12>',
    service_class=ServiceClass.EMERGENCY,
)
COMMANDS: list[TelephoneCommand] = [
    PickUp(CALL),
    Play(CALL, PLAY, (Prompt("abc", 2.0),), ringing_after=True),
    StopPlay(CALL, PLAY),
    RING,
    EndOffer(OFFER),
    Join(CALL, OFFER),
    ExtendDeadman(CALL, 12),
    SendToFallback(CALL, "draining"),
    HangUp(CALL),
]


def planner(known: bool = True) -> Planner:
    """A planner whose only call is CALL, or none."""
    return Planner("ct112", "http://prompts", "trunk", lambda _call: "a-1.0" if known else None)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: type(command).__name__)
def test_every_command_has_a_plan_and_a_failure(command: TelephoneCommand) -> None:
    plan = planner().plan(command)
    assert plan is not None
    assert plan.requests
    assert CommandFailed(command).call == CALL


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: type(command).__name__)
def test_without_the_callers_leg_only_ends_are_asked_for(command: TelephoneCommand) -> None:
    plan = planner(known=False).plan(command)
    assert (plan is not None) == isinstance(command, EndOffer | StopPlay)


@pytest.mark.parametrize("said", [True, False])
def test_an_operator_hears_why_nobody_was_reached_or_a_tone(said: bool) -> None:
    plans = planner()
    plans.sayings = {CallbackResult.BUSY: Prompt("ab", 1)} if said else {}
    plan = plans.plan(EndOffer(OFFER, CallbackResult.BUSY))
    assert plan is not None
    *url, goes_on = plan.requests
    assert [request.query["value"] for request in url] == ["http://prompts/ab.wav"] * said
    assert goes_on.path.endswith("/continue")
    assert (goes_on.query["context"], goes_on.query["extension"]) == ("callback-over", "busy")


def test_what_is_played_is_prompts_then_ringing() -> None:
    plan = planner().plan(Play(CALL, PLAY, (Prompt("ab", 1), Prompt("cd", 1)), ringing_after=True))
    assert plan is not None
    assert plan.requests[0].query["media"] == "sound:http://prompts/ab.wav,sound:http://prompts/cd.wav"
    assert plan.requests[1].path.endswith("/ring")


def test_the_end_of_a_waiting_message_is_not_the_end_of_the_ringing(inbound: Inbound) -> None:
    ringing = PlayId(f"{arrived(inbound).call}.p1")
    assert told(inbound, "PlaybackFinished", playback={"id": ringing, "state": "done"}) is None
    plan = planner().plan(StopPlay(CALL, ringing))
    assert plan is not None
    assert [request.path for request in plan.requests] == [
        "/playbacks/{playbackId}",
        "/channels/{channelId}/ring",
    ]


def test_nothing_to_play_is_over_at_once() -> None:
    plan = planner().plan(Play(CALL, PLAY, ()))
    assert plan is not None
    assert (plan.requests, plan.done) == ((), PlayEnded(CALL, PLAY))


def test_the_display_cannot_be_broken_by_a_number() -> None:
    plan = planner().plan(RING)
    assert plan is not None
    assert plan.requests[0].body is not None
    assert plan.requests[0].body["variables"][dialling.LABEL] == '"DARURAT 0812" <0812>'


def test_a_join_asked_again_finds_its_bridge_and_nothing_else_is_forgiven() -> None:
    plan = planner().plan(Join(CALL, OFFER))
    assert plan is not None
    there, refused = Conflict(409, "there"), Conflict(409, "not in Stasis")
    assert plan.failure_of([there, None, None, None]) is None
    assert plan.failure_of([there, None, refused, None]) is refused


def test_a_join_disarms_the_switch_last() -> None:
    plan = planner().plan(Join(CALL, OFFER))
    assert plan is not None
    assert plan.requests[-1].query == {"variable": "TIMEOUT(absolute)", "value": "0"}
    assert plan.done == Joined(CALL, OFFER)


def test_who_is_called_back_is_joined_when_both_legs_are_in_the_bridge() -> None:
    back = CallId("back-7-1")
    plan = planner().plan(JoinCallee(back, OfferId(f"{back}.1"), NODE))
    assert plan is not None
    assert plan.done == Joined(back, OfferId(f"{back}.1"))


def test_what_a_404_means() -> None:
    error = NotFound(404, "Channel not found")
    assert is_gone(HangUp(CALL), error)
    assert not is_gone(Join(CALL, OFFER), error)
    assert not is_gone(HangUp(CALL), Refused(500, "no"))
    plan = planner().plan(PickUp(CALL))
    assert plan is not None
    assert plan.done == PickedUp(CALL)


@pytest.mark.parametrize(
    ("cause", "sip", "by_trunk"),
    [
        (34, 503, True),
        (18, 408, True),  # nobody answered, not even the carrier
        (21, 403, True),  # we are not let in
        (21, 603, False),  # the callee declined
        (17, 486, False),
        (1, 404, False),
        (20, 480, False),
        (16, 0, False),
        (127, 487, False),
    ],
)
def test_the_trunk_failed_or_the_callee_did_not_want(
    inbound: Inbound, cause: int, sip: int, by_trunk: bool
) -> None:
    leg = channel(names.callee_channel(CallId("back-7-1")))
    gone = {"channel": leg, "cause": cause, "cause_txt": "", "tech_cause": sip}
    ended = told(inbound, "ChannelDestroyed", **gone)
    assert isinstance(ended, CalleeEnded)
    assert ended.by_trunk is by_trunk
    told(inbound, "ChannelStateChange", channel={**leg, "state": "Ringing"})
    rang = told(inbound, "ChannelDestroyed", **gone)
    assert isinstance(rang, CalleeEnded)
    assert not rang.by_trunk, "a telephone has rung: the trunk did its part"


def test_a_call_says_by_which_trunk_it_came(inbound: Inbound) -> None:
    leg = {**channel(), "name": "PJSIP/trunk-telkom-00000001"}
    arrived = inbound.translate(started_with(["call"], leg))
    assert isinstance(arrived, CallArrived)
    assert arrived.trunk == "trunk-telkom"


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("PJSIP/trunk-00000001", True),
        ("PJSIP/trunk-telkom-00000001", True),
        ("PJSIP/carrier-00000001", True),
        ("PJSIP/pos-1-00000001", False),
        ("Local/trunk-1@x-0001;1", False),
    ],
)
def test_a_leg_of_any_trunk_is_a_citizens(name: str, ours: bool) -> None:
    leg = TypeAdapter(Channel).validate_python({**channel(), "name": name})
    assert names.from_trunk(leg, "carrier") is ours
