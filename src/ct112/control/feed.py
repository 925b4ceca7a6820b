"""The feed's messages: a snapshot of the floor, then what changed.

Times are RFC 3339 in UTC. `revision` of a thing counts its visible changes; the revision of a message
counts the messages of one `boot` of serve.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ct112.core.value import value

SNAPSHOT, CHANGE = "snapshot", "change"
PARTS = ("calls", "positions", "operators", "callbacks", "nodes")
"""What a snapshot lists and a change names by id; None in a change: it is gone."""


@value(frozen=True, slots=True, kw_only=True)
class LiveCall:
    """A call under way. `ani`, `dialled` and `location` are personal: who may see them, the web decides.

    `first`: it is served before its class. `position`, `operator`: who is rung, or has it.
    """

    id: str
    node: str
    state: str  # arriving, in_menu, waiting, offered, joining, talking, stranded, leaving
    revision: int
    ani: str | None
    dialled: str
    service_class: str | None
    class_source: str | None
    first: bool
    arrived_at: datetime
    picked_up_at: datetime | None
    queued_at: datetime | None
    answered_at: datetime | None
    position: str | None
    operator: str | None
    location: Mapping[str, Any] | None


@value(frozen=True, slots=True, kw_only=True)
class LiveCallOut:
    """An operator's call to a contact of the agency book. Empty: begun before serve was restarted."""

    id: str
    agency: str
    contact: str
    phase: str  # ringing, dialling, talking, ended
    result: str | None  # talked, busy, no_answer, failed, unavailable, not_picked_up, cancelled


@value(frozen=True, slots=True, kw_only=True)
class LivePosition:
    """A position and who sits there. `since`: when it became so; `until`: when wrap-up or rest ends.

    `summoned_at`: since when who sits there calls a supervisor; `coming`: who has said that they come.

    `call_out`: the call to the agency book that is under way there, or the last one.

    `registered_at`: the nodes that have its phone; `refused_by`: those that refused its account; `pages`: the
    pages in browsers that are its phone, by the name each has given itself.
    """

    position: str
    revision: int
    operator: str | None
    state: str  # off_duty, ready, ringing, on_call, wrap_up, resting
    ready: bool
    reason: str | None
    call: str | None
    since: datetime
    until: datetime | None
    summoned_at: datetime | None
    coming: str | None
    call_out: LiveCallOut | None
    registered_at: tuple[str, ...]
    pages: tuple[str, ...]
    refused_by: tuple[str, ...]


@value(frozen=True, slots=True, kw_only=True)
class LiveOperator:
    """A person who sits somewhere, or is about to.

    `moving_to`: where they sit once the talk under way is over; `leaving`: they log out then. Who has left
    one position and waits for the next has no `position`.
    """

    operator: str
    position: str | None
    state: str  # as the position's; moving when they have none
    ready: bool
    reason: str | None
    moving_to: str | None
    leaving: bool


@value(frozen=True, slots=True, kw_only=True)
class LiveCallback:
    """Somebody who is being called back now. `number` is personal."""

    id: str
    task: int
    number: str
    position: str
    phase: str  # ringing, dialling, talking


@value(frozen=True, slots=True, kw_only=True)
class LiveNode:
    """An Asterisk node; `ready`: calls there are in our hands."""

    node: str
    ready: bool
