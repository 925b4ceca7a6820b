"""What one step of the floor asks for, writes down and answers: a box for each port."""

from dataclasses import dataclass, field

from ct112.core.commands import Answered, CallbackDone, TelephoneCommand, Unexpected
from ct112.core.ids import CallId, PositionName
from ct112.core.record import CallRecord, Fact

NO_CALLS: frozenset[CallId] = frozenset()
NO_POSITIONS: frozenset[PositionName] = frozenset()


@dataclass(slots=True)
class Outbox:
    """Each list is in the order in which it came about; between the lists there is no order.

    `calls`, `positions`, `callbacks`: what looks different from outside since the step before, or is gone.
    """

    telephone: list[TelephoneCommand] = field(default_factory=list)
    records: list[CallRecord] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    results: list[CallbackDone] = field(default_factory=list)
    answers: list[Answered] = field(default_factory=list)
    unexpected: list[Unexpected] = field(default_factory=list)
    calls: frozenset[CallId] = NO_CALLS
    positions: frozenset[PositionName] = NO_POSITIONS
    callbacks: frozenset[CallId] = NO_CALLS

    @property
    def shows(self) -> bool:
        """Return whether anybody who watches the floor has something to see."""
        return bool(self.facts or self.calls or self.positions or self.callbacks)


@dataclass(slots=True)
class Changed:
    """What looks different since the last step; calls and operators write their names into it."""

    calls: set[CallId] = field(default_factory=set)
    positions: set[PositionName] = field(default_factory=set)
    callbacks: set[CallId] = field(default_factory=set)

    def into(self, outbox: Outbox) -> Outbox:
        """Move all of it into the outbox, and begin again."""
        if self.calls:
            outbox.calls = frozenset(self.calls)
            self.calls.clear()
        if self.positions:
            outbox.positions = frozenset(self.positions)
            self.positions.clear()
        if self.callbacks:
            outbox.callbacks = frozenset(self.callbacks)
            self.callbacks.clear()
        return outbox
