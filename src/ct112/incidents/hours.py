"""Hours of a week, by the clock on the wall: for rules, and for who is on duty."""

from datetime import datetime

from ct112.core.value import value

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = 24 * 60
WEEK = 7 * DAY
ALWAYS = (1 << WEEK) - 1
"""A mask has a bit for each minute of the week, from Monday 00:00."""


@value(frozen=True, slots=True, kw_only=True)
class Hours:
    """Days (0 = Monday) and minutes of the day, from `start` until before `end`.

    An `end` that is not behind `start` lies on the next day, and belongs to the day it began on: Friday
    22:00 to 06:00 is Friday night. 07:00 to 07:00 is a day and a night.
    """

    days: frozenset[int]
    start: int
    end: int

    def mask(self) -> int:
        """Return the minutes of the week they are."""
        minutes = (self.end - self.start) if self.end > self.start else (self.end + DAY - self.start)
        found = 0
        for day in self.days:
            found |= ((1 << minutes) - 1) << (day * DAY + self.start)
        return (found | found >> WEEK) & ALWAYS  # Sunday night ends on Monday


def mask(hours: tuple[Hours, ...]) -> int:
    """Return the minutes of the week that lie in any of them; without any: always."""
    if not hours:
        return ALWAYS
    found = 0
    for some in hours:
        found |= some.mask()
    return found


def minute_of_week(at: datetime) -> int:
    """Return the minute of the week on the clock on the wall. `at`: aware, in local time.

    When the clocks go forward there are minutes that never come, when they go back some come twice: what
    counts is what the clock shows. Raises ValueError for a time that does not say where it is local.
    """
    if at.utcoffset() is None:
        raise ValueError("a time without its zone: pass local time, for example at.astimezone(zone)")
    return at.weekday() * DAY + at.hour * 60 + at.minute


def holds(minutes: int, at: datetime) -> bool:
    """Return whether a moment lies in a mask."""
    return bool(minutes >> minute_of_week(at) & 1)


def spoken(minute: int) -> str:
    """Return a minute of the week in words: "fri 22:00"."""
    day, within = divmod(minute, DAY)
    return f"{DAYS[day]} {within // 60:02d}:{within % 60:02d}"


def first_span(minutes: int) -> tuple[int, int]:
    """Return where the first run of minutes in a mask begins, and where it ends; the mask is not empty.

    A run over the end of the week ends there.
    """
    start = (minutes & -minutes).bit_length() - 1
    run = minutes >> start
    length = ((~run) & (run + 1)).bit_length() - 1
    return start, min(start + length, WEEK)
