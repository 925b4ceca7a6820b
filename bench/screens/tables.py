"""What was found about the screens, as tables and as targets."""

from collections.abc import Iterator, Sequence

from bench.quantiles import quantile
from bench.screens.measure import EventFigures, ScreensFigure

Rows = list[list[str]]
HEAD = [
    *("from … until the console shows it", "times", "drawn p50, ms", "p95", "p99", "not drawn"),
    *("at a bare client p50, ms", "p95", "at the page's line p95, ms", "drawn, × bare p50"),
]
MOST_BYTES = 250_000
DRAWN_MS, RUNG_MS, READY_MS, CHANGES = 150, 200, 2_000, 60


def event_rows(figure: ScreensFigure) -> tuple[list[str], Rows]:
    """Return the table of events: the same beside a bare WebSocket client."""
    rings = {
        "an INVITE at the desk's phone": figure.rung_ms.get("rings", []),
        "a caller's INVITE, rung in the page": figure.rung_ms.get("rings in the page", []),
    }
    rows = [_event(one) for one in [*figure.events, together(figure)]]
    rows += [
        [name, str(len(ms)), *_parts(ms, 0.5, 0.95, 0.99), "0", "–", "–", "–", "–"]
        for name, ms in rings.items()
    ]
    return HEAD, rows


def together(figure: ScreensFigure) -> EventFigures:
    """Return all events as one kind."""
    return EventFigures(
        event="all of them",
        missed=sum(one.missed for one in figure.events),
        bare_ms=[ms for one in figure.events for ms in one.bare_ms],
        socket_ms=[ms for one in figure.events for ms in one.socket_ms],
        drawn_ms=[ms for one in figure.events for ms in one.drawn_ms],
    )


def _event(one: EventFigures) -> list[str]:
    ratio = quantile(one.drawn_ms, 0.5) / quantile(one.bare_ms, 0.5)
    drawn, bare = _parts(one.drawn_ms, 0.5, 0.95, 0.99), _parts(one.bare_ms, 0.5, 0.95)
    return [
        *(one.event, str(len(one.drawn_ms)), *drawn, str(one.missed), *bare),
        *(*_parts(one.socket_ms, 0.95), f"{ratio:.1f}"),
    ]


def _parts(ms: Sequence[float], *parts: float) -> list[str]:
    return [f"{quantile(ms, part):.0f}" for part in parts]


def targets(figure: ScreensFigure) -> Iterator[tuple[str, str, bool]]:
    """Yield each target of the screens: what it is, what was found, whether that is reached."""
    everything, wall = together(figure), figure.wall
    p95 = quantile(everything.drawn_ms, 0.95)
    yield (
        f"an event at Asterisk drawn on the console, p95: at most {DRAWN_MS} ms",
        f"{p95:.0f} ms, {everything.missed} not drawn",
        p95 <= DRAWN_MS and not everything.missed,
    )
    for name, ms in figure.rung_ms.items():
        where = "the caller, rung in the page" if name == "rings in the page" else "the operator's phone"
        p95 = quantile(ms, 0.95)
        yield (
            f"a call that rings pops on the console, from the INVITE at {where}, p95: at most {RUNG_MS} ms",
            f"{p95:.0f} ms, at most {max(ms):.0f}",
            p95 <= RUNG_MS and not figure.unseen_rings,
        )
    rate = wall.changes / wall.seconds
    yield (
        f"{CHANGES} changes a second on the wallboard without a dropped second",
        f"{rate:.0f} changes/s for {wall.seconds} s: {wall.dropped} seconds dropped, "
        f"{wall.clock_missed} missing on its clock, {wall.wrong} wrong frames, "
        f"the last {'right' if wall.last_is_right else 'WRONG'}, {wall.long_tasks} long tasks",
        rate >= CHANGES and wall.last_is_right and not (wall.dropped or wall.clock_missed or wall.wrong),
    )
    for what, ms in (("signing in", figure.sign_in_ms), ("a session", figure.session_ms)):
        slowest = max(ms)
        yield (
            f"from {what} to ready, the phone registered: at most {READY_MS / 1000:g} s",
            f"{quantile(ms, 0.5) / 1000:.2f} s, at most {slowest / 1000:.2f} s of {len(ms)}",
            slowest <= READY_MS,
        )
    yield (
        f"the console before it is drawn, gzipped: at most {MOST_BYTES / 1000:.0f} kB",
        f"{figure.bytes / 1000:.0f} kB",
        figure.bytes <= MOST_BYTES,
    )


def wall_row(figure: ScreensFigure) -> tuple[list[str], Rows]:
    """Return the table of the wallboard."""
    wall = figure.wall
    head = [
        *("seconds", "changes/s", "messages/s", "frames/s", "from message to frame p50, ms", "p95", "p99"),
        *("longest time without a frame, ms", "tasks over 50 ms", "the longest, ms"),
    ]
    rates = [f"{count / wall.seconds:.0f}" for count in (wall.changes, wall.messages, wall.frames)]
    lags = _parts(wall.lag_ms, 0.5, 0.95, 0.99)
    ends = [f"{wall.longest_gap_ms:.0f}", str(wall.long_tasks), f"{wall.longest_task_ms:.0f}"]
    return head, [[str(wall.seconds), *rates, *lags, *ends]]
