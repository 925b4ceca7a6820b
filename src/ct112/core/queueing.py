"""The order of the one queue. The rule stands here and nowhere else.

It is restated on purpose, in other words, by the simulator's oracle (`simulation/queue_oracle.py`): a change
of the rule changes both, and `tests/core/test_queueing.py`, which also holds them together.
"""

from enum import IntEnum
from typing import assert_never

from ct112.core.policy import Policy
from ct112.core.record import ServiceClass
from ct112.core.value import value


class Rank(IntEnum):
    """Who is served before whom, whatever else there is; in one rank those in front, then the oldest."""

    EMERGENCY = 0
    URGENT = 1
    INFORMATION = 2


Key = tuple[Rank, bool, float, str]


@value(frozen=True, slots=True)
class Place:
    """A call's place in the queue, or the one it would come back to. `first`: in front of its class.

    `queued_at`: since when it counts as waiting, by the floor's `now`.
    """

    service_class: ServiceClass
    queued_at: float
    first: bool = False


def queue_key(place: Place, name: str, now: float, policy: Policy) -> Key:
    """Return where a call stands in the queue at `now`; the smallest key is served first.

    Emergency before urgent before information; in a class, calls in front (`first`: they lost their operator,
    or somebody put them there), then the oldest. An information call that has waited `patience_seconds`
    counts as urgent, so a stream of urgent calls cannot starve it. Nothing ever counts as an emergency but an
    emergency: while there are more of them than operators the others wait, and that is meant.

    Of two calls with the same class and `first` the older must come first, always: `LiveCalls` keeps a line
    for each such pair and compares only the heads.
    """
    return (_rank(place, now, policy), not place.first, place.queued_at, name)


def _rank(place: Place, now: float, policy: Policy) -> Rank:
    match place.service_class:
        case ServiceClass.EMERGENCY:
            return Rank.EMERGENCY
        case ServiceClass.URGENT:
            return Rank.URGENT
        case ServiceClass.INFORMATION:
            impatient = now - place.queued_at >= policy.patience_seconds
            return Rank.URGENT if impatient else Rank.INFORMATION
        case _:
            assert_never(place.service_class)
