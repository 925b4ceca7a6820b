"""Every category in every kelurahan, by day and by night, gives what a table kept outside the rules says.

In a cell: who is asked first, `>`, who supports; `!` before it: no rule fits, the default and an alarm.
`city.csv` is what a city wants, place by place; `city.yaml` are its rules. `installed.csv` is the same for
the document an installation begins with, which makes no difference between places.
"""

import csv
import importlib.util
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ct112 import routing, shipped
from ct112.incidents.routing import Book, propose
from ct112.incidents.routing_check import World
from tests.incidents.category_codes import CODES

HERE = Path(__file__).parent
AGENCIES = ("bpbd", "damkar", "dinkes", "dinkominfo", "pln", "pmi", "polres", "satpol_pp")
MONDAY = datetime(2026, 11, 23, tzinfo=ZoneInfo("Asia/Jakarta"))
HOURS = {"day": (7, 12, 17), "night": (19, 23, 0, 5)}
UNKNOWN = "unknown"
"""The column of incidents whose place is not known."""


def rows(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(newline="") as file:
        return list(csv.DictReader(file))


def kelurahan() -> list[str]:
    """Return the columns of the table that are places."""
    return [name for name in rows("city.csv")[0] if name not in ("category", "time", UNKNOWN)]


def book(source: str) -> Book:
    """Return the rules in a document without one fatal problem."""
    world = World(
        agencies=dict.fromkeys(AGENCIES, True),
        categories=dict.fromkeys(CODES, True),
        areas=frozenset(kelurahan()),
    )
    problems, report = routing.every_problem(source, world, name="the document")
    assert report is not None, problems
    assert report.ok, problems
    return report.book


def moments(time: str) -> Iterator[datetime]:
    """Yield moments of each day of a week that are of the day, or of the night."""
    for day in range(7):
        for hour in HOURS[time]:
            yield MONDAY + timedelta(days=day, hours=hour)


def cell(rules: Book, category: str, area: str | None, at: datetime) -> str:
    """Return what the rules say, as a cell of the table."""
    found = propose(rules, category, area, at)
    return f"{'!' if found.alarm else ''}{' '.join(found.first)}>{' '.join(found.supporting)}"


def test_the_tables_have_every_category_and_27_kelurahan_by_day_and_night() -> None:
    assert len(kelurahan()) == len(set(kelurahan())) == 27
    pairs = [(row["category"], row["time"]) for row in rows("city.csv")]
    assert sorted(pairs) == sorted((code, time) for code in CODES for time in HOURS)
    assert {row["category"] for row in rows("installed.csv")} == set(CODES)


@pytest.mark.parametrize("row", rows("city.csv"), ids=lambda row: f"{row['category']} {row['time']}")
def test_a_citys_rules_give_what_its_table_says(row: dict[str, str]) -> None:
    rules = book((HERE / "city.yaml").read_text())
    wrong = {
        (place, at.isoformat()): said
        for place in (*kelurahan(), UNKNOWN)
        for at in moments(row["time"])
        if (said := cell(rules, row["category"], None if place == UNKNOWN else place, at)) != row[place]
    }
    assert wrong == {}


def test_the_document_of_the_installation_gives_what_its_table_says_everywhere() -> None:
    rules = book(installed())
    wrong = [
        (row["category"], place, at.isoformat())
        for row in rows("installed.csv")
        for time in HOURS
        for place in (*kelurahan(), None)
        for at in (MONDAY.replace(hour=12 if time == "day" else 23),)
        if cell(rules, row["category"], place, at) != row[time]
    ]
    assert wrong == []


def installed() -> str:
    """Return the document the migration puts in force."""
    (file,) = (shipped.migrations() / "versions").glob("*_agencies_routing.py")
    spec = importlib.util.spec_from_file_location("agencies_routing", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return str(module.SOURCE)
