"""What is due for a dispatch: whom to try next, and until when an acknowledgement is waited for. Pure.

Each thing an agency is told (a new dispatch, a change, a stand-down) goes the agency's ways in their
order, one at a time. A way that failed, was declined or was not acknowledged within its limit is followed by
the next; behind the last stands the supervisor. So nothing that was to be told is ever without something
that is due: a delivery with a moment, or a line on the supervisor's list.
"""

import hashlib
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from ct112.core.value import value
from ct112.incidents.agencies import Step

LIMIT_SECONDS: Mapping[int, int] = {1: 60, 2: 120, 3: 300, 4: 900}
"""How long an acknowledgement is waited for by the incident's priority, where the way says nothing."""
FIRST_RETRY = timedelta(seconds=1)
LONGEST_RETRY = timedelta(seconds=10)
TALK = timedelta(minutes=3)
"""How long past its limit a person of the agency may be on the line before the next step is due."""


@value(frozen=True, slots=True)
class Try:
    """Try this step now, and wait for an acknowledgement until `limit`."""

    step: Step
    limit: datetime


@value(frozen=True, slots=True)
class TellSupervisor:
    """Nobody of the agency is left to try: a person of the centre has to."""

    reason: str


@value(frozen=True, slots=True)
class Again:
    """The same delivery is tried again at this moment."""

    at: datetime


def key(step: Step) -> str:
    """Return what tells one step of an agency from another, however its list changes meanwhile.

    A digest: a number or an address is somebody's.
    """
    where = step.url or step.address or step.number or ""
    return hashlib.sha256(f"{step.way}\n{step.contact or ''}\n{where}".encode()).hexdigest()[:32]


def next_step(
    steps: Collection[Step], tried: Collection[str], priority: int, now: datetime
) -> Try | TellSupervisor:
    """Return whom to try next. `steps`: those of now, so that nobody off duty is rung; `tried`: keys."""
    for step in steps:
        if key(step) not in tried:
            return Try(step, now + limit(step, priority))
    reason = "nobody of the agency acknowledged" if tried else "nobody of the agency can be reached now"
    return TellSupervisor(reason)


def limit(step: Step, priority: int) -> timedelta:
    """Return how long an acknowledgement is waited for on this way."""
    return timedelta(seconds=step.within_seconds or LIMIT_SECONDS[priority])


def after_failure(attempts: int, limit_at: datetime, now: datetime) -> Again | None:
    """Return when a delivery that failed is tried again; None: its time is over, and the next step is due.

    `attempts`: how often it was tried; each pause is twice the one before.
    """
    pause = min(FIRST_RETRY * 2 ** min(attempts - 1, 10), LONGEST_RETRY)
    return None if now + pause >= limit_at else Again(now + pause)


def look_again(seconds: float, limit_at: datetime, now: datetime, *, listens: bool) -> Again | None:
    """Return when what is under way is looked at again; None: its time is over, and the next step is due."""
    at = now + timedelta(seconds=seconds)
    return Again(at) if at < limit_at + (TALK if listens else timedelta()) else None
