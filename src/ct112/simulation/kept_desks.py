"""What must hold of a desk that is kept for a caller whose operator's page went in the talk."""

from collections import Counter
from dataclasses import dataclass

from ct112.core.calls import Kept, WithOffer
from ct112.core.commands import Ring
from ct112.core.floor import Floor
from ct112.core.ids import CallId, PositionName
from ct112.simulation.city import City
from ct112.simulation.engine import broken
from ct112.simulation.on_exchange import OnExchange

BACK_SECONDS = 1.0  # a page that is back is rung by then
LATE_SECONDS = 2.0  # of a turn of ct112 that has much to do


@dataclass(slots=True)
class Desk:
    """A call and the desk kept for it. `since`, `back`: true times; `until`: by ct112's clock."""

    position: PositionName
    node: str
    since: float
    until: float
    back: float | None = None


class KeptDesks:
    """Looks at kept calls after every turn, and at who is rung. `count`: the same desk or the next."""

    def __init__(self, city: City, exchange: OnExchange) -> None:
        self._engine = city.engine
        self._exchange = exchange
        self._desks: dict[CallId, Desk] = {}
        self.count: Counter[str] = Counter()

    def begun(self) -> None:
        """A ct112 has begun: it knows of no desk that was kept."""
        self._desks.clear()

    def look(self, floor: Floor, now: float) -> None:
        """Check what must hold while a desk is kept."""
        for call in floor.calls.values():
            state = call.state
            if not isinstance(state, Kept):
                continue
            desk = self._desks.get(call.id)
            if desk is None or desk.until != state.until:
                desk = Desk(state.position, call.node, self._engine.time, state.until)
                self._desks[call.id] = desk
            self._nobody_else(floor, call.id, state)
            if self._linked(desk) and now > state.until + LATE_SECONDS:
                broken("a kept desk has an end", f"{call.id} is kept for {state.position} for too long")
            self._rung_when_back(floor, state, desk, floor.draining)

    def ringing(self, command: Ring, floor: Floor, now: float) -> bool:
        """Check that a caller whose desk is kept is rung for there, and nowhere else before its time.

        Return whether it is: then nobody was chosen from the queue.
        """
        desk = self._desks.pop(command.call, None)
        if desk is None:
            return False
        here = command.position == desk.position
        self.count["same" if here else "next"] += 1
        if not here and now < desk.until and self._linked(desk) and not floor.draining:
            broken(
                "a desk is kept", f"{command.call} is rung at {command.position}, kept for {desk.position}"
            )
        return here and now < desk.until + LATE_SECONDS

    def _nobody_else(self, floor: Floor, kept: CallId, state: Kept) -> None:
        for call in floor.calls.values():
            if isinstance(call.state, WithOffer) and call.state.position == state.position:
                broken("a desk is kept", f"{state.position} is kept for {kept}, and has {call.id}")

    def _rung_when_back(self, floor: Floor, state: Kept, desk: Desk, draining: bool) -> None:
        position, now = floor.positions[state.position], self._engine.time
        back = state.ring_at is None and position.ready and desk.node in position.phones and not draining
        if not back or not self._linked(desk):
            desk.back = None
        elif desk.back is None:
            desk.back = now
        elif now - desk.back > BACK_SECONDS:
            broken("a page that is back is rung", f"{state.position} is back, and not rung for its caller")

    def _linked(self, desk: Desk) -> bool:
        """Return whether the node has been in reach all the while."""
        return self._exchange.linked(desk.node) >= self._engine.time - desk.since
