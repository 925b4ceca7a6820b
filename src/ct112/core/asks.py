"""What a person may ask of the floor, and why it may refuse. Data only: `answering` decides."""

from enum import StrEnum
from typing import NewType

from ct112.core.ids import CallId, OperatorName, PositionName
from ct112.core.record import ServiceClass
from ct112.core.value import value

AskId = NewType("AskId", str)
"""Chosen by the client, a UUID: the same id again is the same ask, and gets the same answer."""


class SummonsState(StrEnum):
    """How far a summons is."""

    ASKED = "asked"
    COMING = "coming"
    OVER = "over"


@value(frozen=True, slots=True)
class SetClass:
    """Give a call another service class; one that waits moves to its place there."""

    call: CallId
    service_class: ServiceClass


@value(frozen=True, slots=True)
class SetPriority:
    """Put a waiting call in front of its class, or back into its place by time."""

    call: CallId
    first: bool


@value(frozen=True, slots=True)
class Sit:
    """Log an operator in at a position, or move them there. `ready`: takes calls from now on.

    `ready` None: as they are, and ready who was nowhere. `reason`: why not ready, from the centre's list.
    """

    position: PositionName
    operator: OperatorName
    ready: bool | None = None
    reason: str | None = None


@value(frozen=True, slots=True)
class Leave:
    """Log out an operator, or whoever sits at a position (one of the two); a talk under way goes on."""

    position: PositionName | None = None
    operator: OperatorName | None = None


@value(frozen=True, slots=True)
class SetState:
    """Make an operator ready, or paused for a reason from the centre's list."""

    operator: OperatorName
    ready: bool
    reason: str | None = None


@value(frozen=True, slots=True)
class Summon:
    """Call a supervisor to a position, say that one is coming, or that it is over."""

    position: PositionName
    state: SummonsState


@value(frozen=True, slots=True)
class CallContact:
    """Ring the operator's own phone, then call this contact of the agency book (a call-out).

    `number` is the contact's; whoever asks may name agency and contact alone.
    """

    operator: OperatorName
    agency: str
    contact: str
    number: str


Ask = SetClass | SetPriority | Sit | Leave | SetState | Summon | CallContact


class AskCode(StrEnum):
    """Why an ask was refused, for programs."""

    STALE = "stale"  # what it is about has changed since the client looked
    REPEATED_DIFFERS = "repeated-differs"  # the id was used for another ask
    UNKNOWN = "unknown"  # there is no such call, position or operator
    BUSY = "busy"
    NOT_POSSIBLE = "not-possible"
    FAILED = "failed"  # our fault


@value(frozen=True, slots=True)
class Refusal:
    """Why an ask is refused; `reason`: one sentence for people that says what to do."""

    code: AskCode
    reason: str
