"""What the benchmark of the screens counts; tests/browser/test_screens_bench.py: a real page."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench import report
from bench.results import Results
from bench.screens import calls, tables
from bench.screens.desk import Kept
from bench.screens.follower import Moment
from bench.screens.measure import EventFigures, ScreensFigure
from bench.screens.wall import WallFigures, judged
from bench.sniffer import Packet
from lab.places import REPOSITORY

BEGAN = 1_800_000_000


def moment(at: float, ringing: int, revision: int) -> Moment:
    """Return that so many of twenty positions ring."""
    return Moment(BEGAN + at, revision, 2, ((ringing, 0, 0), (20 - ringing, ringing, 0, 0, 0, 0)))


def frame(of: Moment, late: float = 0.01, clock: str = "") -> dict[str, Any]:
    """Return the frame that shows this so much later."""
    waiting, seats = of.shown
    shown = {"waiting": list(waiting), "seats": list(seats), "clock": clock}
    return {"at": 1000 * (of.at + late), "revision": of.revision, "shown": shown}


MOMENTS = [moment(at / 2, at, at) for at in range(11)]
"""Twice a second something else for five seconds."""


def clocks(seconds: range) -> list[dict[str, Any]]:
    """Return frames in which only the clock moves (15:00:00 in Jakarta is 8:00 UTC)."""
    return [frame(MOMENTS[0], late=-1, clock=f"15.00.{second:02d}") for second in seconds]


def test_a_wall_that_draws_everything_drops_nothing() -> None:
    figures = judged(MOMENTS, Kept([*clocks(range(6)), *map(frame, MOMENTS[1:])], []))
    assert (figures.seconds, figures.changes, figures.messages) == (4, 16, 8)
    assert (figures.dropped, figures.clock_missed, figures.wrong) == (0, 0, 0)
    assert figures.last_is_right
    assert figures.lag_ms == pytest.approx([10.0] * 8, abs=0.01)
    assert figures.longest_gap_ms == pytest.approx(500, abs=1)


def test_a_wall_that_stands_still_drops_its_seconds() -> None:
    drawn = [*MOMENTS[1:5], *MOMENTS[9:]]  # nothing after two seconds, until four and a half
    figures = judged(MOMENTS, Kept([*clocks(range(2)), *map(frame, drawn)], [], long=[{"at": 0, "ms": 900}]))
    assert (figures.dropped, figures.clock_missed) == (1, 3)  # the third second began with what it shows
    assert (figures.long_tasks, figures.longest_task_ms) == (1, 900)


def test_a_wall_that_shows_what_never_was_is_wrong() -> None:
    never = replace(MOMENTS[-1], shown=((7, 0, 0), (0, 0, 0, 0, 0, 0)))
    figures = judged(MOMENTS, Kept([*map(frame, MOMENTS[1:]), frame(never, late=0.02)], []))
    assert figures.wrong == 1
    assert not figures.last_is_right


def test_a_call_is_gone_only_after_it_was_shown() -> None:
    def console(at: float, number: str | None, state: str | None) -> dict[str, Any]:
        return {"at": at, "revision": 1, "shown": {"number": number, "call": state}}

    packet = Packet(1.0, "BYE", "", "", "0811", 0, 0)
    frames = [console(900, None, "none"), console(990, "0811", "talking"), console(1030, None, "none")]
    assert calls._after(packet, Kept(frames, []), "gone") == 30
    assert calls._after(packet, Kept(frames[:2], []), "gone") is None
    assert calls._after(packet, Kept(frames, []), "offered") is None


def figure(**changes: Any) -> ScreensFigure:
    """Return what a run may find."""
    wall = WallFigures(
        seconds=10, changes=900, messages=400, frames=300, dropped=0, clock_missed=0, wrong=0,
        last_is_right=True, longest_gap_ms=90.0, long_tasks=0, longest_task_ms=0.0, lag_ms=[5.0, 9.0],
    )  # fmt: skip
    event = EventFigures(event="a", missed=0, bare_ms=[5.0], socket_ms=[6.0], drawn_ms=[40.0])
    found = ScreensFigure(
        commit="abc", at="2026-11-26T12:00+00:00", browser="Chromium", load=0.5, events=[event],
        rung_ms={"rings": [60.0], "rings in the page": [50.0]},
        sign_in_ms=[900.0], session_ms=[950.0], wall=wall, bytes=220_000,
    )  # fmt: skip
    return replace(found, **changes)


def reached(found: ScreensFigure) -> list[bool]:
    return [ok for _, _, ok in tables.targets(found)]


def test_each_target_is_missed_by_itself() -> None:
    good = figure()
    assert all(reached(good))
    late = replace(good.events[0], drawn_ms=[151.0])
    unseen = replace(good.events[0], missed=1)
    for worse in (
        {"events": [late]},
        {"events": [unseen]},
        {"rung_ms": good.rung_ms | {"rings": [201.0]}},
        {"wall": replace(good.wall, dropped=1)},
        {"wall": replace(good.wall, last_is_right=False)},
        {"wall": replace(good.wall, changes=590)},
        {"session_ms": [100.0, 2001.0]},
        {"bytes": 250_001},
    ):
        assert reached(figure(**worse)).count(False) == 1, worse


def test_the_page_gets_the_section_once_and_keeps_the_others(tmp_path: Path) -> None:
    docs = REPOSITORY / "docs"
    page, kept = tmp_path / "performance.md", tmp_path / "performance" / "figures.json"
    kept.parent.mkdir()
    page.write_text((docs / "performance.md").read_text("utf-8"), "utf-8")
    kept.write_text((docs / "performance" / "figures.json").read_text("utf-8"), "utf-8")
    before = page.read_text("utf-8").partition(report.SCREENS)
    for commit in ("first", "second"):
        report.put_screens(Results(machine="two cores", screens=[figure(commit=commit)]), tmp_path)
    text = page.read_text("utf-8")
    assert (text.count(report.SCREENS), "commit second" in text, "commit first" in text) == (1, True, False)
    assert text.startswith(before[0].partition("## Lists")[0])
    assert text.count("\n## ") == len({line for line in text.splitlines() if line.startswith("## ")})
    assert "## Lists and searches" in text
    assert json.loads(kept.read_text("utf-8"))["screens"][0]["session_ms"]["p95"] == 950


def test_what_was_kept_is_read_again() -> None:
    kept = json.loads(json.dumps(Results(screens=[figure()]).as_json()))
    assert Results.from_json(kept).screens == [figure()]
