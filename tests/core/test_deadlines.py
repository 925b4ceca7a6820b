"""Who is due next is the same as if everybody had been asked, and the memory stays bounded."""

from hypothesis import given
from hypothesis import strategies as st

from ct112.core.deadlines import SLACK, Deadlines

ITEMS = 5
changes = st.lists(st.tuples(st.integers(0, ITEMS - 1), st.none() | st.integers(0, 20).map(float)))


@given(changes)
def test_the_first_is_the_earliest_of_all(steps: list[tuple[int, float | None]]) -> None:
    times: dict[int, float | None] = {}
    deadlines = Deadlines[int]()
    for item, time in steps:
        times[item] = time
        deadlines.set(item, time)
        known = [time for time in times.values() if time is not None]
        first = deadlines.first()
        assert (first[0] if first else None) == min(known, default=None)
        assert first is None or times[first[1]] == first[0]


def test_what_no_longer_counts_is_thrown_out() -> None:
    deadlines = Deadlines[int]()
    deadlines.set(2, 5.0)
    for number in range(1000):
        deadlines.set(1, 10.0 + number)  # later every time: the old ones never come up
    assert len(deadlines._heap) <= 4 + SLACK
    assert deadlines.first() == (5.0, 2)
