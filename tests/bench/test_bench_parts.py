"""The parts of the benchmarks that decide what is counted."""

import json
import struct
from typing import Any

import numpy as np
import pytest

from bench import capacity, event_source, figures, ivr, targets
from bench.capacity import CapacityFigure
from bench.client import ClientFigure
from bench.ivr import IvrFigure
from bench.results import Results
from bench.setting_up import SetUpFigure
from ct112.asterisk.ari.models import EVENT, ChannelDtmfReceived
from lab.audio import tone


def a_law(pcm: bytes) -> bytes:
    """Return the sign bits of G.711 A-law (ITU-T G.711): all that is looked at."""
    return bytes((np.frombuffer(pcm, "<i2") >= 0).astype(np.uint8) << 7)


@pytest.mark.parametrize(("hz", "is_next"), [(ivr.MENU_HZ, False), (ivr.NEXT_HZ, True)])
def test_every_frame_of_a_tone_is_told_from_the_other(hz: int, is_next: bool) -> None:
    sound = a_law(tone(hz, 1.0))
    frames = [sound[at : at + ivr.FRAME] for at in range(0, len(sound), ivr.FRAME)]
    assert {ivr.turns(frame) >= ivr.TURNS for frame in frames} == {is_next}


def test_the_events_are_what_our_models_take() -> None:
    assert isinstance(EVENT.validate_python(event_source.event(7, "x")), ChannelDtmfReceived)


def test_a_frame_says_its_length() -> None:
    text = json.dumps(event_source.event(1, "x")).encode()
    frame = event_source.framed(text)
    assert frame[:2] == b"\x81\x7e"
    assert struct.unpack("!H", frame[2:4])[0] == len(text) == len(frame) - 4


def measured(rate: float, *, unserved: int = 0) -> SetUpFigure:
    """Return what a try at a rate found."""
    return SetUpFigure(
        system="ct112",
        rate=rate,
        calls=10,
        failed=0,
        retransmissions=0,
        unserved=unserved,
        rung_ms=[rate / 10],
        answered_ms=[1.0],
        ct112_cpu_ms=3.0,
        asterisk_cpu_ms=9.0,
    )


class Searching(capacity._Search):
    """A search in a system that holds 100 calls a second for a short time, and 60 for long."""

    def __init__(self) -> None:
        self._system, self._p50, self._broke_at, self._because = "ct112", {}, 0.0, ""
        self.tries: list[tuple[float, float]] = []

    def _holds(self, rate: float, seconds: float) -> SetUpFigure | None:
        self.tries.append((rate, seconds))
        if rate > (100 if seconds <= capacity.PROBE_SECONDS else 60):
            self._broke_at, self._because = rate, "1 not rung"
            return None
        self._p50[rate] = rate / 10
        return measured(rate)


def test_the_highest_rate_is_the_one_held_for_as_long_as_asked() -> None:
    search = Searching()
    found = search.result(20.0, 60.0)
    assert (found.calls_per_second, found.broke_at, found.because) == (60.0, 80.0, "1 not rung")
    assert [one for one in search.tries if one[1] == 60.0] == [(100.0, 60.0), (80.0, 60.0), (60.0, 60.0)]


def test_what_holds_nothing_has_no_rate() -> None:
    class Nothing(Searching):
        def _holds(self, rate: float, seconds: float) -> SetUpFigure | None:
            self._broke_at, self._because = rate, f"all in {seconds:g} s"
            return None

    found = Nothing().result(20.0, 60.0)
    assert (found.calls_per_second, found.broke_at, found.ct112_cpu_ms) == (0.0, 20.0, 0.0)


def held(system: str, rate: float, p50: dict[float, float]) -> CapacityFigure:
    """Return what a search found."""
    known: dict[str, Any] = {"seconds": 60.0, "broke_at": rate + 20, "because": "1 failed"}
    return CapacityFigure(
        system=system,
        calls_per_second=rate,
        ct112_cpu_ms=1.0,
        asterisk_cpu_ms=1.0,
        rung_p50_ms=p50,
        **known,
    )


def test_what_was_kept_is_read_back_as_it_was() -> None:
    results = Results(
        machine="x",
        rounds=3,
        client=[ClientFigure("ct112", 200.0)],
        set_up=[measured(20.0)],
        capacity=[held("ct112", 100.0, {20.0: 3.0})],
        planning={"a night": 1.0},
    )
    kept = json.loads(json.dumps(results.as_json()))
    assert Results.from_json(kept) == results
    assert results.missing() == [
        "core",
        "records",
        "events",
        "ivr",
        "held",
        "feed",
        "live",
        "stored",
        "places",
        "beside",
        "screens",
    ]


def test_targets_are_ratios_to_the_peer_and_only_of_what_was_played() -> None:
    results = Results(
        client=[ClientFigure("ct112", 200.0), ClientFigure("asyncari", 1000.0)],
        ivr=[
            IvrFigure(system="ct112", reaction_ms=[2.0], unheard=0),
            IvrFigure(system="dialplan", reaction_ms=[1.0], unheard=0),
        ],
        capacity=[
            held("ct112", 100.0, {20.0: 3.0, 40.0: 4.0}),
            held("app_queue", 120.0, {20.0: 2.0}),
            held("asyncari", 40.0, {20.0: 9.0, 40.0: 16.0}),
        ],
    )
    found = {target.partition(":")[0]: reached for target, reached in targets.rows(results)}
    assert found == {
        "the highest rate": "✓ 0.83 ×",
        "set-up p50": "✓ 4.0 × at its own highest rate, 40/s",
        "a key's effect in the menu, of the plain dialplan's": "✗ missed: 2.0 × (2.0 ms, 1.0 ms)",
        "an ARI request, of asyncari's": "✓ 0.20 ×",
    }


def test_a_peer_that_held_nothing_is_nothing_to_compare_with() -> None:
    results = Results(capacity=[held("ct112", 100.0, {}), held("app_queue", 0.0, {})])
    assert [reached[0] for _, reached in targets.rows(results)] == ["✗"]
    assert [row[2] for row in figures.capacity_rows(results)[1]] == ["–", "–"]
