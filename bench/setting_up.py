"""Setting a call up: ct112, Asterisk's own queue and a small asyncari application, in turn."""

import contextlib
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench import peer_libraries
from bench.exchange import ASYNCARI_NUMBER, CT112_NUMBER, QUEUE_NUMBER, Exchange
from bench.load import Load, callers, operators

SCRIPT = Path(__file__).parent / "peers" / "asyncari_centre.py"
TALK_MS = 500
FEWEST = 20
REST_SECONDS = 2.0
LONG_REST_SECONDS = 15.0  # what a system could not cope with is still being worked off
SYSTEMS = {"ct112": CT112_NUMBER, "app_queue": QUEUE_NUMBER, "asyncari": ASYNCARI_NUMBER}


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUpFigure:
    """One system at one rate in one round. Times in ms from the caller's INVITE, of those that got there."""

    system: str
    rate: float
    calls: int
    failed: int
    retransmissions: int
    unserved: int  # no operator's phone rang
    rung_ms: list[float]
    answered_ms: list[float]
    ct112_cpu_ms: float  # processor time for each call
    asterisk_cpu_ms: float


def rounds(exchange: Exchange, rates: tuple[float, ...], seconds: float, count: int) -> Iterator[SetUpFigure]:
    """Play every system at every rate in turn, `count` times over."""
    parts = {"ct112": exchange.process("ct112"), "asterisk": exchange.process("asterisk-a")}
    with operators(exchange), asyncari_centre(exchange):
        for _ in range(count):
            for rate in rates:
                for system, number in SYSTEMS.items():
                    calls = max(FEWEST, int(rate * seconds))
                    load = callers(exchange, number, rate=rate, calls=calls, talk_ms=TALK_MS, parts=parts)
                    found = figure(system, rate, load)
                    yield found
                    time.sleep(LONG_REST_SECONDS if found.failed or found.unserved else REST_SECONDS)


def figure(system: str, rate: float, load: Load) -> SetUpFigure:
    """Return what a load says."""
    rung = [one.rung for one in load.served if one.rung is not None]
    return SetUpFigure(
        system=system,
        rate=rate,
        calls=load.calls,
        failed=load.failed,
        retransmissions=load.retransmissions,
        unserved=load.calls - len(rung),
        rung_ms=rung,
        answered_ms=[one.answered for one in load.served if one.answered is not None],
        ct112_cpu_ms=load.cpu["ct112"] / load.calls * 1000,
        asterisk_cpu_ms=load.cpu["asterisk"] / load.calls * 1000,
    )


@contextlib.contextmanager
def asyncari_centre(exchange: Exchange) -> Iterator[None]:
    """Run the small application."""
    ari = exchange.lab.description()["ari"][0]
    command = [str(peer_libraries.python()), str(SCRIPT), ari["url"].removesuffix("ari")]
    command += [ari["user"], ari["password"], str(exchange.positions)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        try:
            if process.stdout.readline() != b"ready\n":
                raise RuntimeError("the asyncari application did not start")
            yield
        finally:
            process.kill()
