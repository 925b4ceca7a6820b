"""The monthly report: a row a day and one for the month, of figures whose names never change.

What a receiver calls a column, and which it wants, says a mapping file (`mapping.py`).
"""

import calendar
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Protocol

Row = Mapping[str, str | int | float | None]
CALLS = (
    *("calls", "answered", "abandoned", "within_10_s", "within_15_s", "within_20_s"),
    *("answer_mean_seconds", "answer_p90_seconds"),
)
INCIDENTS = (
    *("incidents", "closed", "dispatched", "dispatched_within_60_s", "reached", "reached_within_15_min"),
    *("response_mean_seconds", "response_p90_seconds"),
)
BY_CLASS = ("calls", "incidents")
CLASSES = ("emergency", "urgent", "information", "none")
PREFIXES = ("incidents_of_", "asked_")
"""Figures of a category and of an agency: as many as there are; one that is not there is 0."""
FIGURES = frozenset(
    {"day", *CALLS, *INCIDENTS, *(f"{figure}_{name}" for figure in BY_CLASS for name in CLASSES)}
)


class Figures(Protocol):
    """What a span's statistics have: `store.statistics.Statistics`."""

    @property
    def calls(self) -> Sequence[Any]:
        """Return calls by class."""
        ...

    @property
    def classes(self) -> Sequence[Any]:
        """Return incidents by class."""
        ...

    @property
    def categories(self) -> Sequence[Any]:
        """Return incidents by category."""
        ...

    @property
    def agencies(self) -> Sequence[Any]:
        """Return what agencies were asked."""
        ...


@dataclass(frozen=True, slots=True)
class Month:
    """A month of a year."""

    year: int
    month: int

    @classmethod
    def read(cls, words: str) -> "Month":
        """Return the month that is written as 2026-11. Raises ValueError."""
        year, _, month = words.partition("-")
        if not (len(year) == 4 and len(month) == 2 and (year + month).isascii() and (year + month).isdigit()):
            raise ValueError("a month is written as 2026-11")
        if not (2000 <= int(year) <= 2999 and 1 <= int(month) <= 12):
            raise ValueError("a month is from 2000-01 to 2999-12")
        return cls(int(year), int(month))

    def days(self) -> list[date]:
        """Return its days."""
        count = calendar.monthrange(self.year, self.month)[1]
        return [date(self.year, self.month, day) for day in range(1, count + 1)]

    def __str__(self) -> str:
        return f"{self.year}-{self.month:02}"


def row(name: str, figures: Figures) -> Row:
    """Return a row of the report; `name`: the day, or the month."""
    return {"day": name, **dict(_of_calls(figures)), **dict(_of_incidents(figures))}


def rows(month: Month, days: Sequence[tuple[date, Figures]], whole: Figures) -> list[Row]:
    """Return the report: a row a day, and one for the month."""
    return [*(row(day.isoformat(), figures) for day, figures in days), row(str(month), whole)]


def known(figure: str) -> bool:
    """Return whether the report has this figure."""
    return figure in FIGURES or any(figure.startswith(prefix) and figure != prefix for prefix in PREFIXES)


def _of_calls(figures: Figures) -> Iterator[tuple[str, int | float | None]]:
    by_class = {each.key: asdict(each) for each in figures.calls}
    every = by_class.get("all", {})
    for figure in CALLS:
        yield figure, every.get(figure, None if figure.endswith("seconds") else 0)
    for name in CLASSES:
        yield f"calls_{name}", by_class.get(name, {}).get("calls", 0)


def _of_incidents(figures: Figures) -> Iterator[tuple[str, int | float | None]]:
    by_class = {each.key: asdict(each) for each in figures.classes}
    every = by_class.get("all", {})
    for figure in INCIDENTS:
        yield figure, every.get(figure, None if figure.endswith("seconds") else 0)
    for name in CLASSES:
        yield f"incidents_{name}", by_class.get(name, {}).get("incidents", 0)
    for each in figures.categories:
        yield f"incidents_of_{each.key}", each.incidents
    for each in figures.agencies:
        yield f"asked_{each.key}", each.asked
