"""What one step of the floor asks for, writes down and answers: a box for each port."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ct112.core.commands import AgencyCallDone, Answered, CallbackDone, TelephoneCommand, Unexpected
from ct112.core.record import CallRecord, Fact

if TYPE_CHECKING:
    from ct112.core.callbacks import Callback
    from ct112.core.calls import Call
    from ct112.core.positions import Position


@dataclass(init=False)
class Outbox:
    """Each list is in the order in which it came about; between the lists there is no order.

    `changed`: what looks different from outside since the step before, or is gone; some of it named twice.
    """

    telephone: list[TelephoneCommand]
    records: list[CallRecord]
    facts: list[Fact]
    results: Sequence[CallbackDone] = ()
    agency_results: Sequence[AgencyCallDone] = ()
    answers: Sequence[Answered] = ()
    unexpected: Sequence[Unexpected] = ()
    changed: Sequence["Call | Position | Callback"] = ()

    def __init__(self) -> None:
        """Start with nothing; by hand, because every step makes one: what is rare stays with the class."""
        self.telephone, self.records, self.facts = [], [], []

    @property
    def shows(self) -> bool:
        """Return whether anybody who watches the floor has something to see."""
        return bool(self.facts or self.changed)
