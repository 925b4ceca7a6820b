"""docs/performance.md from one run's figures: what was measured, how, beside what, and what is missed."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from bench import beside, figures, plots, targets
from bench.quantiles import quantile
from bench.results import Results
from bench.screens import tables


def write(results: Results, docs: Path) -> None:
    """Write the page, its plots and the figures behind them."""
    folder = docs / "performance"
    drawn = plots.draw(results, folder)
    (folder / "figures.json").write_text(json.dumps(_short(results), indent=1) + "\n", "utf-8")
    (docs / "performance.md").write_text(page(results, drawn), "utf-8")


def page(results: Results, drawn: list[str]) -> str:
    """Return the page."""
    day = datetime.now(UTC).date().isoformat()
    shown = {name: f"![{name}](performance/{name})\n" if name in drawn else "" for name in plots.DRAWN}
    return "\n".join(
        [
            "# Performance",
            "",
            f"Written by `./run bench` on {day}, everything on one machine with its load generators: {results.machine}.",
            f"Set-up, menu, clients and the floor were measured in {results.rounds} rounds, each system in turn in each round: figures are medians over the",
            "rounds, with the least and the greatest in brackets. Highest rates, records, held calls and simulations ran once. Such machines are",
            "shared and noisy (a third more or less from one minute to the next): compare ratios within this page, not milliseconds with another",
            "one. The figures behind it: [figures.json](performance/figures.json).",
            "",
            "## Targets",
            "",
            figures.markdown(targets.HEAD, list(targets.rows(results))),
            "",
            "## Setting a call up",
            "",
            "SIPp calls the trunk; another SIPp answers at 120 positions; each call stays for half a second. Times are those",
            "the kernel gave the packets on loopback, from the caller's INVITE. *ct112* writes all records and facts, picks the caller up",
            "at once (`caller's 200`), and lets them hear ringing. *app_queue* is Asterisk's own queue with the same positions",
            "and the same strategy (the one idle longest); it picks the caller up when the operator does. *asyncari* is a small",
            "application on that library: pick up, ring a free operator, join; no records, no menu, no recovery.",
            "",
            figures.markdown(*figures.set_up_rows(results.set_up)),
            shown["set-up.png"],
            "What is left between ct112 and app_queue is the way over ARI: Asterisk writes the event out, ct112 reads it, decides and asks,",
            "and Asterisk starts a thread to ring, where its own queue rings from the thread the call is in already. Near the rate at which two",
            "cores have no processor time left (Asterisk takes about as much for a call of ct112's as for one of its own, ct112 a third of",
            "that on top; SIPp, the packet sniffer and PostgreSQL share the rest) calls wait for their turn, and that is what p99 shows.",
            "How near that is moves with the machine: at 100 calls/s three runs on 25 November 2026 found 1.29, 1.40 and 1.80 × (p50) and 1.48,",
            "2.07 and 3.17 × (p99); three quick ones on 26 November 1.93, 1.93 and 2.21 × (p50), the commit before this page among them. In the",
            "whole run of that day other programs had the cores whenever these left them idle, which two of the three rounds at 100/s show.",
            "",
            *_capacity(results, shown["capacity.png"]),
            "## A key in the menu",
            "",
            "A caller with sound hears a tone of 440 Hz as the menu and presses 1; what follows is a tone of 1000 Hz. Time from the last packet",
            "of the key (RFC 4733) to the first packet of the other tone, by the kernel's clock. *dialplan* is the same with",
            "`Background()` and `WaitExten()` and the same files. A packet of sound lasts 20 ms. What ct112 takes longer is the event on its way",
            "over ARI, and two requests: stop this, play that.",
            "",
            figures.markdown(*figures.ivr_rows(results)),
            shown["ivr.png"],
            "## One request to Asterisk",
            "",
            "A bridge is made and deleted again and again, one request after another: ct112's client over the websocket, the others",
            "over HTTP as they do.",
            "",
            figures.markdown(*figures.client_rows(results)),
            "And how many events a second each client takes in: key presses sent by a process of their own as fast as the client reads,",
            "decoded (ct112: into its typed model) and handed to a handler that counts.",
            "",
            figures.markdown(*figures.events_rows(results)),
            shown["client.png"],
            "## The floor alone",
            "",
            "The pure core, no Asterisk: emergencies come, are answered and go, past callers who wait for information, while all other",
            "operators talk. An event contains what was due meanwhile: switches pushed, messages said again.",
            "",
            figures.markdown(*figures.core_rows(results.core)),
            shown["core.png"],
            "## Records",
            "",
            "What the floor really writes for an answered call, at 100 calls a second, on the disk and in PostgreSQL; then PostgreSQL away",
            "while the entries of so many calls are put on the disk, and back.",
            "",
            figures.markdown(*figures.record_rows(results)),
            *_live(results),
            *_screens(results),
            "## Lists and searches",
            "",
            "Calls of a year with five facts each and their call-backs in PostgreSQL; 200 pages of 50 of each list, one behind the other, one at a",
            "time. A time is a whole transaction from asking for a connection to the last row: page and total. Totals are exact up to 1,000.",
            "",
            figures.markdown(*figures.stored_rows(results.stored)),
            *_places(results),
            *_beside(results),
            "## Held calls",
            "",
            "Callers come at 40 a second and stay. Those without an operator wait, and their switches are pushed every 4 s. Signalling only.",
            "400 calls are what a node takes (`maxcalls` in asterisk.conf); for 1,000 it was raised, and all of them talk: a thousand callers",
            "who hear a ringing tone are 50,000 packets a second, more than Asterisk can send on these two cores.",
            "",
            figures.markdown(*figures.held_rows(results)),
            "## Simulated time",
            "",
            figures.markdown(
                ["`ct112 simulate`", "s"], [[what, f"{took:.1f}"] for what, took in results.planning.items()]
            ),
        ]
    )


def _live(results: Results) -> list[str]:
    """Return the section about the feed and the pages, as far as they were measured."""
    lines = ["## The feed and the pages", ""] if results.feed or results.live else []
    if results.feed:
        lines += [
            "What the feed costs the floor while nobody reads it, and for how long the loop does nothing else when somebody does: a message",
            "with ten changed calls, the first snapshot (prepared twenty calls at a time), a further one.",
            "",
            figures.markdown(*figures.feed_rows(results)),
        ]
    if results.live:
        lines += [
            "From a caller's INVITE (the kernel's time) until each of 200 pages shows the call: Asterisk, ARI, floor, feed, `ct112 web`, WebSocket,",
            "and the pages' own process, all on the same cores.",
            "",
            figures.markdown(*figures.live_rows(results)),
        ]
    return lines


SCREENS = "## The screens"
BUSY = " (**a busy machine**: other programs had the cores, these figures are no measure of the program)"


def put_screens(results: Results, docs: Path) -> None:
    """Write the section of the screens into the page, and its figures beside those of the last whole run."""
    page, kept = docs / "performance.md", docs / "performance" / "figures.json"
    head, _, rest = page.read_text("utf-8").partition(f"{SCREENS}\n")
    if not rest:  # it was not there
        head, _, rest = head.partition("## Lists and searches\n")
        rest = f"## Lists and searches\n{rest}"
    after = rest[rest.index("## ") :]
    page.write_text(head + "\n".join(_screens(results)) + "\n" + after, "utf-8")
    figures_of = json.loads(kept.read_text("utf-8")) | {"screens": _short(results)["screens"]}
    kept.write_text(json.dumps(figures_of, indent=1) + "\n", "utf-8")


def _screens(results: Results) -> list[str]:
    """Return the section about the screens, if they were measured."""
    if not results.screens:
        return []
    figure = results.screens[-1]
    reached = [[what, f"{'✓' if ok else '✗ missed:'} {found}"] for what, found, ok in tables.targets(figure)]
    return [
        SCREENS,
        "",
        f"{figure.browser} without a window, {figure.at}, commit {figure.commit}, on {results.machine}; {figure.load:g} processes waited for a core",
        f"as it began{BUSY if figure.load > (psutil.cpu_count() or 1) else ''}. Twelve positions; browser, Asterisk, all of ct112, PostgreSQL and SIPp on the same cores, no network between them. An event's time",
        "is the kernel's of its SIP packet; a frame's is taken in the page after it was painted (`MutationObserver`, `requestAnimationFrame`, then a task),",
        "by the same clock, to a millisecond. Beside it a bare WebSocket client is told the same: what the browser adds is the ratio.",
        "",
        figures.markdown(targets.HEAD, reached),
        figures.markdown(*tables.event_rows(figure)),
        f"*Ready* is measured with a new profile each time: nothing is in the browser's cache, and the page's is the position's only phone. {len(figure.sign_in_ms)} times each.",
        "",
        "The wallboard while calls come, ring, are answered and go. A second is dropped when what the wall shows as it ends was at no time true within it.",
        "",
        figures.markdown(*tables.wall_row(figure)),
    ]


def _places(results: Results) -> list[str]:
    """Return the section about searching places, if it was measured."""
    if not results.places:
        return []
    return [
        "## Places by what people say",
        "",
        "Misspelt and shortened queries (`tests/places/queries.csv`), each asked several times. A time is a whole transaction.",
        "",
        figures.markdown(*figures.place_rows(results.places)),
    ]


def _beside(results: Results) -> list[str]:
    """Return the section about calls beside a flooded web, if it was measured."""
    if not results.beside:
        return []
    return [
        "## Calls beside a flooded web",
        "",
        "Serve and Asterisk on one core, everything else (`ct112 web`, PostgreSQL, SIPp, the flood itself) on the others. The same calls beside a",
        "web nobody asks and one asked 2,000 times a second, a quarter of it lists of calls from PostgreSQL; in turn, a pair a round. Time from",
        f"the caller's INVITE to the operator's. The median over the pairs of p99 beside the flood, of p99 without: **{beside.median_ratio(results.beside):.2f} ×**.",
        "",
        figures.markdown(*figures.beside_rows(results.beside)),
    ]


def _capacity(results: Results, plot: str) -> list[str]:
    """Return the section about the highest rates, if they were measured."""
    if not results.capacity:
        return []
    return [
        "## The highest rate",
        "",
        "Twenty calls a second more each time until a call fails, is not rung, or a SIP message has to be sent again; then less, until a rate",
        f"is held for {results.capacity[0].seconds:.0f} s.",
        "",
        figures.markdown(*figures.capacity_rows(results)),
        "What ends it is processor time: a call costs the two columns on the right together, and SIPp, the packet sniffer and PostgreSQL take",
        "their part of the same cores. Near the end whatever takes a core for a moment is caught up late, and one caller in a minute whose",
        "operator is rung more than half a second late (he has left: *not rung*) ends the search. Shorter tries went further: see above.",
        "One step up or down is chance: six searches on 25 and 26 November 2026 found 0.60 twice, 0.67, 0.75, 0.80 and 0.83 ×.",
        "",
        plot,
    ]


def _short(results: Results) -> dict[str, Any]:
    """Return the figures without the times of single calls: their percentiles instead."""
    found = results.as_json()
    for one in found["live"]:
        times = one.pop("seen_ms")
        one["seen_ms"] = {
            f"p{part * 100:g}": round(quantile(times, part), 3) for part in (0.5, 0.95, 0.99, 1.0)
        }
    for case, names in (("set_up", ("rung_ms", "answered_ms")), ("beside", ("idle_ms", "flooded_ms"))):
        for one in found[case]:
            for name in names:
                times = one.pop(name)
                one[name] = {
                    f"p{part * 100:g}": round(quantile(times, part), 3) for part in (0.5, 0.95, 0.99, 1.0)
                }
    found["screens"] = [_percentiles(one) for one in found["screens"]]
    return found


def _percentiles(value: Any) -> Any:
    """Return the same with percentiles in place of every list of times."""
    if isinstance(value, dict):
        return {name: _percentiles(one) for name, one in value.items()}
    if isinstance(value, list) and value and all(isinstance(one, int | float) for one in value):
        return {f"p{part * 100:g}": round(quantile(value, part), 1) for part in (0.5, 0.95, 0.99, 1.0)}
    return [_percentiles(one) for one in value] if isinstance(value, list) else value
