"""For all tests: whoever changes a frozen value is caught. Runs before anything else of ct112 is imported.

The longest files come first (tests/durations.csv, about): else one worker ends minutes after the other.
"""

import csv
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ct112.core.value import guard_values

guard_values()

pytest_plugins = ("tests.databases",)

HERE = Path(__file__).parent


def _durations() -> dict[Path, int]:
    """Return about how many seconds the files take that take long."""
    with (HERE / "durations.csv").open(encoding="utf-8") as file:
        return {HERE.parent / row["file"]: int(row["seconds"]) for row in csv.DictReader(file)}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first; within a file, and among the short ones, nothing moves."""
    seconds = _durations()
    items.sort(key=lambda item: -seconds.get(item.path, 0))


def _ways_of_the_process() -> tuple[int, int]:
    """Return the umask and the niceness, which every test in this process shares."""
    os.umask(umask := os.umask(0o022))
    return umask, os.nice(0)


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    """Fail a test that changes them: those after it could not start a server, or would be slow."""
    before = _ways_of_the_process()
    yield
    after = _ways_of_the_process()
    if after != before:
        os.umask(before[0])
        pytest.fail(f"umask and niceness were {before}, and are {after} after this test")
