"""docs/performance.md from one run's figures: what was measured, how, beside what, and what is missed."""

import json
import statistics
from datetime import UTC, datetime
from pathlib import Path

from bench import figures
from bench.results import Results
from bench.setting_up import SetUpFigure

TARGETS = [
    "| target | reached |",
    "| --- | --- |",
]


def write(results: Results, docs: Path) -> None:
    """Write the page, its plots and the figures behind them."""
    folder = docs / "performance"
    drawn = figures.plots(results, folder)
    (folder / "figures.json").write_text(json.dumps(_short(results), indent=1) + "\n", "utf-8")
    (docs / "performance.md").write_text(page(results, [path.name for path in drawn]), "utf-8")


def page(results: Results, drawn: list[str]) -> str:
    """Return the page."""
    day = datetime.now(UTC).date().isoformat()
    plots = {
        name: f"![{name}](performance/{name})\n" if name in drawn else ""
        for name in ("set-up.png", "core.png")
    }
    return "\n".join(
        [
            "# Performance",
            "",
            f"Written by `./run bench` on {day}: {results.rounds} rounds of each case, in turn, everything on one",
            f"machine with its load generators: {results.machine}. Figures are medians over the rounds,",
            "with the least and the greatest in brackets. Such machines are shared and noisy: compare ratios within",
            "this page, not milliseconds with another one. The figures behind it: [figures.json](performance/figures.json).",
            "",
            "## Targets",
            "",
            *_targets(results),
            "",
            "## Setting a call up",
            "",
            "SIPp calls the trunk; another SIPp answers at 120 positions; each call stays for half a second. Times are those",
            "the kernel gave the packets on loopback, from the caller's INVITE. *ct112* writes all records and facts, plays its",
            "waiting message, and picks the caller up at once (`caller's 200`). *app_queue* is Asterisk's own queue with the same positions",
            "and the same strategy (the one idle longest); it picks the caller up when the operator does. *asyncari* is a small",
            "application on that library: pick up, ring a free operator, join; no records, no menu, no recovery.",
            "",
            figures.markdown(*figures.set_up_rows(results.set_up)),
            plots["set-up.png"],
            "The rate at which ct112 falls behind is that at which this machine has no processor time left: Asterisk takes about as much",
            "for a call as it does with its own queue, ct112 half of that on top, SIPp, the packet sniffer and PostgreSQL the rest of the",
            "two cores. Below it ct112 rings the operator a few ms after app_queue does: two round trips to Asterisk, one for picking up and",
            "one for ringing.",
            "",
            *_capacity(results),
            "## One request to Asterisk",
            "",
            "A bridge is made and deleted again and again, one request after another: ct112's client over the websocket, the others",
            "over HTTP as they do.",
            "",
            figures.markdown(*figures.client_rows(results)),
            "## The floor alone",
            "",
            "The pure core, no Asterisk: emergencies come, are answered and go, past callers who wait for information, while all other",
            "operators talk. An event contains what was due meanwhile: switches pushed, messages said again.",
            "",
            figures.markdown(*figures.core_rows(results.core)),
            plots["core.png"],
            "## Records",
            "",
            "What the floor really writes for an answered call, at 100 calls a second, on the disk and in PostgreSQL; then PostgreSQL away",
            "while the entries of so many calls are put on the disk, and back.",
            "",
            figures.markdown(*figures.record_rows(results)),
            "## Held calls",
            "",
            "Callers come at 25 a second and stay; three talk, the others wait, and their switches are pushed every 4 s. Signalling",
            "only. 400 calls are what a node takes (`maxcalls` in asterisk.conf).",
            "",
            figures.markdown(*figures.held_rows(results)),
            "## Simulated time",
            "",
            figures.markdown(
                ["`ct112 simulate`", "s"], [[what, f"{took:.1f}"] for what, took in results.planning.items()]
            ),
        ]
    )


def _capacity(results: Results) -> list[str]:
    """Return the section about the highest rates, if they were measured."""
    if not results.capacity:
        return []
    return [
        "## The highest rate",
        "",
        f"Twenty calls a second more each time, {results.capacity[0].seconds:.0f} s each, until a call fails, is not rung, or a SIP message has to be sent again.",
        "",
        figures.markdown(*figures.capacity_rows(results)),
    ]


def _targets(results: Results) -> list[str]:
    """Return the table of targets: what is reached, and what is not."""
    rows = list(TARGETS)
    own, queue = (_at(results.set_up, system, 100.0) for system in ("ct112", "app_queue"))
    for part, most in ((0.5, 1.25), (0.99, 2.0)):
        ratio = _middle(own, part) / _middle(queue, part)
        rows.append(
            _row(
                f"set-up p{part * 100:.0f} at 100 calls/s: at most {most:g} × app_queue",
                f"{ratio:.2f} ×",
                ratio <= most,
            )
        )
    if results.capacity:
        rate = {
            name: statistics.median([one.calls_per_second for one in results.capacity if one.system == name])
            for name in ("ct112", "app_queue")
        }
        ratio = rate["ct112"] / rate["app_queue"] if rate["app_queue"] else 0.0
        rows.append(_row("the highest rate: at least 0.8 × app_queue", f"{ratio:.2f} ×", ratio >= 0.8))
    request = {
        name: statistics.median([one.microseconds for one in results.client if one.library == name])
        for name in ("ct112", "asyncari")
    }
    ratio = request["ct112"] / request["asyncari"]
    rows.append(_row("an ARI request: at most 1/4 of asyncari's", f"{ratio:.2f}", ratio <= 0.25))
    slowest = max(
        statistics.median([one.microseconds for one in rounds])
        for rounds in figures.grouped(results.core, lambda one: (one.waiting, one.operators)).values()
    )
    rows.append(
        _row("the floor: at least 50,000 events/s", f"{1e6 / slowest:,.0f} (slowest case)", slowest <= 20)
    )
    few, many = (
        statistics.median([one.microseconds for one in results.core if one.waiting == waiting])
        for waiting in (10, 1000)
    )
    rows.append(
        _row(
            "… flat: 1,000 waiting cost what 10 do (within 1.25 ×)", f"{many / few:.2f} ×", many / few <= 1.25
        )
    )
    kilobytes = results.held[-1].kilobytes_a_call
    rows.append(_row("memory of a live call: at most 50 kB", f"{kilobytes:.1f} kB", kilobytes <= 50))
    lag = statistics.median([one.lag_p99_ms for one in results.records])
    rows.append(_row("fact to row, p99 at 100 calls/s: at most 500 ms", f"{lag:.0f} ms", lag <= 500))
    took = sum(results.planning.values())
    rows.append(_row("a year and a surge simulated in under a minute", f"{took:.0f} s", took < 60))
    return rows


def _row(target: str, found: str, reached: bool) -> str:
    return f"| {target} | {'✓' if reached else '✗ missed:'} {found} |"


def _at(measured: list[SetUpFigure], system: str, rate: float) -> list[SetUpFigure]:
    return [one for one in measured if (one.system, one.rate) == (system, rate)]


def _middle(rounds: list[SetUpFigure], part: float) -> float:
    return statistics.median([figures.quantile(one.rung_ms, part) for one in rounds])


def _short(results: Results) -> dict[str, object]:
    """Return the figures without the times of single calls: their percentiles instead."""
    found = results.as_json()
    for one in found["set_up"]:
        for name in ("rung_ms", "answered_ms"):
            times = one.pop(name)
            one[name] = {
                f"p{part * 100:g}": round(figures.quantile(times, part), 3) for part in (0.5, 0.95, 0.99, 1.0)
            }
    return found
