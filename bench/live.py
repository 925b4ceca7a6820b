"""From a caller's INVITE at Asterisk to the pages that follow the floor."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.exchange import CT112_NUMBER, Exchange
from bench.load import operators, play
from bench.sniffer import read, sniffing
from lab.places import REPOSITORY

WEB = "web"
PAGES = 200
TALK_MS = 500
SETTLE_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveFigure:
    """At one rate of calls, in one round: ms from each INVITE until each page showed the call."""

    pages: int
    rate: float
    calls: int
    missed: int  # calls a page never showed
    wrong: int  # gaps, pages cut off
    seen_ms: list[float]


def rounds(exchange: Exchange, rate: float, calls: int, count: int) -> Iterator[LiveFigure]:
    """Let calls come while pages look on, `count` times over."""
    exchange.lab.start(WEB)
    with operators(exchange):
        for _ in range(count):
            yield measure(exchange, rate, calls)


def measure(exchange: Exchange, rate: float, calls: int) -> LiveFigure:
    """Let so many callers come, so many a second."""
    with tempfile.TemporaryDirectory(prefix="ct112-live-") as folder:
        kept, stats, seen = (Path(folder) / name for name in ("packets", "stats.csv", "seen.json"))
        with _pages(exchange, seen) as told, sniffing(exchange.node.ports.sip, kept):
            play(exchange, CT112_NUMBER, rate, calls, TALK_MS, stats)
            time.sleep(SETTLE_SECONDS)
        invited: dict[str, float] = {}
        for packet in read(kept):
            if packet.start.startswith("INVITE") and packet.source == exchange.caller_port:
                invited.setdefault(packet.user, packet.at)
        pages: list[dict[str, float]] = json.loads(seen.read_text("utf-8"))
    return LiveFigure(
        pages=len(pages),
        rate=rate,
        calls=len(invited),
        missed=sum(number not in page for page in pages for number in invited),
        wrong=told["wrong"],
        seen_ms=[
            (page[number] - at) * 1000 for page in pages for number, at in invited.items() if number in page
        ],
    )


@contextmanager
def _pages(exchange: Exchange, seen: Path) -> Iterator[dict[str, int]]:
    """Have pages in a process of their own; what came of them stands in the result afterwards."""
    info = exchange.lab.description()
    command = [sys.executable, "-m", "bench.pages", info["web"], str(PAGES), str(seen)]
    told: dict[str, int] = {}
    with subprocess.Popen(command, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(f"{info['api_token']}\n".encode())
            process.stdin.flush()
            if process.stdout.readline() != b"open\n":
                raise RuntimeError("the pages could not be opened")
            yield told
            process.stdin.write(b"\n")
            process.stdin.flush()
            told |= json.loads(process.stdout.readline())
        finally:
            process.kill()
