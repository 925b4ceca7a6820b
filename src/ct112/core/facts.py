"""What can happen to a call, a stay, a call to an agency or a call-out: one frozen dataclass a kind.

Store, feed and front end share them.

No field holds personal data of a caller: numbers, names, places and keys pressed live in the record, which
can be erased; a fact cannot. `operator` and `by` are names of accounts. A test holds the list of fields, and
`docs/facts.schema.json` is made of these classes.
"""

from collections.abc import Mapping
from dataclasses import fields
from enum import StrEnum
from functools import cache
from typing import Any, ClassVar, get_args, get_type_hints

from ct112.core.agency_outcomes import AgencyOutcome
from ct112.core.call_outs import CallOutResult
from ct112.core.ids import CallId, NodeName, OfferId, OperatorName, PositionName
from ct112.core.record import ClassSource, EndedBy, Fact, Outcome, ServiceClass
from ct112.core.value import value


class Reason(StrEnum):
    """Why a call waits again, or was given to the fallback."""

    DRAINING = "draining"
    FOUND = "found"
    OPERATOR_LOST = "operator lost"
    OPERATOR_LEFT = "operator left before the join"
    JOIN_FAILED = "join failed"
    JOIN_LATE = "join timed out"
    FALLBACK_FAILED = "fallback failed"


@value(frozen=True)
class Arrived:
    """A caller is at the door."""

    KIND: ClassVar[str] = "arrived"
    node: NodeName


@value(frozen=True)
class PickedUp:
    """The IVR lifted."""

    KIND: ClassVar[str] = "picked_up"


@value(frozen=True)
class Said:
    """A node of the menu is said to the caller."""

    KIND: ClassVar[str] = "said"
    node: str
    language: str


@value(frozen=True)
class KeyPressed:
    """The caller pressed a key in the menu; which one is in the record."""

    KIND: ClassVar[str] = "digit"


@value(frozen=True)
class IvrFailed:
    """The menu could not go on; `reason`: the name of an error's type, or what was missing."""

    KIND: ClassVar[str] = "ivr_failed"
    reason: str


@value(frozen=True)
class Queued:
    """The caller begins to wait for an operator."""

    KIND: ClassVar[str] = "queued"
    service_class: ServiceClass
    source: ClassSource


@value(frozen=True)
class Requeued:
    """The caller waits again."""

    KIND: ClassVar[str] = "requeued"
    reason: Reason


@value(frozen=True)
class ClassSet:
    """Somebody gave the call another class; `was`: the one before."""

    KIND: ClassVar[str] = "class_set"
    service_class: ServiceClass
    was: ServiceClass | None
    by: str


@value(frozen=True)
class PrioritySet:
    """Somebody put the call in front of its class, or back."""

    KIND: ClassVar[str] = "priority_set"
    first: bool
    by: str


@value(frozen=True)
class _OfOperator:
    """What happens between a call and an operator."""

    offer: OfferId
    position: PositionName
    operator: OperatorName | None = None


class Offered(_OfOperator):
    """The operator's phone is rung."""

    KIND: ClassVar[str] = "offered"


class Ringing(_OfOperator):
    """The operator's phone rings."""

    KIND: ClassVar[str] = "ringing"


class Accepted(_OfOperator):
    """The operator picked up."""

    KIND: ClassVar[str] = "accepted"


class Joined(_OfOperator):
    """Caller and operator hear each other."""

    KIND: ClassVar[str] = "joined"


class Held(_OfOperator):
    """The operator put the call on hold."""

    KIND: ClassVar[str] = "held"


class Resumed(_OfOperator):
    """The operator took the call back from hold."""

    KIND: ClassVar[str] = "resumed"


class Missed(_OfOperator):
    """The offer rang for its whole time."""

    KIND: ClassVar[str] = "missed"


class Declined(_OfOperator):
    """The operator refused the offer."""

    KIND: ClassVar[str] = "declined"


class Busy(_OfOperator):
    """The operator's phone was busy."""

    KIND: ClassVar[str] = "busy"


class Unreachable(_OfOperator):
    """The operator's phone could not be rung."""

    KIND: ClassVar[str] = "unreachable"


class HungUp(_OfOperator):
    """The operator's leg ended as if a talk had been hung up."""

    KIND: ClassVar[str] = "hung_up"


class Lost(_OfOperator):
    """The operator's leg broke."""

    KIND: ClassVar[str] = "lost"


class Kept(_OfOperator):
    """The operator's page went in the talk: the desk is kept for its caller for a few seconds."""

    KIND: ClassVar[str] = "kept"


class Withdrawn(_OfOperator):
    """The operator who was rung has logged out: another is rung."""

    KIND: ClassVar[str] = "withdrawn"


class Adopted(_OfOperator):
    """A talk was found after a gap and taken over."""

    KIND: ClassVar[str] = "adopted"


@value(frozen=True)
class Stranded:
    """The node of the talk is lost; its operator may be rung for other nodes' callers."""

    KIND: ClassVar[str] = "stranded"
    offer: OfferId
    position: PositionName
    operator: OperatorName | None
    node: NodeName


@value(frozen=True)
class GivenUp:
    """The call's node stayed lost."""

    KIND: ClassVar[str] = "given_up"
    node: NodeName


@value(frozen=True)
class Found:
    """A caller's leg was found after a gap."""

    KIND: ClassVar[str] = "found"
    node: NodeName


@value(frozen=True)
class Reopened:
    """A record that had its end is of a live call after all; `outcome`: the one it had."""

    KIND: ClassVar[str] = "reopened"
    outcome: Outcome | None


@value(frozen=True)
class ToFallback:
    """The caller is given to the dialplan's own queue."""

    KIND: ClassVar[str] = "fallback"
    reason: Reason


@value(frozen=True)
class Ended:
    """The call is over. `seen`: false when we only conclude it."""

    KIND: ClassVar[str] = "ended"
    outcome: Outcome
    ended_by: EndedBy
    seen: bool = True


@value(frozen=True)
class Closed:
    """An open record was closed without its call."""

    KIND: ClassVar[str] = "closed"
    outcome: Outcome


@value(frozen=True)
class FallbackEntered:
    """The dialplan's own queue took the call; `leg`: Asterisk's name for it."""

    KIND: ClassVar[str] = "fallback_entered"
    leg: str


@value(frozen=True)
class FallbackAnswered:
    """Somebody answered in the dialplan's own queue."""

    KIND: ClassVar[str] = "fallback_answered"
    position: PositionName | None
    operator: OperatorName | None


@value(frozen=True)
class _OfStay:
    """What a stay is from now on: who sits where since when, ready or paused for a reason, by whose wish."""

    operator: OperatorName
    position: PositionName
    since: float
    ready: bool
    reason: str | None
    by: str


class LoggedIn(_OfStay):
    """An operator sits down at a position."""

    KIND: ClassVar[str] = "logged_in"


class OperatorReady(_OfStay):
    """The operator takes calls."""

    KIND: ClassVar[str] = "operator_ready"


class OperatorPaused(_OfStay):
    """The operator takes no calls for a while."""

    KIND: ClassVar[str] = "operator_paused"


class LoggedOut(_OfStay):
    """The operator leaves the position."""

    KIND: ClassVar[str] = "logged_out"


@value(frozen=True)
class _OfAgencyCall:
    """What happens in a telephone call to an agency; the fact is of its delivery."""

    node: NodeName


@value(frozen=True)
class AgencyDialled(_OfAgencyCall):
    """An agency's telephone is dialled, by this trunk."""

    KIND: ClassVar[str] = "agency_dialled"
    trunk: str


class AgencyAnswered(_OfAgencyCall):
    """Somebody picked up at the agency."""

    KIND: ClassVar[str] = "agency_answered"


class AgencyTold(_OfAgencyCall):
    """The incident is said, from its beginning."""

    KIND: ClassVar[str] = "agency_told"


class AgencyWaits(_OfAgencyCall):
    """Who is there wants an operator."""

    KIND: ClassVar[str] = "agency_waits"


@value(frozen=True)
class AgencyJoined:
    """Who is at the agency and an operator hear each other."""

    KIND: ClassVar[str] = "agency_joined"
    offer: OfferId
    position: PositionName
    operator: OperatorName | None


@value(frozen=True)
class AgencyEnded(_OfAgencyCall):
    """How the call to the agency went; once for each."""

    KIND: ClassVar[str] = "agency_ended"
    outcome: AgencyOutcome


@value(frozen=True)
class CallOutBegun:
    """An operator calls a contact of the agency book; empty: what a process of before has written.

    `contact`: its id in the book. Facts of a call-out have the UUID in its name for `call`.
    """

    KIND: ClassVar[str] = "call_out_begun"
    node: NodeName
    position: PositionName
    operator: OperatorName | None
    agency: str
    contact: str
    by: str


@value(frozen=True)
class CallOutDialled:
    """The operator has picked up, and the contact is dialled by this trunk."""

    KIND: ClassVar[str] = "call_out_dialled"
    trunk: str


@value(frozen=True)
class CallOutJoined:
    """Operator and contact hear each other."""

    KIND: ClassVar[str] = "call_out_joined"


@value(frozen=True)
class CallOutEnded:
    """The call-out is over."""

    KIND: ClassVar[str] = "call_out_ended"
    result: CallOutResult


OfOperator = (
    Offered
    | Ringing
    | Accepted
    | Joined
    | Held
    | Resumed
    | Missed
    | Declined
    | Busy
    | Unreachable
    | HungUp
    | Lost
    | Withdrawn
    | Adopted
)
OfStay = LoggedIn | OperatorReady | OperatorPaused | LoggedOut
OfCall = (
    Arrived
    | PickedUp
    | Said
    | KeyPressed
    | IvrFailed
    | Kept
    | Queued
    | Requeued
    | ClassSet
    | PrioritySet
    | OfOperator
    | Stranded
    | GivenUp
    | Found
    | Reopened
    | ToFallback
    | Ended
    | Closed
    | FallbackEntered
    | FallbackAnswered
)
OfAgencyCall = AgencyDialled | AgencyAnswered | AgencyTold | AgencyWaits | AgencyJoined | AgencyEnded
OfCallOut = CallOutBegun | CallOutDialled | CallOutJoined | CallOutEnded
Happening = OfCall | OfStay | OfAgencyCall | OfCallOut
KINDS: Mapping[str, type[Happening]] = {kind.KIND: kind for kind in get_args(Happening)}


class Unreadable(ValueError):
    """What is stored is of no kind known here, or lacks something; it stays what it is."""


def fact_of(call: CallId, seq: int, at: float, what: Happening) -> Fact:
    """Return the fact as it is stored and sent; its data is not a copy."""
    return Fact(call=call, seq=seq, at=at, kind=what.KIND, data=what.__dict__)


def plain(happening: Happening) -> Mapping[str, Any]:
    """Return the data of a fact, as it is stored and sent; not a copy."""
    return happening.__dict__


def read(kind: str, data: Mapping[str, Any]) -> Happening:
    """Return what a stored fact says; what an older version wrote beyond the fields is left out.

    Raises Unreadable.
    """
    try:
        return KINDS[kind](**{name: make(data[name]) for name, make in _makers(kind).items() if name in data})
    except (KeyError, TypeError, ValueError) as error:
        raise Unreadable(f"{kind}: {type(error).__name__}") from error


@cache
def _makers(kind: str) -> Mapping[str, Any]:
    """Return for each field how its value is made again of what JSON gives."""
    hints = get_type_hints(KINDS[kind])
    return {field.name: _maker(hints[field.name]) for field in fields(KINDS[kind])}


def _maker(hint: Any) -> Any:
    enums = [kind for kind in (hint, *get_args(hint)) if isinstance(kind, type) and issubclass(kind, StrEnum)]
    if not enums:
        return lambda given: given
    return lambda given: None if given is None else enums[0](given)
