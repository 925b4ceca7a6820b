"""The highest rate that is held with no failed call, no packet sent again, and a person for every call."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from bench.exchange import Exchange
from bench.load import callers, operators
from bench.quantiles import quantile
from bench.setting_up import (
    LONG_REST_SECONDS,
    REST_SECONDS,
    SYSTEMS,
    TALK_MS,
    SetUpFigure,
    asyncari_centre,
    figure,
)

LAST = 200.0
PROBE_SECONDS = 10.0  # a rate that breaks sooner need not be tried for long


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityFigure:
    """What a system held for so long, in one round; 0: not even the first rate."""

    system: str
    seconds: float
    calls_per_second: float
    broke_at: float
    because: str
    ct112_cpu_ms: float  # for each call, at the highest rate it held
    asterisk_cpu_ms: float
    rung_p50_ms: dict[float, float]  # by rate, of those it got through


def rounds(exchange: Exchange, step: float, seconds: float, count: int) -> Iterator[CapacityFigure]:
    """Find it for every system in turn, in steps of so many calls a second, `count` times over."""
    with operators(exchange), asyncari_centre(exchange):
        for _ in range(count):
            for system in SYSTEMS:
                yield _Search(exchange, system).result(step, seconds)


class _Search:
    """Raises the rate in short tries until it breaks, then lowers it until one is held as long as asked."""

    def __init__(self, exchange: Exchange, system: str) -> None:
        self._exchange, self._system = exchange, system
        self._parts = {"ct112": exchange.process("ct112"), "asterisk": exchange.process("asterisk-a")}
        self._p50: dict[float, float] = {}
        self._broke_at, self._because = 0.0, ""

    def result(self, step: float, seconds: float) -> CapacityFigure:
        """Return the highest rate held for so many seconds."""
        rate = step
        while rate <= LAST and self._holds(rate, min(PROBE_SECONDS, seconds)):
            rate += step
        rate -= step
        found = None
        while rate > 0 and not (found := self._holds(rate, seconds)):
            rate -= step
        return CapacityFigure(
            system=self._system,
            seconds=seconds,
            calls_per_second=rate,
            broke_at=self._broke_at,
            because=self._because,
            ct112_cpu_ms=found.ct112_cpu_ms if found else 0.0,
            asterisk_cpu_ms=found.asterisk_cpu_ms if found else 0.0,
            rung_p50_ms=self._p50,
        )

    def _holds(self, rate: float, seconds: float) -> SetUpFigure | None:
        """Return what was measured at this rate, None when something broke."""
        number, calls = SYSTEMS[self._system], int(rate * seconds)
        load = callers(self._exchange, number, rate=rate, calls=calls, talk_ms=TALK_MS, parts=self._parts)
        found = figure(self._system, rate, load)
        why = _broken(found.failed, found.retransmissions, found.unserved)
        time.sleep(LONG_REST_SECONDS if why else REST_SECONDS)
        if why:
            self._broke_at, self._because = rate, why
            return None
        self._p50[rate] = quantile(found.rung_ms, 0.5)
        return found


def _broken(failed: int, retransmissions: int, unserved: int) -> str:
    """Return what went wrong, in words; nothing when nothing did."""
    counts = {"failed": failed, "sent again": retransmissions, "not rung": unserved}
    return ", ".join(f"{count} {what}" for what, count in counts.items() if count)
