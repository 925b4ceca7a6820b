"""From what was measured to tables and plots."""

import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from bench.beside import BesideFigure
from bench.core import CoreFigure
from bench.place_search import PlacesFigure
from bench.quantiles import quantile
from bench.results import Results
from bench.setting_up import SetUpFigure
from bench.stored import StoredFigure

Rows = list[list[str]]


def grouped(figures: Iterable[Any], key: Callable[[Any], Any]) -> dict[Any, list[Any]]:
    """Return the rounds of each case, in the order they were first met."""
    found: dict[Any, list[Any]] = defaultdict(list)
    for figure in figures:
        found[key(figure)].append(figure)
    return dict(found)


def spread(values: Sequence[float], digits: int = 1) -> str:
    """Return the median over the rounds and, with more than one, the least and the greatest."""
    middle = f"{statistics.median(values):.{digits}f}"
    return middle if len(values) == 1 else f"{middle} ({min(values):.{digits}f}-{max(values):.{digits}f})"


def set_up_rows(figures: Sequence[SetUpFigure]) -> tuple[list[str], Rows]:
    """Return the table of setting calls up: each system beside app_queue at the same rate."""
    head = ["calls/s", "system", "operator rings p50, ms", "p99, ms", "× app_queue p50", "p99"]
    head += [
        "caller's 200 p50, ms",
        "not rung",
        "failed",
        "sent again",
        "CPU a call: ct112, ms",
        "Asterisk, ms",
    ]
    rows = []
    cases = grouped(figures, lambda one: (one.rate, one.system))
    for (rate, system), rounds in cases.items():
        p50, p99 = ([quantile(one.rung_ms, part) for one in rounds] for part in (0.5, 0.99))
        peer = cases[rate, "app_queue"]
        ratios = [
            statistics.median(own) / statistics.median([quantile(one.rung_ms, part) for one in peer])
            for own, part in ((p50, 0.5), (p99, 0.99))
        ]
        rows.append(
            [
                f"{rate:g}",
                system,
                spread(p50),
                spread(p99),
                *(f"{ratio:.2f}" for ratio in ratios),
                spread([quantile(one.answered_ms, 0.5) for one in rounds]),
                *(
                    str(sum(getattr(one, name) for one in rounds))
                    for name in ("unserved", "failed", "retransmissions")
                ),
                spread([one.ct112_cpu_ms for one in rounds]),
                spread([one.asterisk_cpu_ms for one in rounds]),
            ]
        )
    return head, rows


def capacity_rows(results: Results) -> tuple[list[str], Rows]:
    """Return the table of the highest rates."""
    cases = grouped(results.capacity, lambda one: one.system)
    queue = statistics.median([one.calls_per_second for one in cases["app_queue"]])
    head = [
        "system",
        "calls/s held",
        "× app_queue",
        "broke at",
        "because",
        "CPU a call: ct112, ms",
        "Asterisk, ms",
    ]
    rows = []
    for system, rounds in cases.items():
        held = [one.calls_per_second for one in rounds]
        last = rounds[-1]
        rows.append(
            [
                system,
                spread(held, 0),
                f"{statistics.median(held) / queue:.2f}" if queue else "–",
                f"{last.broke_at:.0f}/s" if last.broke_at else "not found",
                last.because,
                spread([one.ct112_cpu_ms for one in rounds]),
                spread([one.asterisk_cpu_ms for one in rounds]),
            ]
        )
    return head, rows


def core_rows(figures: Sequence[CoreFigure]) -> tuple[list[str], Rows]:
    """Return the table of the floor alone."""
    cases = grouped(figures, lambda one: (one.waiting, one.operators))
    rows = []
    for (waiting, operators), rounds in cases.items():
        times = [one.microseconds for one in rounds]
        rows.append([str(waiting), str(operators), spread(times), f"{1e6 / statistics.median(times):,.0f}"])
    return ["waiting", "operators", "µs an event", "events/s"], rows


def feed_rows(results: Results) -> tuple[list[str], Rows]:
    """Return the table of what the feed costs the floor."""
    head = ["waiting", "µs an event, no feed", "nobody reads", "×", "10 changes, ms"]
    head += ["first snapshot, longest stop, ms", "a further one, ms"]
    rows = []
    for waiting, rounds in grouped(results.feed, lambda one: one.waiting).items():
        ratio = statistics.median(one.unread_us / one.alone_us for one in rounds)
        times = ("alone_us", "unread_us", "change_ms", "cold_ms", "warm_ms")
        cells = [spread([getattr(one, name) for one in rounds], 2) for name in times]
        rows.append([str(waiting), *cells[:2], f"{ratio:.2f}", *cells[2:]])
    return head, rows


def live_rows(results: Results) -> tuple[list[str], Rows]:
    """Return the table of pages that follow the floor."""
    rows = []
    for one in results.live:
        p50, p99 = (f"{quantile(one.seen_ms, part):.1f}" for part in (0.5, 0.99))
        rows.append(
            [str(one.pages), f"{one.rate:g}", str(one.calls), p50, p99, str(one.missed), str(one.wrong)]
        )
    return ["pages", "calls/s", "calls", "INVITE to page p50, ms", "p99, ms", "not shown", "wrong"], rows


def client_rows(results: Results) -> tuple[list[str], Rows]:
    """Return the table of the ARI clients."""
    return ["client", "µs a request", "× ct112"], _by_library(
        results.client, lambda one: one.microseconds, lambda theirs, ours: theirs / ours
    )


def events_rows(results: Results) -> tuple[list[str], Rows]:
    """Return the table of events taken in."""
    return ["client", "events/s", "ct112 ×"], _by_library(
        results.events, lambda one: one.per_second, lambda theirs, ours: ours / theirs
    )


def _by_library(
    figures: Sequence[Any], value: Callable[[Any], float], times: Callable[[float, float], float]
) -> Rows:
    """Return a row for each library: its value, and how many times worse it is than ct112's."""
    cases = {
        name: [value(one) for one in rounds]
        for name, rounds in grouped(figures, lambda one: one.library).items()
    }
    ours = statistics.median(cases["ct112"])
    return [
        [name, spread(values, 0), f"{times(statistics.median(values), ours):.1f}"]
        for name, values in cases.items()
    ]


def ivr_rows(results: Results) -> tuple[list[str], Rows]:
    """Return the table of keys in the menu."""
    rows = []
    for system, rounds in grouped(results.ivr, lambda one: one.system).items():
        quantiles = (spread([quantile(one.reaction_ms, part) for one in rounds]) for part in (0.5, 0.95, 1.0))
        rows.append([system, *quantiles, str(sum(one.unheard for one in rounds))])
    return ["system", "p50, ms", "p95, ms", "at most, ms", "nothing heard"], rows


def record_rows(results: Results) -> tuple[list[str], Rows]:
    """Return the table of records and facts."""
    names = {
        "spooled_per_second": ("entries/s the spool takes", 0),
        "disk_p50_ms": ("on the disk after, p50, ms", 1),
        "disk_p99_ms": ("p99, ms", 1),
        "disk_max_ms": ("at most, ms", 1),
        "lag_p50_ms": ("in PostgreSQL after, p50, ms", 0),
        "lag_p99_ms": ("p99, ms", 0),
        "catch_up_seconds": ("after a gap, caught up in, s", 1),
        "grown_mb": ("memory grown by the gap, MB", 1),
    }
    rows = [
        [text, spread([getattr(one, name) for one in results.records], digits)]
        for name, (text, digits) in names.items()
    ]
    return ["at 100 calls/s", f"gap of {results.records[0].gap_calls:,} calls"], rows


def place_rows(places: Sequence[PlacesFigure]) -> tuple[list[str], Rows]:
    """Return the table of searches for places."""
    rows = [
        [
            f"{one.names:,}",
            f"{one.queries - one.missed} of {one.queries}",
            *(f"{value:.1f}" for value in (one.p50_ms, one.p99_ms, one.slowest_ms)),
        ]
        for one in places
    ]
    return [
        "names",
        "queries with the place among the first three",
        "p50, ms",
        "p99, ms",
        "slowest, ms",
    ], rows


def stored_rows(stored: Sequence[StoredFigure]) -> tuple[list[str], Rows]:
    """Return the table of lists and searches."""
    rows = [
        [
            one.what,
            f"{one.found:,}" if one.exact else f"more than {one.found:,}",
            *(f"{value:.1f}" for value in (one.p50_ms, one.p95_ms, one.p99_ms)),
        ]
        for one in stored
    ]
    return [
        f"of {stored[0].stored:,} calls" if stored else "",
        "there are",
        "p50, ms",
        "p95, ms",
        "p99, ms",
    ], rows


def held_rows(results: Results) -> tuple[list[str], Rows]:
    """Return the table of held calls."""
    rows = [
        [str(one.calls), str(one.talking), f"{one.kilobytes_a_call:.1f}", f"{one.cpu_percent:.1f} %"]
        for one in results.held
    ]
    return ["calls", "of them talking", "kB of ct112 a call", "CPU of ct112, of one core"], rows


def markdown(head: Sequence[str], rows: Rows) -> str:
    """Return a table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def beside_rows(found: Sequence[BesideFigure]) -> tuple[list[str], Rows]:
    """Return each pair: the same calls beside an idle and a flooded web."""
    head = [
        "calls/s", "beside an idle web, p50", "p99", "beside a flooded one, p50", "p99", "p99, of idle",
        "requests/s", "answered/s", "failed calls",
    ]  # fmt: skip
    rows = []
    for one in found:
        times = [quantile(ms, part) for ms in (one.idle_ms, one.flooded_ms) for part in (0.5, 0.99)]
        ends = [f"{one.ratio:.2f} ×", f"{one.asked:.0f}", f"{one.answered:.0f}", str(one.failed)]
        rows.append([f"{one.rate:g}", *(f"{ms:.1f} ms" for ms in times), *ends])
    return head, rows
