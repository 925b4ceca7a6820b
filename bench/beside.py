"""Setting a call up while `ct112 web` is idle, and while it is flooded: does the telephone notice?

Serve and Asterisk have one core to themselves; everything else shares the others, so that what is measured
is what web takes from calls, and not that a small machine is full.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psutil

from bench.exchange import CT112_NUMBER, Exchange
from bench.load import Load, callers, operators
from bench.quantiles import quantile
from lab.beside import WEB, WORKER
from lab.drills.beside import FLOODED
from lab.places import REPOSITORY

TELEPHONE = ("ct112", "asterisk-a")
FLOOD_RATE = 2000
TALK_MS = 500
REST_SECONDS = 2.0
EARLY_SECONDS = 1.0  # the flood has begun when the first caller comes
LEAST_CORES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class BesideFigure:
    """One pair: the same load beside an idle and a flooded web; ms from INVITE to the operator's INVITE."""

    rate: float
    calls: int
    failed: int  # in both together
    idle_ms: list[float]
    flooded_ms: list[float]
    asked: float  # requests a second at web, as offered
    answered: float

    @property
    def ratio(self) -> float:
        """Return p99 beside the flooded web, of p99 beside the idle one."""
        return quantile(self.flooded_ms, 0.99) / quantile(self.idle_ms, 0.99)


def rounds(exchange: Exchange, rate: float, seconds: float, count: int) -> Iterator[BesideFigure]:
    """Play `count` pairs in turn; the idle one is first in every other pair."""
    for part in (WEB, WORKER):
        exchange.lab.start(part)
    with pinned(exchange), operators(exchange):
        _load(exchange, rate, seconds)  # warm: not counted
        for number in range(count):
            yield _pair(exchange, rate, seconds, idle_first=number % 2 == 0)


def median_ratio(found: Sequence[BesideFigure]) -> float:
    """Return the median over the pairs of the ratio of their p99."""
    return statistics.median(figure.ratio for figure in found)


def _pair(exchange: Exchange, rate: float, seconds: float, *, idle_first: bool) -> BesideFigure:
    loads: dict[bool, Load] = {}
    for flooded in (not idle_first, idle_first):
        if flooded:
            with flood(exchange, seconds) as told:
                time.sleep(EARLY_SECONDS)
                loads[True] = _load(exchange, rate, seconds)
        else:
            loads[False] = _load(exchange, rate, seconds)
        time.sleep(REST_SECONDS)
    return BesideFigure(
        rate=rate,
        calls=loads[False].calls,
        failed=loads[False].failed + loads[True].failed,
        idle_ms=_rung(loads[False]),
        flooded_ms=_rung(loads[True]),
        asked=told["sent"] / told["seconds"],
        answered=sum(told["answers"].values()) / told["seconds"],
    )


def _load(exchange: Exchange, rate: float, seconds: float) -> Load:
    calls = int(rate * seconds)
    return callers(exchange, CT112_NUMBER, rate=rate, calls=calls, talk_ms=TALK_MS, parts={})


def _rung(load: Load) -> list[float]:
    return [one.rung for one in load.served if one.rung is not None]


@contextmanager
def flood(exchange: Exchange, seconds: float) -> Iterator[dict[str, Any]]:
    """Flood web while the block runs; what came of it stands in the result afterwards."""
    info = exchange.lab.description()
    length = seconds + 3 * EARLY_SECONDS
    command = [sys.executable, "-m", "lab.flood", info["web"], *FLOODED]
    command += ["--rate", str(FLOOD_RATE), "--seconds", str(length)]
    told: dict[str, Any] = {}
    with subprocess.Popen(
        command, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdin is not None
            process.stdin.write(f"{info['api_token']}\n")
            process.stdin.close()
            yield told
            assert process.stdout is not None
            told |= json.loads(process.stdout.readline())
        finally:
            process.kill()


@contextmanager
def pinned(exchange: Exchange) -> Iterator[None]:
    """Give serve and Asterisk one core, and all else the others, until the block ends."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < LEAST_CORES:
        raise RuntimeError("this needs two cores: one for serve and Asterisk, one for all else")
    living = exchange.lab.living()
    telephone = [living[part] for part in TELEPHONE]
    others = [pid for part, pid in living.items() if part not in TELEPHONE]
    try:
        _pin(_families(telephone), cores[:1])
        _pin([*_families(others), os.getpid()], cores[1:])
        yield
    finally:
        _pin([*_families([*telephone, *others]), os.getpid()], cores)


def _families(pids: Iterable[int]) -> list[int]:
    """Return these processes and all they have started."""
    found = []
    for pid in pids:
        process = psutil.Process(pid)
        found += [pid, *(child.pid for child in process.children(recursive=True))]
    return found


def _pin(pids: Iterable[int], cores: Sequence[int]) -> None:
    """Let every thread of these processes run on these cores alone; what they start later, too."""
    for pid in pids:
        for thread in _threads(pid):
            try:
                os.sched_setaffinity(thread, cores)
            except ProcessLookupError:
                continue


def _threads(pid: int) -> list[int]:
    try:
        return [thread.id for thread in psutil.Process(pid).threads()]
    except psutil.NoSuchProcess:
        return []
