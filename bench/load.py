"""Callers and operators by SIPp, and what their packets say about how fast they were served."""

import csv
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench.exchange import Exchange
from bench.sniffer import Packet, read, sniffing

SCENARIO = Path(__file__).parent / "sipp" / "caller.xml"
SETTLE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Served:
    """One caller, in ms from the INVITE: until the 200, and until the operator's INVITE."""

    answered: float | None
    rung: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What became of a load. `cpu`: seconds of processor time of each part; `seconds`: how long it took."""

    calls: int
    failed: int
    retransmissions: int
    served: list[Served]
    cpu: dict[str, float]
    seconds: float


@contextmanager
def operators(exchange: Exchange, ring_ms: int = 0) -> Iterator[None]:
    """Let a SIPp answer at every position, at once or after so long."""
    how = ("-sf", str(SCENARIO.with_name("operator.xml")), "-d", str(ring_ms)) if ring_ms else ("-sn", "uas")
    command = ("sipp", exchange.sip, *how, "-i", "127.0.0.1", "-p", str(exchange.uas_port))
    with subprocess.Popen(
        [*command, "-aa", "-nostdin"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            yield
        finally:
            process.kill()


def callers(
    exchange: Exchange,
    number: str,
    *,
    rate: float,
    calls: int,
    talk_ms: int,
    parts: dict[str, psutil.Process],
) -> Load:
    """Let so many callers come, so many a second, each staying `talk_ms`; return how they were served."""
    with tempfile.TemporaryDirectory(prefix="ct112-load-") as folder:
        kept, stats = Path(folder) / "packets", Path(folder) / "stats.csv"
        before = {name: processor_seconds(process) for name, process in parts.items()}
        began = time.perf_counter()
        with sniffing(exchange.node.ports.sip, kept):
            play(exchange, number, rate, calls, talk_ms, stats)
            seconds = time.perf_counter() - began
            time.sleep(SETTLE_SECONDS)
        cpu = {name: processor_seconds(process) - before[name] for name, process in parts.items()}
        packets = [one for one in read(kept) if "OPTIONS" not in one.cseq]  # to a carrier who is not there
        return Load(
            calls=calls,
            failed=_failed(stats),
            retransmissions=len(packets) - len({packet.same for packet in packets}),
            served=served(packets, exchange),
            cpu=cpu,
            seconds=seconds,
        )


def play(exchange: Exchange, number: str, rate: float, calls: int, talk_ms: int, stats: Path) -> None:
    """Let the callers come, and wait until the last has gone; `stats` gets SIPp's own count."""
    prefix = f"0811{int(time.time()) % 1_000_000:06d}"
    command = ("sipp", exchange.sip, "-sf", str(SCENARIO), "-i", "127.0.0.2", "-p", str(exchange.caller_port))
    how = ("-s", number, "-key", "prefix", prefix, "-r", f"{rate:g}", "-m", str(calls), "-d", str(talk_ms))
    limits = ("-l", "5000", "-nostdin", "-timeout", f"{calls / rate + 60:.0f}s", "-recv_timeout", "20000")
    log = ("-trace_stat", "-fd", "1s", "-stf", str(stats))
    subprocess.run(
        [*command, *how, *limits, *log], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
    )


def served(packets: list[Packet], exchange: Exchange) -> list[Served]:
    """Match each caller's INVITE with its 200 and with the operator's INVITE that shows the same number."""
    sip = exchange.node.ports.sip
    invites: dict[str, Packet] = {}
    answered: dict[str, float] = {}
    rung: dict[str, float] = {}
    for packet in packets:
        if packet.start.startswith("INVITE") and packet.source == exchange.caller_port:
            invites.setdefault(packet.call_id, packet)
        elif packet.start.startswith("INVITE") and packet.target == exchange.uas_port:
            rung.setdefault(packet.user, packet.at)
        elif _is_answer(packet, sip, exchange.caller_port):
            answered.setdefault(packet.call_id, packet.at)
    return [
        Served(_since(invite.at, answered.get(call)), _since(invite.at, rung.get(invite.user)))
        for call, invite in invites.items()
    ]


def _is_answer(packet: Packet, sip: int, caller_port: int) -> bool:
    to_caller = (packet.source, packet.target) == (sip, caller_port)
    return to_caller and packet.start.startswith("SIP/2.0 200") and packet.cseq.endswith("INVITE")


def _since(began: float, at: float | None) -> float | None:
    return None if at is None else (at - began) * 1000


def _failed(stats: Path) -> int:
    with stats.open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    return int(rows[-1]["FailedCall(C)"])


def processor_seconds(process: psutil.Process) -> float:
    """Return the processor time a process has used so far."""
    times = process.cpu_times()
    return float(times.user + times.system)
