"""Calls that are held: ct112's memory for each, and what it costs when nothing happens."""

import subprocess
import time
from dataclasses import dataclass

from bench.exchange import CT112_NUMBER, Exchange
from bench.load import SCENARIO, operators, processor_seconds

SECONDS_TO_SETTLE = 8.0  # ct112 counts its calls every few seconds
RATE = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldFigure:
    """So many callers at once. `cpu_percent`: of one core, ct112 alone, nothing happening."""

    calls: int
    talking: int
    kilobytes_a_call: float
    cpu_percent: float


def measure(exchange: Exchange, calls: int, seconds: float) -> HeldFigure:
    """Let so many callers come and stay: as many talk as there are positions, the others wait."""
    process = exchange.process("ct112")
    with operators(exchange):
        before = process.memory_info().rss
        fill = calls / RATE
        command = ("sipp", exchange.sip, "-sf", str(SCENARIO), "-i", "127.0.0.2")
        where = ("-p", str(exchange.caller_port), "-s", CT112_NUMBER, "-key", "prefix", "0812", "-nostdin")
        how = (
            "-r",
            str(RATE),
            "-m",
            str(calls),
            "-l",
            str(calls),
            "-d",
            str(int((fill + seconds + 20) * 1000)),
        )
        with subprocess.Popen(
            [*command, *where, *how], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as sipp:
            time.sleep(fill + SECONDS_TO_SETTLE)
            live = round(exchange.metric("ct112_calls_live"))
            if live != calls:
                raise RuntimeError(f"{live} of {calls} calls are live: nothing to measure")
            used, began = processor_seconds(process), time.perf_counter()
            time.sleep(seconds)
            percent = (processor_seconds(process) - used) / (time.perf_counter() - began) * 100
            grown = process.memory_info().rss - before
            sipp.wait()
    return HeldFigure(
        calls=calls,
        talking=min(calls, exchange.positions),
        kilobytes_a_call=grown / calls / 1000,
        cpu_percent=percent,
    )
