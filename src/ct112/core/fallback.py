"""A call the dialplan's own queue took while we were away: its notes as record and facts. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ct112.core.ids import CallId, NodeName, OperatorName, PositionName, derive_call_id
from ct112.core.record import CallRecord, ClassSource, EndedBy, Fact, Outcome, ServiceClass

OUTRANKS = 10**15
"""Added to a record's revision (microseconds): what Asterisk saw itself outranks what we conclude later."""


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
    """The record we had begun for the call before it went to the fallback."""

    call: CallId
    revision: int
    arrived_at: float
    classed: bool


def record_of(found: FallbackCall, begun: Begun | None, operator: str | None) -> CallRecord:
    """Return the call's complete record; what an earlier half knows already is left to it."""
    new = begun is None or not begun.classed
    return CallRecord(
        call=begun.call if begun else derive_call_id(found.node, found.leg, found.entered_at),
        node=found.node,
        revision=(begun.revision if begun else 0) + OUTRANKS,
        arrived_at=begun.arrived_at if begun else found.entered_at,
        sip_call_id=found.sip_call_id,
        ani=found.ani,
        dialled=found.dialled,
        queued_at=None if begun else found.entered_at,
        answered_at=found.answered_at,
        ended_at=max(found.ended_at, found.answered_at or found.entered_at),
        service_class=ServiceClass.EMERGENCY if new else None,
        class_source=ClassSource.FALLBACK if new else None,
        operator=None if operator is None else OperatorName(operator),
        position=found.position,
        outcome=found.outcome,
        ended_by=found.ended_by,
        location=found.location,
    )


def facts_of(found: FallbackCall, record: CallRecord) -> list[Fact]:
    """Return what happened in the fallback; a fact's number is the call's age in ms, the same every time."""
    told: list[tuple[str, float | None, dict[str, Any]]] = [
        ("fallback_entered", found.entered_at, {}),
        ("fallback_answered", found.answered_at, {"position": found.position, "operator": record.operator}),
        ("ended", record.ended_at, {"outcome": found.outcome.value, "ended_by": found.ended_by.value}),
    ]
    facts: list[Fact] = []
    for kind, at, data in told:
        if at is not None:
            age = max(0, int((at - record.arrived_at) * 1000))
            seq = max(age, facts[-1].seq + 1) if facts else age
            facts.append(Fact(call=record.call, seq=seq, at=at, kind=kind, data=data))
    return facts
