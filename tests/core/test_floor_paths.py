"""Scenarios as data: what a call has been through, what happens then, and what must come of it."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from ct112.core.events import (
    CallerLeft,
    CallReleased,
    DigitPressed,
    Draining,
    Event,
    Joined,
    OfferAnswered,
    OfferEnd,
    OfferEnded,
    PickedUp,
    PlayEnded,
)
from tests.core import floor_world as given
from tests.core.floor_decisions import failed
from tests.core.floor_world import FIRST_OFFER, ONE, Builder, World


@dataclass(frozen=True)
class Path:
    """`when`: events, or seconds that pass. `state` None: the call is over. `record`: what it must say."""

    given: Builder
    when: tuple[Event | float, ...]
    state: str | None
    record: dict[str, Any] = field(default_factory=dict)
    facts: tuple[str, ...] = ()
    operator: str | None = None


def ended(outcome: str, by: str) -> dict[str, Any]:
    """What a closed record must say."""
    return {"outcome": outcome, "ended_by": by}


FALLEN = {"service_class": "emergency", "class_source": "failure"}

PATHS: dict[str, Path] = {
    "picked up": Path(given.arriving, (PickedUp(ONE),), "InMenu", facts=("picked_up", "said")),
    "pick-up fails": Path(given.arriving, (failed("PickUp", ONE),), "Waiting", record=FALLEN),
    "pick-up hangs": Path(given.arriving, (4.0,), "Waiting", record=FALLEN),
    "pick-up finds no leg": Path(
        given.arriving,
        (failed("PickUp", ONE, gone=True),),
        None,
        record=ended("abandoned", "caller"),
    ),
    "pressed 1": Path(
        given.in_menu,
        (DigitPressed(ONE, "1"),),
        "Waiting",
        record={"service_class": "emergency", "class_source": "digit", "ivr_version": 1},
        facts=("digit", "queued"),
    ),
    "pressed 2": Path(
        given.in_menu, (DigitPressed(ONE, "2"),), "Waiting", record={"service_class": "urgent"}
    ),
    "silent": Path(
        given.in_menu, (2.0,), "Waiting", record={"service_class": "emergency", "class_source": "silence"}
    ),
    "wrong key twice": Path(
        given.in_menu,
        (DigitPressed(ONE, "7"), DigitPressed(ONE, "8")),
        "Waiting",
        record={"service_class": "emergency", "class_source": "invalid"},
    ),
    "caller leaves at the door": Path(
        given.arriving, (CallerLeft(ONE),), None, record=ended("abandoned", "caller")
    ),
    "caller leaves in the menu": Path(
        given.in_menu,
        (CallerLeft(ONE),),
        None,
        record={**ended("abandoned", "caller"), "ivr_path": ("greeting", "main")},
    ),
    "caller leaves in the queue": Path(
        given.waiting, (CallerLeft(ONE),), None, record=ended("abandoned", "caller")
    ),
    "caller leaves while it rings": Path(
        given.offered,
        (CallerLeft(ONE),),
        None,
        record=ended("abandoned", "caller"),
        operator="Ready",
    ),
    "caller leaves while joined": Path(
        given.joining, (CallerLeft(ONE),), None, record=ended("abandoned", "caller"), operator="Ready"
    ),
    "caller ends the talk": Path(
        given.talking, (CallerLeft(ONE),), None, record=ended("answered", "caller"), operator="WrapUp"
    ),
    "operator ends the talk": Path(
        given.talking,
        (OfferEnded(FIRST_OFFER, OfferEnd.HUNG_UP), CallerLeft(ONE)),
        None,
        record=ended("answered", "operator"),
        operator="WrapUp",
    ),
    "operator ready after wrap-up": Path(given.talking, (CallerLeft(ONE), 10.0), None, operator="Ready"),
    "operator's leg breaks in the talk": Path(
        given.talking,
        (OfferEnded(FIRST_OFFER, OfferEnd.LOST),),
        "Waiting",
        facts=("lost", "requeued"),
        operator="Resting",
    ),
    "caller leaves after the talk broke": Path(
        given.talking,
        (OfferEnded(FIRST_OFFER, OfferEnd.LOST), CallerLeft(ONE)),
        None,
        record=ended("answered", "caller"),
    ),
    "operator's page goes in the talk": Path(
        given.talking,
        (OfferEnded(FIRST_OFFER, OfferEnd.PAGE_GONE),),
        "Kept",
        facts=("lost", "kept"),
        operator="Resting",
    ),
    "the page is back, and its desk rings": Path(
        given.kept, (1.0,), "Offered", facts=("offered",), operator="Ringing"
    ),
    "caller leaves while the desk is kept": Path(
        given.kept, (CallerLeft(ONE),), None, record=ended("answered", "caller")
    ),
    "operator's page goes while we leave": Path(
        given.talking,
        (Draining(), OfferEnded(FIRST_OFFER, OfferEnd.PAGE_GONE)),
        "Leaving",
        facts=("lost", "fallback"),
        operator="Resting",
    ),
    "we leave while the desk is kept": Path(given.kept, (Draining(),), "Leaving", facts=("fallback",)),
    "operator does not answer": Path(
        given.offered,
        (OfferEnded(FIRST_OFFER, OfferEnd.MISSED),),
        "Waiting",
        facts=("missed",),
        operator="Resting",
    ),
    "operator declines": Path(
        given.offered,
        (OfferEnded(FIRST_OFFER, OfferEnd.DECLINED),),
        "Waiting",
        facts=("declined",),
        operator="Resting",
    ),
    "operator rested": Path(
        given.offered,
        (OfferEnded(FIRST_OFFER, OfferEnd.BUSY), 3.0),
        "Offered",
        facts=("busy", "offered"),
        operator="Ringing",
    ),
    "ringing never works": Path(
        given.offered,
        (failed("Ring", ONE, offer=FIRST_OFFER),),
        "Waiting",
        facts=("unreachable",),
        operator="Resting",
    ),
    "nothing is heard of the offer": Path(
        given.offered, (18.0,), "Waiting", facts=("unreachable",), operator="Resting"
    ),
    "operator answers": Path(given.offered, (OfferAnswered(FIRST_OFFER),), "Joining", operator="OnCall"),
    "joined": Path(
        given.joining,
        (Joined(ONE, FIRST_OFFER),),
        "Talking",
        record={"operator": "op-of-pos-1", "position": "pos-1"},
        facts=("joined",),
        operator="OnCall",
    ),
    "join fails": Path(
        given.joining,
        (failed("Join", ONE, offer=FIRST_OFFER),),
        "Waiting",
        facts=("requeued",),
        operator="Resting",
    ),
    "join hangs": Path(given.joining, (4.0,), "Waiting", facts=("requeued",), operator="Resting"),
    "join hung, operator rested": Path(given.joining, (4.0, 3.0), "Offered", operator="Ringing"),
    "operator gone before the join": Path(
        given.joining, (OfferEnded(FIRST_OFFER, OfferEnd.HUNG_UP),), "Waiting", operator="Resting"
    ),
    "the switch ran out": Path(
        given.waiting, (CallReleased(ONE),), None, record=ended("fallback", "system"), facts=("ended",)
    ),
    "the switch ran out at the door": Path(
        given.arriving,
        (CallReleased(ONE),),
        None,
        record={
            **ended("fallback", "system"),
            "service_class": "emergency",
            "class_source": "fallback",
        },
    ),
    "we leave: at the door": Path(given.arriving, (Draining(),), "Leaving", facts=("fallback",)),
    "we leave: in the menu": Path(given.in_menu, (Draining(),), "Leaving", facts=("fallback",)),
    "we leave: in the queue": Path(
        given.waiting, (Draining(), CallReleased(ONE)), None, record=ended("fallback", "system")
    ),
    "we leave: while it rings": Path(
        given.offered, (Draining(),), "Leaving", facts=("fallback",), operator="Ready"
    ),
    "we leave: the join is let finish": Path(
        given.joining, (Draining(), Joined(ONE, FIRST_OFFER)), "Talking", operator="OnCall"
    ),
    "we leave: the join fails": Path(
        given.joining,
        (Draining(), failed("Join", ONE, offer=FIRST_OFFER)),
        "Leaving",
        operator="Resting",
    ),
    "we leave: the talk goes on": Path(given.talking, (Draining(), 600.0), "Talking"),
    "we leave: the talk breaks": Path(
        given.talking, (Draining(), OfferEnded(FIRST_OFFER, OfferEnd.LOST)), "Leaving", operator="Resting"
    ),
    "we leave: the fallback fails": Path(given.releasing, (failed("SendToFallback", ONE),), "Waiting"),
    "we leave: the fallback is tried again": Path(
        given.releasing, (failed("SendToFallback", ONE), 5.0), "Leaving"
    ),
    "we leave: the caller was faster": Path(
        given.releasing, (CallerLeft(ONE),), None, record=ended("abandoned", "caller")
    ),
    "we leave: nothing is heard": Path(given.releasing, (10.0,), None, record=ended("fallback", "system")),
    "hanging up fails once": Path(given.hanging_up, (failed("HangUp", ONE),), "Leaving"),
    "hanging up finds no leg": Path(
        given.hanging_up,
        (failed("HangUp", ONE, gone=True),),
        None,
        record=ended("answered", "operator"),
    ),
    "hanging up is never heard of": Path(
        given.hanging_up, (10.0,), None, record=ended("answered", "operator")
    ),
}


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS.keys())
def test_a_call_ends_up_where_it_must(path: Path) -> None:
    """Given, when, then: state, record, facts and operator."""
    world = World()
    path.given(world)
    before = len(world.kinds())
    for step in path.when:
        _ = world.wait(step) if isinstance(step, float) else world.tell(step)
    state = world.state()
    assert (type(state).__name__ if state else None) == path.state
    record = world.record()
    assert {name: getattr(record, name) for name in path.record} == path.record
    assert (record.ended_at is not None) == (path.state is None)
    new = world.kinds()[before:]
    assert [kind for kind in new if kind in path.facts] == list(path.facts)
    if path.operator:
        assert type(world.floor.positions[given.POS_1].state).__name__ == path.operator


def test_the_times_of_an_answered_call_are_when_it_happened() -> None:
    """Arrival, pick-up, queue, answer and end stand in the record in that order."""
    world = World()
    given.arriving(world)
    world.now += 0.2
    world.tell(PickedUp(ONE))
    world.now += 1
    world.tell(DigitPressed(ONE, "2"))
    assert world.state() is not None
    world.tell(PlayEnded(ONE, world.play()))
    world.tell(DigitPressed(ONE, "1"))
    world.now += 3
    world.staffed(given.POS_1)
    world.now += 2
    world.tell(OfferAnswered(world.offer()), Joined(ONE, world.offer()))
    world.now += 60
    world.tell(CallerLeft(ONE))
    record = world.record()
    times = [record.arrived_at, record.picked_up_at, record.queued_at, record.answered_at, record.ended_at]
    assert [round(time - given.START, 1) for time in times if time is not None] == [0, 0.2, 1.2, 6.2, 66.2]
    assert (record.ani, record.dialled, record.sip_call_id) == ("+62811", "112", "sip-call-1")
