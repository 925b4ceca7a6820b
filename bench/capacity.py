"""The highest rate that is held with no failed call, no packet sent again, and a person for every call."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from bench.exchange import Exchange
from bench.load import callers, operators
from bench.setting_up import REST_SECONDS, SYSTEMS, TALK_MS, asyncari_centre, figure

STEP = 20.0
FIRST, LAST = 20.0, 200.0


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


def rounds(exchange: Exchange, seconds: float, count: int) -> Iterator[CapacityFigure]:
    """Raise the rate step by step for every system in turn, `count` times over."""
    with operators(exchange), asyncari_centre(exchange):
        for _ in range(count):
            for system in SYSTEMS:
                yield _highest(exchange, system, seconds)


def _highest(exchange: Exchange, system: str, seconds: float) -> CapacityFigure:
    parts = {"ct112": exchange.process("ct112"), "asterisk": exchange.process("asterisk-a")}
    held, rate, cpu, why = 0.0, FIRST, (0.0, 0.0), ""
    while rate <= LAST:
        calls = int(rate * seconds)
        load = callers(exchange, SYSTEMS[system], rate=rate, calls=calls, talk_ms=TALK_MS, parts=parts)
        found = figure(system, rate, load)
        time.sleep(REST_SECONDS)
        why = _broken(found.failed, found.retransmissions, found.unserved)
        if why:
            break
        held, cpu = rate, (found.ct112_cpu_ms, found.asterisk_cpu_ms)
        rate += STEP
    return CapacityFigure(
        system=system,
        seconds=seconds,
        calls_per_second=held,
        broke_at=rate,
        because=why,
        ct112_cpu_ms=cpu[0],
        asterisk_cpu_ms=cpu[1],
    )


def _broken(failed: int, retransmissions: int, unserved: int) -> str:
    """Return what went wrong, in words; nothing when nothing did."""
    counts = {"failed": failed, "sent again": retransmissions, "not rung": unserved}
    return ", ".join(f"{count} {what}" for what, count in counts.items() if count)
