"""How the proof judges whether a talk was touched."""

import pytest

from lab.containers.calls import longest_gap
from lab.diary import Span


@pytest.mark.parametrize(
    ("spans", "gap"),
    [
        ([Span(523, 90, 110, 20)], 0),  # from before to after
        ([Span(523, 100, 110, 10)], 0),
        ([], 10),  # never heard
        ([Span(523, 80, 95, 15)], 10),  # only before
        ([Span(523, 90, 104, 14), Span(523, 105, 110, 5)], 1),
        ([Span(523, 105, 110, 5), Span(523, 90, 104, 14)], 1),
        ([Span(523, 90, 107, 17)], 3),  # it ended
        ([Span(523, 102, 110, 8)], 2),  # it began late
    ],
)
def test_the_longest_gap_of_ten_seconds(spans: list[Span], gap: float) -> None:
    assert longest_gap(spans, 100, 110) == pytest.approx(gap)
