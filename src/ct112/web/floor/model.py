"""What is live, as the API shows it. `revision`: of a thing, for If-Match of an ask about it."""

from typing import Literal
from uuid import UUID

from ct112.core.call_outs import CallOutPhase, CallOutResult
from ct112.core.record import ClassSource, ServiceClass
from ct112.web.calls.model import Location
from ct112.web.values import Instant, Shown

CallStateName = Literal[
    "arriving", "in_menu", "waiting", "kept", "offered", "joining", "talking", "stranded", "leaving"
]
SeatStateName = Literal["off_duty", "ready", "ringing", "on_call", "wrap_up", "resting"]


class LiveCallView(Shown):
    """A call under way. `first`: served before its class. Who calls is null for those who need not know."""

    id: UUID
    node: str
    state: CallStateName
    revision: int
    ani: str | None
    dialled: str | None
    service_class: ServiceClass | None
    class_source: ClassSource | None
    first: bool
    arrived_at: Instant
    picked_up_at: Instant | None
    queued_at: Instant | None
    answered_at: Instant | None
    position: str | None
    operator: str | None
    location: Location | None


class LiveCallOutView(Shown):
    """An operator's call to a contact of the agency book. `contact`: its id there, or "desk".

    Empty names: it was begun before serve was restarted. `result`: of one that is over.
    """

    id: str
    agency: str
    contact: str
    phase: CallOutPhase
    result: CallOutResult | None = None


class LivePositionView(Shown):
    """A position, who sits there, and how they are.

    `since`: when it became so (null: serve is older and does not say); `until`: when wrap-up or rest ends.
    `summoned_at`: since when who sits there calls a supervisor; `coming`: who has said that they come.
    `call_out`: the call to the agency book under way there, or the last one.
    `pages`: the pages in browsers that are its phone, by the name each has given itself.
    """

    position: str
    revision: int
    operator: str | None
    state: SeatStateName
    ready: bool
    reason: str | None
    call: str | None
    since: Instant | None = None
    until: Instant | None
    summoned_at: Instant | None = None
    coming: str | None = None
    call_out: LiveCallOutView | None = None
    registered_at: tuple[str, ...]
    pages: tuple[str, ...] = ()
    refused_by: tuple[str, ...]


class LiveOperatorView(Shown):
    """A person who sits somewhere, or is about to: `moving_to`, or `leaving`, once the talk is over."""

    operator: str
    position: str | None
    state: SeatStateName | Literal["moving"]
    ready: bool
    reason: str | None
    moving_to: str | None
    leaving: bool


class LiveCallbackView(Shown):
    """Somebody who is being called back now."""

    id: str
    task: int
    number: str | None
    position: str
    phase: Literal["ringing", "dialling", "talking"]


class LiveNodeView(Shown):
    """An Asterisk; `ready`: calls there are in our hands."""

    node: str
    ready: bool


class FloorView(Shown):
    """All that is live. The WebSocket /api/v1/live goes on from here."""

    revision: int
    boot: UUID
    at: Instant
    calls: tuple[LiveCallView, ...]
    positions: tuple[LivePositionView, ...]
    operators: tuple[LiveOperatorView, ...]
    callbacks: tuple[LiveCallbackView, ...]
    nodes: tuple[LiveNodeView, ...]
