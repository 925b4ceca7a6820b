"""Whether somebody is there for those who wait; when nobody is, the log says so until somebody comes."""

from collections.abc import Mapping
from dataclasses import dataclass

from ct112 import logs, metrics
from ct112.core.calls import Call, Queued
from ct112.core.ids import CallId, PositionName
from ct112.core.operators import Operator

log = logs.get("duty")

AGAIN_SECONDS = 30.0  # between two lines about the same trouble


@dataclass(frozen=True, slots=True)
class Duty:
    """How many wait, the longest of them since when, and how many people there are for them."""

    waiting: int
    longest_seconds: float
    on_duty: int  # not paused, and with a registered phone; in a talk or not

    @property
    def nobody(self) -> bool:
        """Return whether callers wait and nobody can come."""
        return self.waiting > 0 and self.on_duty == 0

    def __str__(self) -> str:
        """Return it in words."""
        people = f"{self.on_duty} on duty with a phone"
        if not self.waiting:
            return f"nobody waits, {people}"
        who = "nobody on duty" if self.nobody else people
        return f"{who} while {self.waiting} wait, the longest for {self.longest_seconds:.0f} s"


def duty(calls: Mapping[CallId, Call], operators: Mapping[PositionName, Operator], now: float) -> Duty:
    """Return how it is at `now`."""
    waits = [now - call.state.place.queued_at for call in calls.values() if isinstance(call.state, Queued)]
    people = sum(bool(seat.name and seat.phones) and (seat.ready or seat.busy) for seat in operators.values())
    return Duty(len(waits), max(0.0, *waits) if waits else 0.0, people)


class Alarm:
    """Says in log and metrics what has to be done at once: somebody has to come."""

    def __init__(self) -> None:
        """All is well."""
        self._told_at: float | None = None

    def look(self, now_is: Duty, now: float) -> None:
        """Take in how it is at `now` (seconds)."""
        metrics.longest_wait_seconds.set(now_is.longest_seconds)
        metrics.operators_on_duty.set(now_is.on_duty)
        metrics.nobody_on_duty.set(int(now_is.nobody))
        if not now_is.nobody:
            if self._told_at is not None:
                log.warning("somebody is on duty again, or nobody waits", on_duty=now_is.on_duty)
            self._told_at = None
        elif self._told_at is None or now - self._told_at >= AGAIN_SECONDS:
            self._told_at = now
            log.error(
                "callers wait and nobody is on duty",
                waiting=now_is.waiting,
                longest_seconds=round(now_is.longest_seconds),
            )
