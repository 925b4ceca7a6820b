"""What the benchmarks make of what they saw; the benchmarks themselves run by `./run bench`."""

import math
import pickle
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bench import core, figures
from bench.load import Served, served
from bench.quantiles import quantile
from bench.setting_up import SetUpFigure
from bench.sniffer import Packet, read

EXCHANGE: Any = SimpleNamespace(
    node=SimpleNamespace(ports=SimpleNamespace(sip=5060)), uas_port=7001, caller_port=7002
)
CALLER, SIP, DESK = 7002, 5060, 7001


def packet(at: float, start: str, call_id: str, source: int, target: int, **more: str) -> Packet:
    """Return a SIP message about an INVITE."""
    known = {"cseq": "1 INVITE", "user": "0811"} | more
    return Packet(at=at, start=start, call_id=call_id, source=source, target=target, **known)


def test_a_call_is_matched_with_its_answer_and_with_the_operator_who_saw_its_number() -> None:
    packets = [
        packet(1.000, "INVITE sip:112@x SIP/2.0", "a", CALLER, SIP),
        packet(1.001, "INVITE sip:112@x SIP/2.0", "b", CALLER, SIP, user="0812"),
        packet(1.002, "SIP/2.0 100 Trying", "a", SIP, CALLER),
        packet(1.004, "SIP/2.0 200 OK", "a", SIP, CALLER),
        packet(1.005, "INVITE sip:pos-1@x SIP/2.0", "leg", SIP, DESK),
        packet(1.006, "SIP/2.0 200 OK", "leg", DESK, SIP),
        packet(1.009, "INVITE sip:pos-1@x SIP/2.0", "leg", SIP, DESK),  # again: the first one counts
        packet(1.500, "SIP/2.0 200 OK", "b", SIP, CALLER, cseq="2 BYE"),
    ]
    first, second = served(packets, EXCHANGE)
    assert (first.answered, first.rung) == pytest.approx((4.0, 5.0))
    assert second == Served(None, None)


def test_packets_are_read_back_as_they_were_seen(tmp_path: Path) -> None:
    sip = b"INVITE sip:112@x SIP/2.0\r\nCall-ID: a\r\nCSeq: 1 INVITE\r\nFrom: <sip:0811@y>;tag=1\r\n\r\n"
    frame = b"\0" * 34 + (7002).to_bytes(2) + (5060).to_bytes(2) + b"\0" * 4 + sip
    keep_alive = frame[:42] + b"\r\n\r\n"
    (tmp_path / "kept").write_bytes(pickle.dumps([(2.0, frame), (1.0, keep_alive)]))
    (found,) = read(tmp_path / "kept")
    assert (found.at, found.user, found.call_id, found.source, found.target) == (2.0, "0811", "a", 7002, 5060)


def figure(system: str, *rung: float) -> SetUpFigure:
    """Return one round at 100 calls a second."""
    return SetUpFigure(
        system=system,
        rate=100,
        calls=len(rung),
        failed=0,
        retransmissions=0,
        unserved=0,
        rung_ms=list(rung),
        answered_ms=[1.0],
        ct112_cpu_ms=1.0,
        asterisk_cpu_ms=2.0,
    )


def test_each_system_is_put_beside_the_queue_of_the_same_rate() -> None:
    rounds = [figure("ct112", 3.0, 3.0), figure("app_queue", 2.0, 2.0), figure("ct112", 5.0, 5.0)]
    _, rows = figures.set_up_rows(rounds)
    assert rows[0][:5] == ["100", "ct112", "4.0 (3.0-5.0)", "4.0 (3.0-5.0)", "2.00"]
    assert rows[1][4] == "1.00"


def test_percentiles_of_nothing_are_no_number() -> None:
    assert math.isnan(quantile([], 0.5))
    assert quantile([3.0, 1.0, 2.0], 0.5) == 2.0


def test_the_floor_is_measured_with_as_many_calls_as_it_says() -> None:
    stage = core.filled(waiting=7, operators=2)
    assert len(stage.floor.calls) == 9
    assert core.measure(7, 2, lives=3).microseconds > 0
