"""How an incident stands, and what may happen to it: one flat table, drawn into docs/states.md."""

from collections.abc import Mapping
from enum import StrEnum


class Status(StrEnum):
    """How an incident stands."""

    OPEN = "open"  # nobody has been asked to act yet
    DISPATCHED = "dispatched"  # an agency was asked to act
    CLOSED = "closed"
    MERGED = "merged"  # it was another incident all along


class Step(StrEnum):
    """What may happen to an incident; the kind of a line in its trail."""

    OPENED = "opened"
    CHANGED = "changed"
    CALL_JOINED = "call_joined"
    TOOK_IN = "took_in"  # another incident was merged into this one
    DISPATCHED = "dispatched"
    MERGED = "merged"  # into another one
    CLOSED = "closed"
    REOPENED = "reopened"


LIVE = frozenset({Status.OPEN, Status.DISPATCHED})

TABLE: Mapping[tuple[Status, Step], Status] = {
    (Status.OPEN, Step.CHANGED): Status.OPEN,
    (Status.OPEN, Step.CALL_JOINED): Status.OPEN,
    (Status.OPEN, Step.TOOK_IN): Status.OPEN,
    (Status.OPEN, Step.DISPATCHED): Status.DISPATCHED,
    (Status.OPEN, Step.MERGED): Status.MERGED,
    (Status.OPEN, Step.CLOSED): Status.CLOSED,
    (Status.DISPATCHED, Step.CHANGED): Status.DISPATCHED,
    (Status.DISPATCHED, Step.CALL_JOINED): Status.DISPATCHED,
    (Status.DISPATCHED, Step.TOOK_IN): Status.DISPATCHED,
    (Status.DISPATCHED, Step.DISPATCHED): Status.DISPATCHED,
    (Status.DISPATCHED, Step.MERGED): Status.MERGED,
    (Status.DISPATCHED, Step.CLOSED): Status.CLOSED,
    (Status.CLOSED, Step.CALL_JOINED): Status.CLOSED,
    (Status.CLOSED, Step.REOPENED): Status.OPEN,
}
"""What may happen, and how the incident stands then. What is not in it is refused."""

REMEDIES: Mapping[Status, str] = {
    Status.OPEN: "it is open already",
    Status.DISPATCHED: "it is under way already",
    Status.CLOSED: "it is closed: reopen it first",
    Status.MERGED: "it was merged into another incident: use that one",
}


class IncidentRefused(ValueError):
    """This cannot happen to an incident that stands so; the text says why and what to do."""


def after(status: Status, step: Step) -> Status:
    """Return how an incident stands after this. Raises IncidentRefused."""
    try:
        return TABLE[status, step]
    except KeyError:
        raise IncidentRefused(REMEDIES[status]) from None
