"""`ct112 simulate`: nights on virtual time, and what they say."""

import logging
import os
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from enum import StrEnum
from multiprocessing import get_context
from typing import Annotated

import structlog
import typer

from ct112.simulation.night import Failure, Result, run
from ct112.simulation.scenario import Scenario

TARGET_SECONDS = 15.0


class Faults(StrEnum):
    """Whether things break."""

    ON = "on"
    OFF = "off"


def simulate(
    seed: Annotated[int, typer.Option(help="The first seed; it decides everything.")] = 1,
    seeds: Annotated[int, typer.Option(help="How many seeds, one night each.", min=1)] = 1,
    hours: Annotated[float, typer.Option(help="How long calls come in.", min=0.01)] = 1.0,
    calls_per_hour: Annotated[float, typer.Option(help="How many, on average.", min=0.01)] = 60.0,
    operators: Annotated[int, typer.Option(help="How many positions.", min=1)] = 3,
    handle_seconds: Annotated[float, typer.Option(help="Mean length of a talk.", min=1)] = 90.0,
    patience_seconds: Annotated[float, typer.Option(help="Mean patience of a caller.", min=1)] = 120.0,
    agency_calls_per_hour: Annotated[float, typer.Option(help="Telephone calls to agencies.", min=0)] = 0.0,
    faults: Annotated[Faults, typer.Option(help="Whether things break.")] = Faults.ON,
    pages: Annotated[bool, typer.Option(help="Phones are pages in browsers, and go in talks.")] = False,
    jobs: Annotated[int, typer.Option(help="Processes side by side; 0: as many as cores.", min=0)] = 0,
) -> None:
    """Let the real floor live through nights on virtual time; exit 1 when an invariant breaks."""
    first = Scenario(
        seed=seed,
        hours=hours,
        calls_per_hour=calls_per_hour,
        operators=operators,
        handle_seconds=handle_seconds,
        patience_seconds=patience_seconds,
        agency_calls_per_hour=agency_calls_per_hour,
        faults=faults is Faults.ON,
        pages=pages,
    )
    began, results = time.monotonic(), []
    for found in _nights([replace(first, seed=seed + number) for number in range(seeds)], jobs):
        if isinstance(found, str):
            typer.echo(found, err=True)
            raise typer.Exit(1)
        results.append(found)
    typer.echo(_report(results, time.monotonic() - began))


def _nights(scenarios: list[Scenario], jobs: int) -> Iterator[Result | str]:
    """Return what came of each, in order; a text is a failure."""
    workers = min(jobs or os.cpu_count() or 1, len(scenarios))
    if workers == 1:
        _quiet()
        yield from map(_night, scenarios)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_quiet) as pool:
        try:
            yield from pool.map(_night, scenarios, chunksize=max(1, min(20, len(scenarios) // workers)))
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _night(scenario: Scenario) -> Result | str:
    try:
        return run(scenario)
    except Failure as failure:
        return str(failure)


def _quiet() -> None:
    """Faults are meant here: only what is wrong with ct112 itself is said, by the failure."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


def _report(results: list[Result], seconds: float) -> str:
    calls = sum(one.calls for one in results)
    outcomes, agencies, faults = Counter[str](), Counter[str](), Counter[str]()
    for one in results:
        outcomes.update(one.outcomes)
        agencies.update(one.agencies)
        faults.update(one.faults)
    waits = sorted(wait for one in results for wait in one.wait_seconds)
    answers = sorted(answer for one in results for answer in one.answer_seconds)
    in_time = sum(wait <= TARGET_SECONDS for wait in waits) / len(waits) if waits else 0.0
    lines = [
        f"{len(results)} nights, {calls} calls in {seconds:.1f} s: {calls / seconds * 60:,.0f} a minute",
        f"outcomes: {_counts(outcomes)}, with the fallback alone {sum(one.unknown for one in results)}",
        f"time to answer: p50 {_part(answers, 0.5):.1f} s, p95 {_part(answers, 0.95):.1f} s; "
        f"{in_time:.1%} of the answered waited {TARGET_SECONDS:.0f} s at most in the queue",
        *([f"agencies called: {_counts(agencies)}"] if agencies else []),
        f"what broke: {_counts(faults)}",
        "every invariant held after every step",
    ]
    return "\n".join(lines)


def _counts(counter: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counter.items())) or "nothing"


def _part(values: list[float], part: float) -> float:
    """Return the quantile; 0 for no values."""
    return values[min(len(values) - 1, int(part * len(values)))] if values else 0.0
