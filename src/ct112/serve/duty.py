"""Whether somebody is there for those who wait, and as many as the roster plans; the log says when not."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ct112 import logs, metrics
from ct112.core.calls import Call, Queued
from ct112.core.ids import CallId, PositionName
from ct112.core.positions import Position
from ct112.serve.known import RosterEntry

log = logs.get("duty")

AGAIN_SECONDS = 30.0  # between two lines about callers nobody is there for
EMPTY_SECONDS, EMPTY_AGAIN_SECONDS = 60.0, 300.0  # nobody on duty, and nobody waits: yet
SHORT_SECONDS, SHORT_AGAIN_SECONDS = 300.0, 900.0  # fewer than planned: somebody may be late


@dataclass(frozen=True, slots=True)
class Duty:
    """How many wait, the longest of them since when, and how many people there are and should be."""

    waiting: int
    longest_seconds: float
    on_duty: int  # not paused, and with a registered phone; in a talk or not
    logged_in: int = 0  # paused or not, with a phone or not
    planned: int = 0  # by the roster, now
    without_phone: int = 0  # logged in, and their phone is not registered

    @property
    def nobody(self) -> bool:
        """Return whether callers wait and nobody can come."""
        return self.waiting > 0 and self.on_duty == 0

    @property
    def missing(self) -> int:
        """Return how many fewer are logged in than the roster plans."""
        return max(0, self.planned - self.logged_in)

    @property
    def well(self) -> bool:
        """Return whether somebody is on duty, and nobody is missing."""
        return self.on_duty > 0 and not self.missing

    def __str__(self) -> str:
        """Return it in words."""
        people = f"{self.on_duty} on duty with a phone"
        plan = f"; {self.logged_in} logged in, {self.planned} planned" if self.planned else ""
        if not self.waiting:
            return f"nobody waits, {people}{plan}"
        who = "nobody on duty" if self.nobody else people
        return f"{who} while {self.waiting} wait, the longest for {self.longest_seconds:.0f} s{plan}"


def planned(roster: Iterable[RosterEntry], wall: float) -> int:
    """Return how many people should be on duty: those named, or the number said, whichever is more."""
    now = [entry for entry in roster if entry.starts_at <= wall < entry.ends_at]
    named = {entry.operator for entry in now if entry.operator is not None}
    return max([len(named), *(entry.people for entry in now if entry.operator is None)])


def duty(
    calls: Mapping[CallId, Call],
    operators: Mapping[PositionName, Position],
    now: float,
    should_be: int = 0,
) -> Duty:
    """Return how it is at `now`; `should_be`: as many as the roster plans."""
    waits = [now - call.state.place.queued_at for call in calls.values() if isinstance(call.state, Queued)]
    people = sum(
        bool(seat.operator and seat.phones) and (seat.ready or seat.busy) for seat in operators.values()
    )
    seated = [seat for seat in operators.values() if seat.operator is not None]
    longest = max(0.0, *waits) if waits else 0.0
    without = sum(not seat.phones for seat in seated)
    return Duty(len(waits), longest, people, len(seated), should_be, without)


class Bell:
    """Rings when something has been wrong for `after` seconds, and every `again` seconds while it is."""

    def __init__(self, after: float, again: float) -> None:
        """All is well."""
        self._after, self._again = after, again
        self._since: float | None = None
        self._told_at: float | None = None

    def rings(self, now: float, *, wrong: bool) -> bool:
        """Take in how it is at `now` (seconds); return whether it is to be said now."""
        if not wrong:
            self._since = self._told_at = None
            return False
        self._since = now if self._since is None else self._since
        last = self._since + self._after - self._again if self._told_at is None else self._told_at
        if now - last < self._again:
            return False
        self._told_at = now
        return True

    @property
    def told(self) -> bool:
        """Whether it has been said, and is still so."""
        return self._told_at is not None


class Alarm:
    """Says in log and metrics what has to be done at once: somebody has to come."""

    def __init__(self) -> None:
        """All is well."""
        self._nobody = Bell(0.0, AGAIN_SECONDS)
        self._empty = Bell(EMPTY_SECONDS, EMPTY_AGAIN_SECONDS)
        self._short = Bell(SHORT_SECONDS, SHORT_AGAIN_SECONDS)

    def look(self, now_is: Duty, now: float) -> None:
        """Take in how it is at `now` (seconds)."""
        metrics.longest_wait_seconds.set(now_is.longest_seconds)
        metrics.operators_on_duty.set(now_is.on_duty)
        metrics.operators_planned.set(now_is.planned)
        metrics.operators_missing.set(now_is.missing)
        metrics.operators_without_phone.set(now_is.without_phone)
        metrics.nobody_on_duty.set(int(now_is.nobody))
        was_told = self._nobody.told
        if self._nobody.rings(now, wrong=now_is.nobody):
            longest = round(now_is.longest_seconds)
            log.error("callers wait and nobody is on duty", waiting=now_is.waiting, longest_seconds=longest)
        elif was_told and not now_is.nobody:
            log.warning("somebody is on duty again, or nobody waits", on_duty=now_is.on_duty)
        if self._empty.rings(now, wrong=now_is.on_duty == 0 and not now_is.nobody):
            log.error("nobody is on duty", logged_in=now_is.logged_in, planned=now_is.planned)
        if self._short.rings(now, wrong=now_is.missing > 0):
            log.error(
                "fewer people are logged in than the roster plans",
                logged_in=now_is.logged_in,
                planned=now_is.planned,
            )
