"""For all tests: whoever changes a frozen value is caught. Runs before anything else of ct112 is imported."""

import os
from collections.abc import Iterator

import pytest

from ct112.core.value import guard_values

guard_values()


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
