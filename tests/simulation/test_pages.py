"""Nights whose phones are pages in browsers, which go in the middle of talks."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from ct112.core import kept
from ct112.core.board import Board
from ct112.core.calls import Call, Kept, Talking
from ct112.core.live import LiveCalls
from ct112.core.positions import Position
from ct112.simulation.night import Failure, Night, run
from ct112.simulation.scenario import Scenario
from tests.simulation.mutations import Patch
from tests.simulation.test_nights import quiet

__all__ = ["quiet"]


def night(seed: int) -> Scenario:
    """Return a night with pages; half an hour is enough for a dozen that go."""
    return Scenario(seed=seed, hours=0.5, pages=True)


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_page_goes_its_caller_is_rung_there_and_then_at_the_next(seed: int) -> None:
    passed = Night(night(seed))
    result = passed.run()
    assert result.faults["page goes"] > 3
    rung = passed.kept_desks.count
    assert rung["same"] > 0, rung


def test_over_the_nights_callers_go_to_the_next_desk_too() -> None:
    passed = Night(replace(night(4), hours=1.0, operators=6))
    passed.run()
    assert min(passed.kept_desks.count[where] for where in ("same", "next")) > 0, passed.kept_desks.count


def a_page_that_is_back_is_not_rung(patch: Patch) -> None:
    """The caller waits for the whole time, and the page as well."""

    def back(_board: Board) -> list[tuple[Call, Position]]:
        return []

    patch(kept, "back", back)


def a_kept_desk_may_be_taken(patch: Patch) -> None:
    """Whoever calls somebody back takes a desk from the caller it is kept for."""

    def keeps(_self: LiveCalls, _position: object) -> bool:
        return False

    patch(LiveCalls, "keeps", keeps)


def another_desk_is_rung_meanwhile(patch: Patch) -> None:
    """The caller is kept for another desk than the page was at."""
    keep = kept.keep

    def elsewhere(board: Board, call: Call, state: Talking) -> None:
        keep(board, call, state)
        others = [name for name in board.positions if name != state.position]
        if isinstance(call.state, Kept) and others:
            call.state = replace(call.state, position=others[0])

    patch(kept, "keep", elsewhere)


@pytest.mark.parametrize(
    ("put_in", "seed"),
    [
        (a_page_that_is_back_is_not_rung, 1),
        (a_kept_desk_may_be_taken, 3),
        (another_desk_is_rung_meanwhile, 1),
    ],
)
def test_a_bug_put_in_on_purpose_is_found(
    put_in: Callable[[Patch], None], seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_in(monkeypatch.setattr)
    with pytest.raises(Failure, match=r"a desk is kept|a page that is back is rung") as found:
        run(replace(night(seed), hours=1.0))
    assert "--pages" in str(found.value)
