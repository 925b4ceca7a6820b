"""Finding a tone in what a telephone delivered."""

import math

import numpy as np
import pytest

from lab.audio import RATE, level_dbfs, likeness, listen_for, tone


def mixed(one: bytes, other: bytes) -> bytes:
    """Return the sum of two equally long pieces of audio."""
    both: bytes = (np.frombuffer(one, "<i2") + np.frombuffer(other, "<i2")).astype("<i2").tobytes()
    return both


def noise(seconds: float, level: float = 3000) -> bytes:
    """Return white noise, the same every time."""
    return np.random.default_rng(112).normal(0, level, round(seconds * RATE)).astype("<i2").tobytes()


@pytest.mark.parametrize("hz", [440, 523, 777, 1209, 1800])
def test_a_tone_is_found_for_as_long_as_it_lasts(hz: int) -> None:
    heard = listen_for(noise(0.5) + tone(hz, 1.0) + noise(0.5), hz)
    assert heard.seconds == pytest.approx(1.0, abs=0.11)
    assert heard.purity > 0.99


@pytest.mark.parametrize("other", [480, 523, 880, 1318])
def test_another_tone_is_not_taken_for_it(other: int) -> None:
    assert listen_for(tone(other, 2.0), 440).seconds == 0


def test_silence_and_noise_hold_no_tone() -> None:
    assert listen_for(bytes(RATE * 2), 440).seconds == 0
    assert listen_for(noise(2.0), 440).seconds == 0
    assert listen_for(b"", 440).seconds == 0
    assert listen_for(tone(440, 1.0, level_dbfs=-60), 440).seconds == 0


def test_a_tone_stands_out_of_soft_noise() -> None:
    assert listen_for(mixed(tone(440, 1.0), noise(1.0, 1000)), 440).for_at_least(0.9)


def test_an_interrupted_tone_counts_its_longest_stretch() -> None:
    pcm = tone(440, 0.4) + bytes(RATE) + tone(440, 0.8)
    assert listen_for(pcm, 440).seconds == pytest.approx(0.8, abs=0.11)


def test_a_whole_second_repeats_without_a_click() -> None:
    assert listen_for(tone(523) * 3, 523).seconds == pytest.approx(3.0)


def test_level_is_that_of_the_sine() -> None:
    assert level_dbfs(tone(1000, level_dbfs=-12)) == pytest.approx(-12 - 3.01, abs=0.05)
    assert level_dbfs(b"") == -math.inf


def test_a_sound_is_recognised_wherever_it_is_in_what_was_heard() -> None:
    random = np.random.default_rng(1)
    wanted, other = (random.normal(0, 3000, 4000).astype("<i2") for _ in range(2))
    noise = random.normal(0, 300, 20_000)
    noise[7000:11_000] += 0.5 * wanted
    pcm = noise.astype("<i2").tobytes()
    assert likeness(pcm, wanted.tobytes()) > 0.95
    assert likeness(pcm, other.tobytes()) < 0.2
    assert likeness(pcm[:2000], wanted.tobytes()) == 0.0
    assert likeness(pcm, b"\0" * 8000) == 0.0
