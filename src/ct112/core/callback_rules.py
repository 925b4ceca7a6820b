"""Nobody who called is forgotten: who has to be called back, in which order, and when again. Pure."""

import re
from enum import StrEnum

from ct112.core.record import EndedBy, Outcome, ServiceClass
from ct112.core.value import value

FORGOTTEN = frozenset({Outcome.ABANDONED, Outcome.DROPPED, Outcome.FALLBACK_ABANDONED})
"""Outcomes after which the caller has to be called back."""


OURSELVES = re.compile(r"(\+?62|0)?112|((\+|00[1789]?|01017)62|0)0?([2-9][0-9]{1,2})?112")
"""112 in every form it is dialled in, with an area code too: a centre that rings itself rings for ever."""


def leads_here(number: str) -> bool:
    """Return whether who dials this number reaches this centre."""
    return OURSELVES.fullmatch(number) is not None


def was_cut_off(outcome: Outcome | None, ended_by: EndedBy | None) -> bool:
    """Return whether a talk ended by nobody's will: Asterisk restarted, or a phone died in the fallback."""
    if outcome == Outcome.FALLBACK_ANSWERED:
        return ended_by == EndedBy.SYSTEM
    return outcome == Outcome.DROPPED


def is_forgotten(outcome: Outcome | None, ended_by: EndedBy | None) -> bool:
    """Return whether the caller has to be called back."""
    return outcome in FORGOTTEN or was_cut_off(outcome, ended_by)


CLASSES = (ServiceClass.EMERGENCY, ServiceClass.URGENT, ServiceClass.INFORMATION)
"""The most urgent first."""


class TaskState(StrEnum):
    """Where a call-back task is."""

    OPEN = "open"
    TAKEN = "taken"
    CLOSED = "closed"


class CallbackResult(StrEnum):
    """How a call-back went; `called_again`: the caller reached a person before we tried."""

    REACHED = "reached"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    FAILED = "failed"  # the trunk refused it, or nobody at the position picked up
    UNAVAILABLE = "unavailable"  # because of us: trunk or node away; no try, so it never counts
    CALLED_AGAIN = "called_again"
    CANCELLED = "cancelled"


class NotDialled(StrEnum):
    """Why a number is not dialled: anybody can send any number."""

    CODE = "code"  # `*` or `#`: it would change something on our own line
    EMERGENCY = "emergency"  # 112 calling itself, or 110, 113, …
    PREMIUM = "premium"
    SATELLITE = "satellite"
    NO_DIGIT = "no_digit"


@value(frozen=True, slots=True, kw_only=True)
class CallbackPolicy:
    """What may be tuned. `window_seconds`: calls of one number within it are one task."""

    window_seconds: float = 2 * 3600
    tries: int = 3
    pause_seconds: float = 300  # after the first failed try; the second pause is twice as long
    our_pause_seconds: float = 30  # after a try that failed because of us
    forget_taken_seconds: float = 600  # a task taken so long ago, with no result, is open again


@value(frozen=True, slots=True)
class Next:
    """What becomes of a task after a try: `again_at` None closes it."""

    state: TaskState
    again_at: float | None


def after(result: CallbackResult, attempts: int, policy: CallbackPolicy, now: float) -> Next:
    """Return what follows from a try, `attempts` counting it. `now`: epoch seconds."""
    final = result in (CallbackResult.REACHED, CallbackResult.CALLED_AGAIN, CallbackResult.CANCELLED)
    if result is CallbackResult.UNAVAILABLE:
        return Next(TaskState.OPEN, now + policy.our_pause_seconds)
    if final or attempts >= policy.tries:
        return Next(TaskState.CLOSED, None)
    return Next(TaskState.OPEN, now + policy.pause_seconds * attempts)


def most_urgent(first: ServiceClass, second: ServiceClass) -> ServiceClass:
    """Return the class that counts when calls of both classes are one task."""
    return min(first, second, key=CLASSES.index)
