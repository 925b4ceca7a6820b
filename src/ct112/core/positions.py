"""The states an operator at a position can be in, and how one becomes another."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ct112.core.call_outs import CallOut
from ct112.core.ids import CallId, NodeName, OfferId, OperatorName, PositionName
from ct112.core.value import value


@value(frozen=True, slots=True)
class OffDuty:
    """Nobody there, or paused: gets no calls."""


@value(frozen=True, slots=True)
class Ready:
    """Gets the next call if the phone is registered; `idle_since` orders the ready ones."""

    idle_since: float


@value(frozen=True, slots=True)
class Ringing:
    """The phone rings for this offer; `idle_since` is kept in case the caller leaves."""

    call: CallId
    offer: OfferId
    idle_since: float


@value(frozen=True, slots=True)
class OnCall:
    """Picked up: about to be joined, or talking."""

    call: CallId
    offer: OfferId
    idle_since: float


@value(frozen=True, slots=True)
class WrapUp:
    """Finishing notes after a talk."""

    until: float


@value(frozen=True, slots=True)
class Resting:
    """Did not take an offer: a short pause, then behind the others."""

    until: float


OperatorState = OffDuty | Ready | Ringing | OnCall | WrapUp | Resting


@dataclass(slots=True, kw_only=True, eq=False)
class Position:
    """A position, who sits there, and what they do now. `phones`: nodes where the phone is registered.

    `pages`: which page is its phone at each of them; "" where none is.
    `reason`: why they are paused. `listed`: it is one of the centre's positions, and not just a phone.
    `watch` hears of every new state; `revision` counts the changes. `since`: when who sits there, or what
    they do, became as it is, by the machine's clock. `summoned_at`: since when who sits there calls a
    supervisor, `coming`: who has said that they come. `call_out`: under way or the last one.
    """

    name: PositionName
    operator: OperatorName | None = None
    ready: bool = False
    reason: str | None = None
    listed: bool = False
    phones: set[NodeName] = field(default_factory=set)
    pages: dict[NodeName, str] = field(default_factory=dict)
    revision: int = 0
    since: float = 0.0
    summoned_at: float | None = None
    coming: str | None = None
    call_out: CallOut | None = None
    changed: list[Any] = field(default_factory=list, repr=False)
    watch: Callable[["Position"], None] | None = field(default=None, repr=False)
    _state: OperatorState = field(default_factory=OffDuty)
    _stamped: tuple[Any, ...] | None = field(default=None, repr=False)

    @property
    def state(self) -> OperatorState:
        """What the operator is doing."""
        return self._state

    @state.setter
    def state(self, state: OperatorState) -> None:
        self._state = state
        self.touch()
        if self.watch is not None:
            self.watch(self)

    def touch(self) -> None:
        """Look different from outside: count it, and be among what has changed in this step."""
        self.revision += 1
        self.changed.append(self)

    def summon(self, at: float | None, coming: str | None = None) -> None:
        """Call a supervisor since `at`, who is `coming`; None: it is over."""
        if (self.summoned_at, self.coming) != (at, coming):
            self.summoned_at, self.coming = at, coming
            self.touch()

    def show_call_out(self, call_out: CallOut | None) -> None:
        """Show how far the operator's call-out is; None: there was none."""
        if self.call_out != call_out:
            self.call_out = call_out
            self.touch()

    def stamp(self, wall: float) -> None:
        """Note since when it is as it is: at the end of a step in which it changed."""
        now = (self.operator, type(self._state), self.ready, self.reason)
        if now != self._stamped:
            self._stamped, self.since = now, wall

    @property
    def deadline(self) -> float | None:
        """When the state ends by itself."""
        return self.state.until if isinstance(self.state, WrapUp | Resting) else None

    @property
    def busy(self) -> bool:
        """Whether a call belongs to this operator now."""
        return isinstance(self.state, Ringing | OnCall)

    @property
    def unused(self) -> bool:
        """Whether nothing is known about the position any more: no person, no phone, no call."""
        return self.operator is None and not self.phones and not self.busy and not self.listed

    def list_(self, listed: bool) -> None:
        """Be one of the centre's positions, or not any more."""
        if listed != self.listed:
            self.listed = listed
            self.touch()

    def seat(self, name: OperatorName | None, ready: bool, now: float, reason: str | None = None) -> None:
        """Have this person here, ready or paused for a reason; a call under way goes on."""
        changed, before = name != self.operator, (self.operator, self.ready, self.reason)
        self.operator, self.ready, self.reason = name, ready and name is not None, reason
        if changed:
            self.summon(None)
            self.show_call_out(None)
        if before != (self.operator, self.ready, self.reason):
            self.touch()
        if self.busy:
            return
        if not self.ready:
            self.state = OffDuty()
        elif changed or isinstance(self.state, OffDuty):
            self.state = Ready(now)

    def ring(self, call: CallId, offer: OfferId, now: float) -> None:
        """Start ringing for an offer."""
        self.state = Ringing(call, offer, self._idle_since(now))

    def pick_up(self, call: CallId, offer: OfferId, now: float) -> None:
        """Be on this call from now on."""
        self.state = OnCall(call, offer, self._idle_since(now))

    def spare(self, now: float) -> None:
        """Be ready at once, in the old place: the caller left before they talked."""
        self.state = Ready(self._idle_since(now)) if self.ready else OffDuty()

    def rest(self, until: float) -> None:
        """Pause after an offer that came to nothing."""
        self.state = Resting(until) if self.ready else OffDuty()

    def wrap_up(self, until: float) -> None:
        """Pause after a talk."""
        self.state = WrapUp(until) if self.ready else OffDuty()

    def resume(self, until: float | None, now: float) -> None:
        """Be as before a call-out: ready in the old place, or in the pause that ends at `until`."""
        if until is not None and until > now and self.ready:
            self.state = WrapUp(until)
        else:
            self.spare(now)

    def let_go(self, now: float) -> None:
        """Be ready behind the others: the node of the call is lost, and the talk may still be going on."""
        self.state = Ready(now) if self.ready else OffDuty()

    def stand_by(self) -> None:
        """Get no calls until seated anew: the talk of before a restart may still be going on."""
        if not isinstance(self.state, OffDuty):
            self.state = OffDuty()

    def due(self, now: float) -> None:
        """End a pause that is over; being idle counts from its end."""
        if isinstance(self.state, WrapUp | Resting) and self.state.until <= now:
            self.state = Ready(self.state.until)

    def _idle_since(self, now: float) -> float:
        return self.state.idle_since if isinstance(self.state, Ready | Ringing | OnCall) else now
