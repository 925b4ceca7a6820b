"""An operator's call to a contact of the agency book, as it is shown at the position. Data only."""

from enum import StrEnum

from ct112.core.ids import CallId
from ct112.core.value import value


class CallOutPhase(StrEnum):
    """How far a call-out has come."""

    RINGING = "ringing"  # the operator's own phone
    DIALLING = "dialling"
    TALKING = "talking"
    ENDED = "ended"


class CallOutResult(StrEnum):
    """How a call-out ended."""

    TALKED = "talked"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    FAILED = "failed"  # the number cannot be reached
    UNAVAILABLE = "unavailable"  # because of us: no line that is not kept for callers, trunk or node away
    NOT_PICKED_UP = "not_picked_up"  # the operator's own phone: nobody was dialled
    CANCELLED = "cancelled"  # the operator hung up before anybody answered


@value(frozen=True, slots=True, kw_only=True)
class CallOut:
    """The call-out under way at a position, or the last one. `contact`: its id, the number is never here.

    `agency` and `contact` are empty of one that was found after a restart; facts of before say which it is.
    """

    id: CallId
    agency: str
    contact: str
    phase: CallOutPhase
    result: CallOutResult | None = None
