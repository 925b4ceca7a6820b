"""The targets, and what was reached: each a ratio to the peer in the same run, or a figure of its own."""

import statistics
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from bench import beside, figures
from bench.quantiles import quantile
from bench.results import Results
from bench.screens import tables

HEAD = ["target", "reached"]


def rows(results: Results) -> Iterator[list[str]]:
    """Yield a row for each target whose case was played."""
    for part in (
        _set_up,
        _capacity,
        _asyncari,
        _ivr,
        _client,
        _core,
        _held,
        _records,
        _stored,
        _places,
        _feed,
        _live,
        _beside_web,
        _screens,
        _planning,
    ):
        yield from part(results)


def _row(target: str, found: str, reached: bool) -> list[str]:
    return [target, f"{'✓' if reached else '✗ missed:'} {found}"]


def _at_most(target: str, found: float, limit: float, unit: str = "×", digits: int = 2) -> list[str]:
    return _row(f"{target}: at most {limit:g} {unit}", f"{found:.{digits}f} {unit}", found <= limit)


def _median(values: Iterable[float]) -> float:
    return statistics.median(list(values))


def _beside(
    figures: Iterable[Any], value: Callable[[Any], float], peer: str, by: str = "system"
) -> tuple[float, float] | None:
    """Return the medians of ct112 and of its peer; None when one of them was not measured."""
    values = {name: [value(one) for one in figures if getattr(one, by) == name] for name in ("ct112", peer)}
    return (_median(values["ct112"]), _median(values[peer])) if all(values.values()) else None


def _set_up(results: Results) -> Iterator[list[str]]:
    at_100 = [one for one in results.set_up if one.rate == 100.0]
    for part, limit in ((0.5, 1.25), (0.99, 2.0)):
        if both := _beside(at_100, lambda one, part=part: quantile(one.rung_ms, part), "app_queue"):  # type: ignore[misc]
            yield _at_most(
                f"set-up p{part * 100:.0f} at 100 calls/s, of app_queue's", both[0] / both[1], limit
            )


def _capacity(results: Results) -> Iterator[list[str]]:
    if both := _beside(results.capacity, lambda one: one.calls_per_second, "app_queue"):
        own, peer = both
        found = f"{own / peer:.2f} ×" if peer else "app_queue held no rate at all: nothing to compare with"
        yield _row("the highest rate: at least 0.8 × app_queue's", found, 0 < 0.8 * peer <= own)


def _asyncari(results: Results) -> Iterator[list[str]]:
    """Beside the asyncari application at the highest rate that one held."""
    own = [one for one in results.capacity if one.system == "ct112"]
    for peer in (one for one in results.capacity if one.system == "asyncari"):
        rate = peer.calls_per_second
        if own and rate in own[0].rung_p50_ms and rate in peer.rung_p50_ms:
            ratio = peer.rung_p50_ms[rate] / own[0].rung_p50_ms[rate]
            target = "set-up p50: at least 3 × faster than the asyncari application"
            yield _row(target, f"{ratio:.1f} × at its own highest rate, {rate:g}/s", ratio >= 3)


def _ivr(results: Results) -> Iterator[list[str]]:
    if both := _beside(results.ivr, lambda one: quantile(one.reaction_ms, 0.5), "dialplan"):
        own, peer = both
        target = "a key's effect in the menu, of the plain dialplan's: at most 1.5 ×"
        yield _row(target, f"{own / peer:.1f} × ({own:.1f} ms, {peer:.1f} ms)", own <= 1.5 * peer)


def _client(results: Results) -> Iterator[list[str]]:
    if both := _beside(results.client, lambda one: one.microseconds, "asyncari", by="library"):
        yield _at_most("an ARI request, of asyncari's", both[0] / both[1], 0.25)


def _core(results: Results) -> Iterator[list[str]]:
    if not results.core:
        return
    cases = figures.grouped(results.core, lambda one: (one.waiting, one.operators))
    slowest = max(_median(one.microseconds for one in rounds) for rounds in cases.values())
    found = f"{1e6 / slowest:,.0f} (slowest case)"
    yield _row("the floor: at least 50,000 events/s", found, slowest <= 20)
    few, many = (
        _median(one.microseconds for one in results.core if one.waiting == waiting) for waiting in (10, 1000)
    )
    yield _at_most("… flat: 1,000 waiting, of what 10 cost", many / few, 1.25)


def _held(results: Results) -> Iterator[list[str]]:
    if results.held:
        most = max(one.kilobytes_a_call for one in results.held)
        yield _at_most("memory of a live call", most, 50, "kB", 1)


def _records(results: Results) -> Iterator[list[str]]:
    if results.records:
        lag = _median(one.lag_p99_ms for one in results.records)
        yield _at_most("fact to row, p99 at 100 calls/s", lag, 500, "ms", 0)


def _feed(results: Results) -> Iterator[list[str]]:
    if results.feed:
        ratio = _median(one.unread_us / one.alone_us for one in results.feed)
        yield _at_most("an event with a feed nobody reads, of one without", ratio, 1.1)
        stop = _median(one.cold_ms for one in results.feed if one.waiting == 1000)
        yield _at_most("a first snapshot of 1,000 waiting calls stops the loop", stop, 20, "ms", 1)


def _live(results: Results) -> Iterator[list[str]]:
    if results.live:
        p99 = _median(quantile(one.seen_ms, 0.99) for one in results.live)
        yield _at_most("a caller's INVITE to 200 pages, p99", p99, 100, "ms", 0)


def _stored(results: Results) -> Iterator[list[str]]:
    if results.stored:
        slowest = max(one.p99_ms for one in results.stored)
        what = f"lists and searches of {results.stored[0].stored:,} calls, p99 of the slowest"
        yield _at_most(what, slowest, 50, "ms", 0)


def _places(results: Results) -> Iterator[list[str]]:
    for one in results.places:
        what = f"misspelt places among {one.names:,} names"
        yield _at_most(f"{what}, p99", one.p99_ms, 20, "ms", 1)
        share = 100 * (one.queries - one.missed) / one.queries
        yield _row(f"{what}: 95 % among the first three", f"{share:.1f} %", share >= 95)


def _beside_web(results: Results) -> Iterator[list[str]]:
    if results.beside:
        ratio = beside.median_ratio(results.beside)
        yield _at_most("set-up p99 beside a flooded web, of that beside an idle one", ratio, 1.1)


def _screens(results: Results) -> Iterator[list[str]]:
    for figure in results.screens:
        for target, found, reached in tables.targets(figure):
            yield _row(target, found, reached)


def _planning(results: Results) -> Iterator[list[str]]:
    if results.planning:
        took = sum(results.planning.values())
        yield _at_most("five days and a surge simulated", took, 60, "s", 0)
