"""The number of an incident: one that a person can say over the radio and write on a glove."""

import re
from datetime import date

FORM = re.compile(r"(\d{4})-(\d{2})(\d{2})-([1-9]\d{0,5})", re.ASCII)


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
