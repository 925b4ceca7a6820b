"""The number of an incident: one that a person can say over the radio and write on a glove."""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date

FORM = re.compile(r"(\d{4})-(\d{2})(\d{2})-([1-9]\d{0,5})", re.ASCII)
SPOKEN = re.compile(r"(\d{2})(\d{2})-([1-9]\d{0,5})", re.ASCII)
YEARS_BACK = 8  # as far as from one 29 February to the next, at most


def number(day: date, serial: int) -> str:
    """Return the number of a day's `serial`-th incident: "2026-1126-14"; `day` is the centre's local date.

    What is said is the end: "eleven twenty-six, fourteen"; the day tells how old it is, and the count
    begins again each day, so that it stays short. Raises ValueError for a serial below 1.
    """
    if serial < 1:
        raise ValueError("the first incident of a day has the serial 1")
    return f"{day:%Y-%m%d}-{serial}"


def spoken(number_: str) -> str:
    """Return what is said of a number within its year. Raises ValueError when it is none."""
    found = FORM.fullmatch(number_)
    if found is None:
        raise ValueError("a number of an incident has the form 2026-1126-14")
    return f"{found[2]}{found[3]}-{found[4]}"


def heard(said: str, today: date) -> str:
    """Return the whole number of what was said: "1126-14" is of the last 26 November there was.

    A whole number stays as it is; `today` is the centre's local date. Raises ValueError when it is none.
    """
    if FORM.fullmatch(said):
        return said
    found = SPOKEN.fullmatch(said)
    days = [] if found is None else list(_days(int(found[1]), int(found[2]), today))
    if found is None or not days:
        raise ValueError("a number of an incident is said like 1126-14, and written like 2026-1126-14")
    return f"{days[0]:%Y-%m%d}-{found[3]}"


def _days(month: int, day: int, today: date) -> Iterator[date]:
    """Return the days of this month and day that have begun, the last one first."""
    for year in range(today.year, today.year - YEARS_BACK - 1, -1):
        with suppress(ValueError):  # 29 February, or no day of any year
            found = date(year, month, day)
            if found <= today:
                yield found
