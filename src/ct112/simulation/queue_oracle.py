"""Who is to be served before whom, in the simulator's own words.

Independent of `core/queueing.py` on purpose. It reads the class from the record and judges only what is
certain: of two calls in front of their class either may be served first.
"""

from ct112.core.calls import Call, Offered, Waiting
from ct112.core.policy import Policy
from ct112.core.record import ServiceClass

ORDER = ("emergency", "urgent", "information")
"""The groups of callers as they are served. A call without a class is an emergency."""


def certainly_before(other: Call, served: Call, now: float, policy: Policy) -> bool:
    """Return whether the queued call `other` had to be served before `served`."""
    assert isinstance(other.state, Waiting | Offered)
    assert isinstance(served.state, Waiting | Offered)
    group, served_group = (
        _group(call.record.service_class, waited(call, now), policy) for call in (other, served)
    )
    if group != served_group:
        return ORDER.index(group) < ORDER.index(served_group)
    in_front = other.state.place.first or served.state.place.first
    return not in_front and waited(other, now) > waited(served, now)


def waited(call: Call, now: float) -> float:
    """Return how long a queued call has waited, in seconds."""
    assert isinstance(call.state, Waiting | Offered)
    return now - call.state.place.queued_at


def _group(service_class: ServiceClass | None, waited_seconds: float, policy: Policy) -> str:
    if service_class is ServiceClass.INFORMATION and waited_seconds >= policy.patience_seconds:
        return "urgent"
    return str(service_class or "emergency")
