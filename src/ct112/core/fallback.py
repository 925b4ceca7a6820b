"""A call the dialplan's own queue took while we were away: its notes as record and facts. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ct112.core import facts
from ct112.core.ids import CallId, NodeName, OperatorName, PositionName, derive_call_id
from ct112.core.record import CallRecord, ClassSource, EndedBy, Fact, Outcome, ServiceClass

OUTRANKS = 10**15
"""Added to a record's revision (microseconds): what Asterisk saw itself outranks what we conclude later."""
LONGEST_CALL = 86_400.0
"""Seconds. Times of one call that are further apart were not written by the same clock."""
LEG_CREATED = re.compile(r"(?:.*-)?(\d{9,11})\.\d+", re.ASCII)
LONGEST_NOTED = 255  # characters of a SIP Call-ID in the fallback's notes
DIGEST = (1 << 80) - 1  # what an id says of node and leg; above it are the milliseconds of its creation


@dataclass(frozen=True, slots=True, kw_only=True)
class FallbackCall:
    """A fallback call that is over. Times are epoch seconds; `leg` is Asterisk's uniqueid."""

    node: NodeName
    leg: str
    entered_at: float
    ended_at: float
    ended_by: EndedBy
    answered_at: float | None = None
    position: PositionName | None = None
    ani: str | None = None
    dialled: str = ""
    sip_call_id: str | None = None
    location: Mapping[str, Any] | None = None

    @property
    def outcome(self) -> Outcome:
        """How it ended: with a person, or without."""
        return Outcome.FALLBACK_ABANDONED if self.answered_at is None else Outcome.FALLBACK_ANSWERED


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A record that may be of the same call: we had begun it, or the fallback's notes were taken in before.

    `last_at`: the latest we had seen of the call. `leg`: of the fallback's call that is in it, if one is.
    """

    call: CallId
    revision: int
    arrived_at: float
    last_at: float
    classed: bool
    sip_call_id: str | None = None
    ani: str | None = None
    taken: bool = False
    leg: str | None = None


def own_id(call: FallbackCall) -> CallId:
    """Return the id of a call that the fallback alone knows."""
    return derive_call_id(call.node, call.leg, call.entered_at)


def created_about(leg: str) -> float | None:
    """Return when Asterisk made the leg, by its node's clock, as its uniqueid says; None when it does not."""
    match = LEG_CREATED.fullmatch(leg)
    return None if match is None else float(match[1])


def begun_of(call: FallbackCall, candidates: Sequence[Begun]) -> Begun | None:
    """Return the record of this call. A leg names its call; a SIP Call-ID alone is what anybody may send."""
    return next(
        (
            record
            for same in (_same_leg, _same_sip_call)
            for record in sorted(candidates, key=lambda record: -record.arrived_at)
            if same(call, record)
        ),
        None,
    )


def _same_leg(call: FallbackCall, begun: Begun) -> bool:
    """The id is made of node and leg; a node that boots with the same wrong time gives a name twice."""
    same = _digest(begun.call) == _digest(own_id(call)) or begun.leg == call.leg
    return same and _agree(_noted(call.sip_call_id), _noted(begun.sip_call_id))


def _same_sip_call(call: FallbackCall, begun: Begun) -> bool:
    """One call, as far as anything says: nobody else's notes are in it, and the numbers agree."""
    return (
        call.sip_call_id is not None
        and call.sip_call_id == begun.sip_call_id
        and not begun.taken
        and _agree(call.ani, begun.ani)
        and abs(begun.arrived_at - call.entered_at) <= LONGEST_CALL
    )


def _noted(sip_call_id: str | None) -> str | None:
    """Return as much of it as the fallback writes down."""
    return None if sip_call_id is None else sip_call_id[:LONGEST_NOTED]


def _agree(first: str | None, second: str | None) -> bool:
    return first is None or second is None or first == second


def _digest(call: CallId) -> int:
    return int(call.replace("-", ""), 16) & DIGEST


def in_order(call: FallbackCall, begun: Begun | None) -> FallbackCall:
    """Return the call with times that can be: nothing before what it follows.

    A node whose clock was set right during the call: what is a day or more from the end counts as the end.
    The node's clock and ours may differ: what the fallback did follows what we had seen, and its
    durations, measured by one clock, stay as they are.
    """
    end = call.ended_at
    entered = call.entered_at if abs(end - call.entered_at) < LONGEST_CALL else end
    answered = call.answered_at
    if answered is not None:
        answered = max(entered, answered if abs(end - answered) < LONGEST_CALL else end)
    behind = 0.0 if begun is None else max(0.0, begun.last_at - entered)
    return replace(
        call,
        entered_at=entered + behind,
        answered_at=None if answered is None else answered + behind,
        ended_at=max(end, entered, answered or entered) + behind,
    )


def record_of(call: FallbackCall, begun: Begun | None, operator: str | None) -> CallRecord:
    """Return the call's complete record; what an earlier half knows already is left to it."""
    new = begun is None or not begun.classed
    times = in_order(call, begun)
    return CallRecord(
        call=begun.call if begun else own_id(call),
        node=call.node,
        revision=_revision(begun),
        arrived_at=begun.arrived_at if begun else times.entered_at,
        sip_call_id=call.sip_call_id,
        ani=call.ani,
        dialled=call.dialled,
        queued_at=None if begun else times.entered_at,
        answered_at=times.answered_at,
        ended_at=times.ended_at,
        service_class=ServiceClass.EMERGENCY if new else None,
        class_source=ClassSource.FALLBACK if new else None,
        operator=None if operator is None else OperatorName(operator),
        position=call.position,
        outcome=call.outcome,
        ended_by=call.ended_by,
        location=call.location,
    )


def _revision(begun: Begun | None) -> int:
    """Return one that outranks what we had; to take the same call in again and again ends at no limit."""
    if begun is None:
        return OUTRANKS
    return begun.revision + (1 if begun.taken else OUTRANKS)


def facts_of(call: FallbackCall, begun: Begun | None, record: CallRecord) -> list[Fact]:
    """Return what happened in the fallback; a fact's number is the call's age in ms, the same every time."""
    times = in_order(call, begun)
    happenings: list[tuple[float | None, facts.Happening]] = [
        (times.entered_at, facts.FallbackEntered(call.leg)),
        (times.answered_at, facts.FallbackAnswered(call.position, record.operator)),
        (times.ended_at, facts.Ended(call.outcome, call.ended_by)),
    ]
    noted: list[Fact] = []
    for at, what in happenings:
        if at is not None:
            age = max(0, int((at - record.arrived_at) * 1000))
            seq = max(age, noted[-1].seq + 1) if noted else age
            noted.append(facts.fact_of(record.call, seq, at, what))
    return noted
