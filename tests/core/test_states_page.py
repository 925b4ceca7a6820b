"""The page about the states says what the code does."""

from tests.core import draw_states, states_met


def test_the_page_is_up_to_date() -> None:
    """If this fails: PYTHONPATH=src:. python -m tests.core.draw_states, and look at what changed."""
    assert draw_states.PAGE.read_text() == draw_states.page()


def test_every_way_out_of_the_queue_is_an_end_or_a_person() -> None:
    """From a waiting state nothing but an operator, the fallback or the caller's leaving leads away."""
    ways = {after for start, after in states_met.call_edges() if start == "Waiting"}
    assert ways == {"Offered", "Talking", "Leaving (fallback)", "over"}


def test_a_talk_ends_only_by_people_or_by_a_broken_leg() -> None:
    """Time, failed commands and our own leaving do not end a talk."""
    edges = states_met.call_edges()
    leading_away = {label for (start, _), labels in edges.items() if start == "Talking" for label in labels}
    assert not leading_away & {
        "deadline",
        "Draining",
        "another operator is ready",
        "Ring failed",
        "Join failed",
    }
