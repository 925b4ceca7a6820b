"""The judge of a night: each promise with evidence that keeps it, and with evidence that breaks it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from lab.night.evidence import Broken, CallerSeen, DeskCall, DeskEnd, Evidence, Heard
from lab.night.judging import judge, waits

NAME = "call-1"
FAR = 1000.0  # the night's end


def caller(**known: Any) -> CallerSeen:
    """Return a caller who waited 5 s, talked 10 s with pos-1 and hung up."""
    usual: dict[str, Any] = {
        "number": 1,
        "node": "a",
        "ani": "0811",
        "keys": "2",
        "dialled_at": 99.0,
        "sip_call_id": NAME,
        "pressed": True,
        "in_at": 100.0,
        "over_at": 115.0,
        "end": "done",
        "heard": [Heard(position="pos-1", start=105.0, end=115.0, seconds=10.0)],
    }
    return CallerSeen(**usual | known)


def alone(**known: Any) -> CallerSeen:
    """Return a caller who heard nobody and hung up."""
    return caller(**{"heard": [], "end": "gave up"} | known)


def row(**known: Any) -> dict[str, Any]:
    """Return the record of `caller()`."""
    usual: dict[str, Any] = {
        "sip_call_id": NAME,
        "ani": "0811",
        "node": "a",
        "arrived_at": at(100.0),
        "queued_at": at(102.0),
        "answered_at": at(105.0),
        "ended_at": at(115.0),
        "service_class": "urgent",
        "class_source": "digit",
        "position": "pos-1",
        "outcome": "answered",
        "ended_by": "caller",
    }
    return usual | known


def abandoned(**known: Any) -> dict[str, Any]:
    """Return the record of `alone()`."""
    return row(**{"answered_at": None, "position": None, "outcome": "abandoned"} | known)


def desk(end: DeskEnd, up_at: float = 104.9) -> DeskCall:
    """Return pos-1's side of the talk of `caller()`."""
    return DeskCall(position="pos-1", up_at=up_at, over_at=115.0, end=end)


def at(seconds: float) -> datetime:
    """Return a moment as the database has it."""
    return datetime.fromtimestamp(seconds, UTC)


def fault(start: float, end: float, *parts: str) -> Broken:
    """Return something that was broken."""
    return Broken(name="x", parts=frozenset(parts), start=start, end=end)


def seen(who: CallerSeen, *rows: dict[str, Any], listed: bool = False, **known: Any) -> Evidence:
    """Return the evidence of a night with one caller."""
    usual: dict[str, Any] = {
        "callers": (who,),
        "desk_calls": (desk("goodbye"),) if who.heard else (),
        "broken": (),
        "rows": rows,
        "called_back": frozenset({NAME} if listed else ()),
        "left": (),
        "over_at": FAR,
    }
    return Evidence(**usual | known)


CUT = fault(110, 116, "asterisk-a")
KEPT: dict[str, Evidence] = {
    "a talk": seen(caller(), row()),
    "hung up on after a talk": seen(caller(end="other side"), row(ended_by="operator")),
    "both hung up in the same moment": seen(
        caller(), row(ended_by="operator"), desk_calls=(replace(desk("goodbye"), over_at=114.8),)
    ),
    "still talking at the end": seen(
        caller(end="stayed", over_at=FAR, heard=[Heard(position="pos-1", start=105, end=FAR, seconds=800)]),
        row(ended_at=at(FAR)),
    ),
    "gave up, and is called back": seen(alone(), abandoned(), listed=True),
    "gave up without a number": seen(alone(ani=""), abandoned(ani=None)),
    "gave up just as the operator picked up": seen(
        alone(),
        row(answered_at=at(114.5)),
        desk_calls=(desk("other side", 114.5),),
    ),
    "cut off in a talk": seen(
        caller(end="cut off"), row(outcome="dropped", ended_by="system"), listed=True, broken=(CUT,)
    ),
    "cut off while waiting": seen(
        alone(end="cut off"), abandoned(outcome="dropped"), listed=True, broken=(CUT,)
    ),
    "not let in by an exchange that is down": seen(
        alone(end="turned away", in_at=None), broken=(fault(90, 101, "asterisk-a"),)
    ),
    "cut off in the fallback after the operator's phone had died": seen(
        caller(end="cut off", over_at=150.0),
        abandoned(outcome="fallback_abandoned", ended_by="system"),
        desk_calls=(desk("died"),),
        listed=True,
        broken=(fault(149, 160, "asterisk-a"),),
    ),
    "not picked up yet when the exchange was killed": seen(
        alone(end="turned away", in_at=None, over_at=120.0), broken=(fault(108, 110, "asterisk-a"),)
    ),
    "passed on to another operator": seen(
        caller(
            heard=[
                Heard(position="pos-2", start=102, end=104, seconds=2),
                Heard(position="pos-1", start=105, end=115, seconds=10),
            ]
        ),
        row(),
    ),
    "closed late while ct112 was away": seen(
        caller(), row(ended_at=at(140), ended_by="system"), broken=(fault(110, 130, "ct112"),)
    ),
    "ended a talk on a node that was given up": seen(
        caller(),
        row(outcome="dropped", ended_by="system", ended_at=at(130)),
        listed=True,
        broken=(fault(110, 140, "link-a"),),
    ),
    "while ct112's clock was an hour fast": seen(
        caller(), row(ended_at=at(3715)), broken=(fault(110, 120, "ct112", "clock"),)
    ),
    "arrived while ct112's clock was an hour fast": seen(
        caller(),
        row(**{name: at(3700) for name in ("arrived_at", "queued_at", "answered_at", "ended_at")}),
        broken=(fault(90, 101, "ct112", "clock"),),
    ),
    "by the fallback": seen(
        caller(), row(outcome="fallback_answered", class_source="fallback", service_class="emergency")
    ),
}
BROKEN: dict[str, tuple[str, Evidence]] = {
    "left without anybody": (
        "who stays reaches a person",
        seen(alone(end="stayed", over_at=FAR), abandoned(ended_at=at(FAR)), listed=True),
    ),
    "left alone after a talk": (
        "who stays reaches a person",
        seen(caller(end="stayed", over_at=FAR), row(ended_at=at(FAR))),
    ),
    "hung up on before a person": (
        "who stays reaches a person",
        seen(alone(end="other side"), abandoned(ended_by="system"), listed=True),
    ),
    "hung up on in a talk, and so was the operator": (
        "who stays reaches a person",
        seen(caller(end="other side"), row(), desk_calls=(desk("other side"),)),
    ),
    "hung up on because the operator's phone died": (
        "who stays reaches a person",
        seen(caller(end="other side"), row(), desk_calls=(desk("died"),)),
    ),
    "not let in by an exchange that is up": (
        "who stays reaches a person",
        seen(alone(end="turned away", in_at=None), broken=(fault(90, 101, "asterisk-b"),)),
    ),
    "a talk in the fallback that was ended, and is written down as nobody's": (
        "the record names who answered",
        seen(
            caller(),
            abandoned(outcome="fallback_abandoned"),
            desk_calls=(desk("goodbye"),),
        ),
    ),
    "not let in before the exchange was killed": (
        "who stays reaches a person",
        seen(alone(end="turned away", in_at=None, over_at=120.0), broken=(fault(130, 132, "asterisk-a"),)),
    ),
    "no record": ("one whole record a call", seen(caller())),
    "two records": ("one whole record a call", seen(caller(), row(), row())),
    "a record without an end": ("one whole record a call", seen(caller(), row(ended_at=None))),
    "a record with times out of order": (
        "one whole record a call",
        seen(caller(), row(answered_at=at(101.0))),
    ),
    "a talk nobody had by the record": (
        "the record names who answered",
        seen(caller(), row(answered_at=None, position=None, outcome="fallback")),
    ),
    "a talk with another by the record": (
        "the record names who answered",
        seen(caller(), row(position="pos-2")),
    ),
    "a talk that never was": ("the record names who answered", seen(alone(), row(), listed=True)),
    "an answered caller who abandoned": (
        "the record names who answered",
        seen(caller(), row(outcome="abandoned")),
    ),
    "an end before the end": ("the record's end is the phone's", seen(caller(), row(ended_at=at(110)))),
    "an end long after the end": ("the record's end is the phone's", seen(caller(), row(ended_at=at(130)))),
    "an end long after ct112's return": (
        "the record's end is the phone's",
        seen(caller(), row(ended_at=at(200)), broken=(fault(110, 130, "ct112"),)),
    ),
    "an end by another": ("the record's end is the phone's", seen(caller(), row(ended_by="system"))),
    "an end by an operator who had not hung up": (
        "the record's end is the phone's",
        seen(caller(), row(ended_by="operator"), desk_calls=(desk("other side"),)),
    ),
    "another number": ("the record says who called", seen(caller(), row(ani="0812"))),
    "another node": ("the record says who called", seen(caller(), row(node="b"))),
    "another class": ("the record says who called", seen(caller(), row(service_class="information"))),
    "gave up and forgotten": ("who was cut off or gave up is called back", seen(alone(), abandoned())),
    "cut off and forgotten": (
        "who was cut off or gave up is called back",
        seen(caller(end="cut off"), row(outcome="dropped"), broken=(CUT,)),
    ),
    "called back after a talk": (
        "who was cut off or gave up is called back",
        seen(caller(), row(), listed=True),
    ),
    "a channel that is left": ("nothing is left", seen(caller(), row(), left=("node a has channels left",))),
}


@pytest.mark.parametrize("evidence", KEPT.values(), ids=KEPT.keys())
def test_what_was_kept_is_no_complaint(evidence: Evidence) -> None:
    assert judge(evidence) == []


@pytest.mark.parametrize(("promise", "evidence"), BROKEN.values(), ids=BROKEN.keys())
def test_what_was_broken_is_named(promise: str, evidence: Evidence) -> None:
    complaints = judge(evidence)
    assert [one.promise for one in complaints] == [promise]
    assert complaints[0].why


def test_the_wait_for_a_person_counts_from_getting_in() -> None:
    evidence = seen(caller(), row())
    late = caller(heard=[Heard(position="pos-1", start=130, end=131, seconds=1)])
    assert waits(replace(evidence, callers=(late, caller(), alone()))) == [5.0, 30.0]
