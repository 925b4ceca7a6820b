"""Calls beside a flooded web: the ratio of a pair, the median over pairs, and who gets which core."""

import os
import subprocess
import sys

import pytest

from bench import figures
from bench.beside import BesideFigure, _pin, median_ratio
from bench.results import Results
from bench.targets import rows


def pair(idle: float, flooded: float) -> BesideFigure:
    """Return a pair whose times are all the same."""
    return BesideFigure(
        rate=20,
        calls=100,
        failed=0,
        idle_ms=[idle] * 100,
        flooded_ms=[flooded] * 100,
        asked=2000,
        answered=900,
    )


def test_the_ratio_is_of_p99_and_one_bad_pair_decides_nothing() -> None:
    found = [pair(10, 10.5), pair(10, 9), pair(10, 80)]
    assert [round(one.ratio, 2) for one in found] == [1.05, 0.9, 8.0]
    assert median_ratio(found) == pytest.approx(1.05)
    slow = pair(10, 10)
    slow.flooded_ms[-2:] = [50.0, 50.0]
    assert slow.ratio == pytest.approx(5)


def test_the_target_is_missed_above_a_tenth() -> None:
    results = Results(beside=[pair(10, 10.9)])
    (row,) = [row for row in rows(results) if "flooded web" in row[0]]
    assert "1.09" in " ".join(row)
    results = Results(beside=[pair(10, 11.2)])
    (missed,) = [row for row in rows(results) if "flooded web" in row[0]]
    assert missed[-1] != row[-1]


def test_a_run_that_was_kept_is_read_again() -> None:
    results = Results(beside=[pair(10, 11)])
    assert Results.from_json(results.as_json()).beside == results.beside
    head, table = figures.beside_rows(results.beside)
    assert len(head) == len(table[0])
    assert "1.10 ×" in table[0]


def test_a_pinned_process_and_what_it_starts_stay_on_the_core() -> None:
    core = min(os.sched_getaffinity(0))
    mine = "import os; print(sorted(os.sched_getaffinity(0)), flush=True)"
    child = f"import subprocess; subprocess.run([sys.executable, '-c', {mine!r}], check=True)"
    code = f"import sys; sys.stdin.readline(); {mine}; {child}"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        _pin([process.pid], [core])
        said, _ = process.communicate("\n", timeout=20)
    assert said.split("\n")[:2] == [str([core]), str([core])]


def test_a_process_that_is_gone_cannot_be_pinned_and_breaks_nothing() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    _pin([process.pid], [min(os.sched_getaffinity(0))])
