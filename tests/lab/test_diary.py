"""The diary finds each tone of a call, when and for how long, and nothing in speech or silence."""

import numpy as np

from lab.audio import RATE, tone
from lab.diary import Diary

TONES = (523, 599, 683)


def fed(*pieces: bytes, size: int = 640) -> Diary:
    """Return a diary that was fed these sounds one after another, in packets, from second 100 on."""
    diary, sound = Diary(TONES), b"".join(pieces)
    for at in range(0, len(sound), size):
        piece = sound[at : at + size]
        diary.feed(piece, 100 + (at + len(piece)) / 2 / RATE)
    return diary


def test_each_tone_is_found_with_its_time() -> None:
    silence = bytes(RATE * 2)
    spans = fed(silence, tone(523, 2.0), silence, tone(683, 1.0), silence).spans
    assert [span.hz for span in spans] == [523, 683]
    assert [round(span.start) for span in spans] == [101, 104]
    assert [round(span.end) for span in spans] == [103, 105]
    assert [round(span.seconds, 1) for span in spans] == [2.0, 1.0]


def test_a_short_break_does_not_end_a_tone_and_a_long_one_does() -> None:
    def gap(seconds: float) -> bytes:
        return bytes(round(seconds * RATE) * 2)

    (span,) = fed(tone(523, 1.0), gap(0.2), tone(523, 1.0)).spans
    assert round(span.end - span.start, 1) == 2.2
    assert round(span.seconds, 1) == 2.0
    assert len(fed(tone(523, 1.0), gap(1.0), tone(523, 1.0)).spans) == 2


def test_another_tone_noise_and_quiet_are_nobody() -> None:
    noise = np.random.default_rng(1).normal(0, 3000, RATE * 3).astype("<i2").tobytes()
    assert fed(tone(425, 3.0), noise, tone(523, 3.0, level_dbfs=-60)).spans == []
