"""What the handlers work with: made once by the composition, given to each handler that asks for it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from ct112.http.health import Health
from ct112.store import Store
from ct112.web.access.gate import Gate
from ct112.web.callbacks.model import Callback
from ct112.web.ivr.workshop import Workshop
from ct112.web.live.hub import Live
from ct112.web.positions.model import PositionView


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Everything behind the API.

    `take` rings an operator's phone and then whom a call-back is for, asked for by the last name; it raises
    Conflict, LiveAway, Unavailable. `live`: the floor, as `ct112 serve` tells it.
    """

    gate: Gate
    health: Callable[[], Health]
    store: Store
    take: Callable[[int, str, str], Awaitable[Callback]]
    positions: Callable[[], Sequence[PositionView]]
    workshop: Workshop
    live: Live
