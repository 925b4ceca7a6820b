"""`./run bench [CASE…]`: measure, print the tables; a whole run writes docs/performance.md."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bench import (
    beside,
    capacity,
    client,
    core,
    feed,
    figures,
    held,
    ivr,
    live,
    place_search,
    records,
    report,
    setting_up,
    stored,
    targets,
)
from bench.exchange import Exchange, exchange
from bench.quantiles import quantile
from bench.results import Results, machine
from bench.screens import measure, tables
from lab import packages, screens
from lab.places import REPOSITORY
from lab.supervise import as_interrupt

CASES = (
    "core",
    "feed",
    "records",
    "store",
    "places",
    "planning",
    "ivr",
    "client",
    "set-up",
    "capacity",
    "live",
    "beside",
    "held",
    "screens",
)
ON_ONE_EXCHANGE = {"client", "set-up", "capacity", "live", "beside"}
POSITIONS = 120
KEPT = REPOSITORY / ".lab" / "bench.json"
console = Console(highlight=False, width=160)
app = typer.Typer(add_completion=False)


@app.command()
def bench(
    cases: Annotated[
        list[str] | None, typer.Argument(help=f"Which of {', '.join(CASES)}; all by default.")
    ] = None,
    quick: Annotated[bool, typer.Option(help="One round, fewer calls: a look, under ten minutes.")] = False,
    page: Annotated[
        bool, typer.Option(help="Write docs/performance.md from these cases, too; of screens its section.")
    ] = False,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the figures here too.")] = None,
    again: Annotated[bool, typer.Option(help="Measure nothing: write the page from the last run.")] = False,
) -> None:
    """Measure ct112 beside what one would use instead, in one run on one machine.

    A whole run takes about forty-five minutes, most of it for the rates of set-up and capacity.
    """
    unknown = set(cases or ()) - set(CASES)
    if unknown:
        typer.echo(f"no case {', '.join(sorted(unknown))}: there are {', '.join(CASES)}", err=True)
        raise typer.Exit(2)
    if page and set(CASES) - set(cases or CASES) and cases != ["screens"]:
        typer.echo("--page needs every case, or screens alone: leave the names out", err=True)
        raise typer.Exit(2)
    if again:
        _again()
        return
    packages.ensure("sipp", "sip-tester")
    results = Results(rounds=1 if quick else 3, quick=quick)
    began = time.monotonic()
    wanted = [one for one in CASES if one in (cases or CASES)]
    for name in wanted:
        if name in ALONE:
            _step(results, name, lambda name=name: ALONE[name](results, quick))  # type: ignore[misc]
    if ON_ONE_EXCHANGE & set(wanted):
        _on_one_exchange(results, quick, set(wanted))
    if "held" in wanted:
        _step(results, "held", lambda: _held(results, quick))
    if "screens" in wanted:
        _step(results, "screens", lambda: _screens(results, quick))
    _show(targets.HEAD, list(targets.rows(results)))
    if json_file is not None:
        json_file.write_text(json.dumps(results.as_json()) + "\n", "utf-8")
    if page and cases == ["screens"]:
        report.put_screens(results, REPOSITORY / "docs")
        console.print("docs/performance.md has the section of the screens")
    elif page or (cases is None and not quick):
        _page(results)
    console.print(f"{time.monotonic() - began:.0f} s in all")


def _again() -> None:
    kept = Results.from_json(json.loads(KEPT.read_text("utf-8"))) if KEPT.exists() else Results(quick=True)
    if kept.missing():
        typer.echo(f"--again: {', '.join(kept.missing())} is missing: ./run bench measures all", err=True)
        raise typer.Exit(2)
    _page(kept)


def _page(results: Results) -> None:
    report.write(results, REPOSITORY / "docs")
    console.print("docs/performance.md is written")


def _on_one_exchange(results: Results, quick: bool, cases: set[str]) -> None:
    with exchange(POSITIONS) as running:
        results.machine = _machine(running)
        if "client" in cases:
            _step(results, "client", lambda: _client(results, running, quick))
        if "set-up" in cases:
            rates = (20.0, 100.0) if quick else (1.0, 20.0, 50.0, 100.0, 150.0)
            seconds = 5.0 if quick else 8.0
            _step(results, "set-up", lambda: _set_up(results, running, rates, seconds))
        if "capacity" in cases:
            _step(results, "capacity", lambda: _capacity(results, running, quick))
        if "live" in cases:
            _step(results, "live", lambda: _live(results, running, quick))
        if "beside" in cases:
            _step(results, "beside", lambda: _beside(results, running, quick))


def _core(results: Results, quick: bool) -> None:
    results.core += core.rounds(500 if quick else 2000, results.rounds)
    _show(*figures.core_rows(results.core))


def _feed(results: Results, quick: bool) -> None:
    results.feed += feed.rounds(100 if quick else 400, results.rounds)
    _show(*figures.feed_rows(results))


def _live(results: Results, running: Exchange, quick: bool) -> None:
    results.live += live.rounds(running, 5.0, 50 if quick else 200, results.rounds)
    _show(*figures.live_rows(results))


def _beside(results: Results, running: Exchange, quick: bool) -> None:
    pairs = 2 if quick else 5
    for figure in beside.rounds(running, 20.0, 5.0 if quick else 20.0, pairs):
        results.beside.append(figure)
        console.print(f"  p99 beside a flooded web, of that beside an idle one: {figure.ratio:.2f} ×")
    _show(*figures.beside_rows(results.beside))
    console.print(f"  median of {len(results.beside)} pairs: {beside.median_ratio(results.beside):.2f} ×")


def _records(results: Results, quick: bool) -> None:
    results.records += records.rounds(5 if quick else 20, 3000 if quick else 36_000, 1)
    _show(*figures.record_rows(results))


def _store(results: Results, quick: bool) -> None:
    results.stored += stored.played(*((50_000, 50) if quick else (1_000_000, 200)))
    _show(*figures.stored_rows(results.stored))


def _places(results: Results, quick: bool) -> None:
    results.places += place_search.played(*((20_000, 1) if quick else (100_000, 5)))
    _show(*figures.place_rows(results.places))


def _planning(results: Results, quick: bool) -> None:
    days = 1 if quick else 5
    simulated = {
        "a surge: 500 calls in 10 minutes on 3 operators": ("--hours", "0.1667", "--calls-per-hour", "3000"),
        f"{days} days, 12 calls an hour, 3 operators": (
            *("--seeds", str(days)),
            "--hours",
            "24",
            "--calls-per-hour",
            "12",
        ),
    }
    for what, how in simulated.items():
        began = time.monotonic()
        command = [sys.executable, "-m", "ct112.cli", "simulate", "--operators", "3", "--faults", "off", *how]
        subprocess.run(command, check=True, capture_output=True)
        results.planning[what] = time.monotonic() - began
    _show(["simulated", "s"], [[what, f"{seconds:.1f}"] for what, seconds in results.planning.items()])


def _ivr(results: Results, quick: bool) -> None:
    results.ivr += ivr.rounds(10 if quick else 25, results.rounds)
    _show(*figures.ivr_rows(results))


def _client(results: Results, running: Exchange, quick: bool) -> None:
    results.client += client.rounds(running, 300 if quick else 2000, results.rounds)
    results.events += client.events(running, 5_000 if quick else 50_000, results.rounds)
    _show(*figures.client_rows(results))
    _show(*figures.events_rows(results))


def _set_up(results: Results, running: Exchange, rates: tuple[float, ...], seconds: float) -> None:
    for figure in setting_up.rounds(running, rates, seconds, results.rounds):
        results.set_up.append(figure)
        p50, p99 = (quantile(figure.rung_ms, part) for part in (0.5, 0.99))
        console.print(f"  {figure.rate:g}/s {figure.system}: p50 {p50:.1f} ms, p99 {p99:.1f} ms")
    _show(*figures.set_up_rows(results.set_up))


def _capacity(results: Results, running: Exchange, quick: bool) -> None:
    results.capacity += capacity.rounds(running, *((40.0, 5.0) if quick else (20.0, 60.0)), 1)
    _show(*figures.capacity_rows(results))


def _held(results: Results, quick: bool) -> None:
    # A new exchange each time: memory that was used once is used again.
    for calls, positions in ((100, 3),) if quick else ((100, 3), (400, 3), (1000, 1000)):
        with exchange(positions, max_calls=3000) as running:
            results.held.append(held.measure(running, calls, 10.0))
    _show(*figures.held_rows(results))


def _screens(results: Results, quick: bool) -> None:
    screens.build()
    with exchange(measure.POSITIONS, page_phones=True) as running:
        results.machine = results.machine or _machine(running)
        figure = measure.measured(running, measure.QUICK if quick else measure.WHOLE)
    results.screens.append(figure)
    _show(*tables.event_rows(figure))
    _show(*tables.wall_row(figure))
    console.print(f"  {figure.commit}, {figure.browser}, {figure.load} processes waited for a core before")


def _machine(running: Exchange) -> str:
    return machine(running.node.cli("core show version").stdout.split(" built")[0].strip())


ALONE: dict[str, Callable[[Results, bool], None]] = {
    "core": _core,
    "feed": _feed,
    "records": _records,
    "store": _store,
    "places": _places,
    "planning": _planning,
    "ivr": _ivr,
}


def _step(results: Results, name: str, action: Callable[[], None]) -> None:
    """Play a case; what was measured so far is kept, should a later one fail."""
    began = time.monotonic()
    console.print(f"[b]{name}[/b]")
    action()
    console.print(f"✓ {name}  {time.monotonic() - began:.0f} s")
    KEPT.parent.mkdir(exist_ok=True)
    KEPT.write_text(json.dumps(results.as_json()) + "\n", "utf-8")


def _show(head: list[str], rows: figures.Rows) -> None:
    table = Table(*head)
    for row in rows:
        table.add_row(*row)
    console.print(table)


if __name__ == "__main__":
    as_interrupt()
    sys.exit(app())
