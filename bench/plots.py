"""What can be drawn of a run."""

import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")  # draws files, needs no screen
from matplotlib import pyplot as plt

from bench.figures import grouped
from bench.quantiles import quantile
from bench.results import Results

DPI = 110
COLOURS = {"ct112": "tab:blue", "app_queue": "tab:orange", "dialplan": "tab:orange", "asyncari": "tab:green"}


def draw(results: Results, folder: Path) -> list[str]:
    """Draw each case that was played into `folder`; return the files' names."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = []
    for name, draw_one in DRAWN.items():
        figure = draw_one(results)
        if figure is not None:
            figure.tight_layout()
            figure.savefig(folder / name, dpi=DPI)
            plt.close(figure)
            drawn.append(name)
    return drawn


def _set_up(results: Results) -> Any:
    if not results.set_up:
        return None
    figure, axes = plt.subplots(1, 2, figsize=(10, 4), sharey=True)
    for axis, part in zip(axes, (0.5, 0.99), strict=True):
        for system, figures in grouped(results.set_up, lambda one: one.system).items():
            cases = grouped(figures, lambda one: one.rate)
            values = [statistics.median([quantile(one.rung_ms, part) for one in r]) for r in cases.values()]
            axis.plot(list(cases), values, marker="o", label=system, color=COLOURS[system])
        axis.set(title=f"p{part * 100:.0f}", xlabel="calls a second", yscale="log")
        axis.grid(visible=True, which="both", alpha=0.3)
    axes[0].set_ylabel("INVITE to operator's INVITE, ms")
    axes[0].legend()
    return figure


def _capacity(results: Results) -> Any:
    cases = grouped(results.capacity, lambda one: one.system)
    values = {
        name: statistics.median([one.calls_per_second for one in rounds]) for name, rounds in cases.items()
    }
    return _bars(values, "calls a second held", "{:.0f}")


def _client(results: Results) -> Any:
    cases = grouped(results.client, lambda one: one.library)
    values = {name: statistics.median([one.microseconds for one in rounds]) for name, rounds in cases.items()}
    return _bars(values, "one request, µs", "{:.0f}")


def _ivr(results: Results) -> Any:
    if not results.ivr:
        return None
    figure, axis = plt.subplots(figsize=(6, 3))
    for system, rounds in grouped(results.ivr, lambda one: one.system).items():
        times = sorted(time for one in rounds for time in one.reaction_ms)
        share = [number / len(times) for number in range(1, len(times) + 1)]
        axis.step(times, share, where="post", label=system, color=COLOURS[system])
    axis.set(xlabel="key to what follows, ms", ylabel="share of calls", xlim=(0, None))
    axis.grid(visible=True, alpha=0.3)
    axis.legend()
    return figure


def _core(results: Results) -> Any:
    if not results.core:
        return None
    figure, axis = plt.subplots(figsize=(6, 4))
    for operators, figures in grouped(results.core, lambda one: one.operators).items():
        cases = grouped(figures, lambda one: one.waiting)
        values = [statistics.median([one.microseconds for one in r]) for r in cases.values()]
        axis.plot(list(cases), values, marker="o", label=f"{operators} operators")
    axis.set(xlabel="calls waiting", ylabel="µs an event", xscale="log", ylim=(0, None))
    axis.grid(visible=True, alpha=0.3)
    axis.legend()
    return figure


def _bars(values: dict[str, float], what: str, form: str) -> Any:
    if not values:
        return None
    figure, axis = plt.subplots(figsize=(6, 0.6 * len(values) + 1))
    bars = axis.barh(list(values), list(values.values()), color=[COLOURS.get(one, "grey") for one in values])
    axis.bar_label(bars, fmt=form, padding=3)
    axis.set(xlabel=what, xlim=(0, 1.15 * max(*values.values(), 1.0)))
    axis.invert_yaxis()
    return figure


DRAWN: dict[str, Callable[[Results], Any]] = {
    "set-up.png": _set_up,
    "capacity.png": _capacity,
    "ivr.png": _ivr,
    "client.png": _client,
    "core.png": _core,
}
