"""What is written down about a call: one record, and the facts it was made of."""

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from typing import Any

from ct112.core.ids import CallId, NodeName, OperatorName, PositionName
from ct112.core.value import Changeable, value


class ServiceClass(StrEnum):
    """The three classes every call belongs to (Kota Pekalongan's Call Center 112)."""

    EMERGENCY = "emergency"
    URGENT = "urgent"
    INFORMATION = "information"


class ClassSource(StrEnum):
    """How the class came about."""

    DIGIT = "digit"
    SILENCE = "silence"
    INVALID = "invalid"
    LINE = "line"
    FAILURE = "failure"
    FALLBACK = "fallback"
    PERSON = "person"  # somebody of the centre changed it


class Outcome(StrEnum):
    """How a call ended.

    `fallback`: it went to the dialplan's own queue, whose end we did not see. `dropped`: its Asterisk
    ended under it.
    """

    ANSWERED = "answered"
    ABANDONED = "abandoned"
    FALLBACK = "fallback"
    FALLBACK_ANSWERED = "fallback_answered"
    FALLBACK_ABANDONED = "fallback_abandoned"
    DROPPED = "dropped"


class EndedBy(StrEnum):
    """Who ended the call."""

    CALLER = "caller"
    OPERATOR = "operator"
    SYSTEM = "system"


@value(frozen=True, kw_only=True)
class CallRecord(Changeable):
    """One call as it is known now; written at every change, the last one has `ended_at`.

    Times are epoch seconds UTC, never earlier than one before. `revision` grows with every change: a
    writer keeps the highest. `node_up_since`: when the node's Asterisk was started, by the node's own
    clock; it tells this run of it from the next, and is not for the database.
    """

    call: CallId
    node: NodeName
    arrived_at: float
    revision: int = 0
    sip_call_id: str | None = None
    ani: str | None = None
    dialled: str = ""
    picked_up_at: float | None = None
    queued_at: float | None = None
    answered_at: float | None = None
    ended_at: float | None = None
    service_class: ServiceClass | None = None
    class_source: ClassSource | None = None
    ivr_version: int | None = None
    ivr_path: tuple[str, ...] = ()
    keys_pressed: str | None = None  # pressed in the menu; personal, so here and in no fact
    operator: OperatorName | None = None
    position: PositionName | None = None
    outcome: Outcome | None = None
    ended_by: EndedBy | None = None
    location: Mapping[str, Any] | None = None
    recording: Mapping[str, Any] | None = None
    node_up_since: float | None = None

    @property
    def latest(self) -> float:
        """The latest of its times: no later one may lie before it, whatever the clocks say."""
        latest = self.arrived_at
        for time in (self.picked_up_at, self.queued_at, self.answered_at, self.ended_at):
            if time is not None and time > latest:
                latest = time
        return latest


@value(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing that happened to a call. `seq` orders the facts of a call; gaps are normal."""

    call: CallId
    seq: int
    at: float
    kind: str
    data: Mapping[str, Any] = field(default_factory=dict)
