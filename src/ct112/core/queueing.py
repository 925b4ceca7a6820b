"""The order of the one queue: a pure function from a waiting call to its sort key."""

from typing import assert_never

from ct112.core.record import ServiceClass

Key = tuple[int, bool, float, str]


def queue_key(
    service_class: ServiceClass | None,
    *,
    first: bool,
    queued_at: float,
    name: str,
    now: float,
    patience_seconds: float,
) -> Key:
    """Return where a call stands in the queue; the smallest key is served first.

    Emergency before urgent before information; in a class, calls that lost their operator (`first`),
    then the oldest. An information call that has waited `patience_seconds` counts as urgent, so a stream of
    urgent calls cannot starve it. Nothing ever counts as an emergency but an emergency: while there are
    more of them than operators the others wait, and that is meant. A call without a class is an emergency.
    """
    waited = now - queued_at
    return (_rank(service_class, waited >= patience_seconds), not first, queued_at, name)


def _rank(service_class: ServiceClass | None, impatient: bool) -> int:
    match service_class:
        case None | ServiceClass.EMERGENCY:
            return 0
        case ServiceClass.URGENT:
            return 1
        case ServiceClass.INFORMATION:
            return 1 if impatient else 2
        case _:
            assert_never(service_class)
