"""What the handlers work with: made once by the composition, given to each handler that asks for it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ct112.http.health import Health
from ct112.web.callbacks.model import CallbacksSource
from ct112.web.calls.model import CallsSource
from ct112.web.positions.model import PositionView


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Everything behind the API. `ivr`: the settings a document is judged by here."""

    health: Callable[[], Health]
    calls: CallsSource
    callbacks: CallbacksSource
    positions: Callable[[], Sequence[PositionView]]
    ivr: Mapping[str, object]
