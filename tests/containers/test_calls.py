"""How the proof judges whether a talk was touched."""

import pytest

from lab.containers.calls import missing
from lab.diary import Span


@pytest.mark.parametrize(
    ("spans", "lost"),
    [
        ([Span(523, 90, 110, 20)], 0),  # from before to after
        ([Span(523, 100, 110, 10)], 0),
        ([], 10),  # never heard
        ([Span(523, 80, 95, 15)], 10),  # only before
        ([Span(523, 90, 104, 14), Span(523, 105, 110, 5)], 1),  # a gap
        ([Span(523, 90, 107, 17)], 3),  # it ended
        ([Span(523, 100, 110, 9)], 1),  # many small gaps in one stretch
    ],
)
def test_what_was_not_heard_of_ten_seconds(spans: list[Span], lost: float) -> None:
    assert missing(spans, 100, 110) == pytest.approx(lost)
