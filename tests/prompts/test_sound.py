"""Sound made fit for the telephone: rate, loudness, silence, and what is refused."""

import io
import math
import wave

import numpy as np
import pytest

from ct112.prompts.audio import (
    PEAK_DBFS,
    TARGET_DBFS,
    AudioError,
    Samples,
    for_telephone,
    loudness,
    read_wav,
    to_telephone_rate,
    trim,
    write_wav,
)


def tone(hz: float, seconds: float = 1.0, rate: int = 8000, level: float = 0.3) -> Samples:
    """A tone."""
    moments = np.arange(round(seconds * rate)) / rate
    return np.asarray(level * np.sin(2 * math.pi * hz * moments))


def wav(data: bytes, channels: int = 1, width: int = 2, rate: int = 8000) -> bytes:
    """A WAV file around raw bytes."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(data)
    return buffer.getvalue()


def level_db(samples: Samples) -> float:
    """The loudness of all samples together."""
    return 10 * math.log10(float(np.mean(samples**2)) + 1e-20)


@pytest.mark.parametrize("rate", [11025, 16000, 22050, 44100, 48000])
def test_a_tone_of_speech_survives_the_change_of_rate(rate: int) -> None:
    narrow = to_telephone_rate(tone(1000, rate=rate), rate)
    assert len(narrow) == pytest.approx(8000, abs=2)
    middle = narrow[800:-800]
    assert level_db(middle) == pytest.approx(level_db(tone(1000)), abs=0.2)
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle))))
    assert np.argmax(spectrum) * 8000 / len(middle) == pytest.approx(1000, abs=4)


@pytest.mark.parametrize("rate", [16000, 22050, 48000])
def test_what_the_telephone_cannot_carry_is_taken_out_and_does_not_fold(rate: int) -> None:
    narrow = to_telephone_rate(tone(5200, rate=rate), rate)
    assert level_db(narrow[800:-800]) < level_db(tone(5200, rate=rate)) - 55


@pytest.mark.parametrize("level", [0.004, 0.05, 0.9])
def test_quiet_and_loud_come_out_alike(level: float) -> None:
    even = for_telephone(tone(440, level=level), 8000)
    assert loudness(even) == pytest.approx(TARGET_DBFS, abs=0.5)
    assert np.abs(even).max() <= 10 ** (PEAK_DBFS / 20) + 1e-9


def test_peaks_are_bent_not_cut() -> None:
    speech = tone(300, level=0.02)
    speech[::400] = 0.95  # clicks far above the rest
    even = for_telephone(speech, 8000)
    assert np.abs(even).max() <= 10 ** (PEAK_DBFS / 20) + 1e-9


def test_a_constant_offset_is_taken_out() -> None:
    assert abs(for_telephone(tone(440) + 0.2, 8000).mean()) < 0.01


def test_silence_around_the_speech_goes_and_pauses_within_stay() -> None:
    gap = np.zeros(4000)
    speech = np.concatenate([gap, tone(440, 0.5), gap, tone(440, 0.5), gap])
    assert len(trim(speech)) / 8000 == pytest.approx(1.5 + 0.1, abs=0.03)


def test_silence_alone_is_refused() -> None:
    with pytest.raises(AudioError, match="no sound"):
        for_telephone(np.zeros(8000), 8000)


@pytest.mark.parametrize("width", [1, 2, 3, 4])
@pytest.mark.parametrize("channels", [1, 2])
def test_every_pcm_width_reads_alike(width: int, channels: int) -> None:
    numbers = np.round(tone(440) * (2 ** (8 * width - 1) - 1)).astype(np.int64)
    raw = numbers + 128 if width == 1 else numbers
    bytes_ = b"".join(int(one).to_bytes(width, "little", signed=width > 1) * channels for one in raw)
    samples, rate = read_wav(wav(bytes_, channels, width))
    assert rate == 8000
    assert np.abs(samples - tone(440)).max() < 2 / 2 ** (8 * width - 1)


def test_what_is_written_is_read_again() -> None:
    samples, rate = read_wav(write_wav(tone(440)))
    assert rate == 8000
    assert np.abs(samples - tone(440)).max() < 1e-4


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "not a plain PCM WAV"),
        (b"ID3 an mp3", "not a plain PCM WAV"),
        (wav(b""), "empty"),
        (wav(b"\0\0" * 100)[:-41], "empty or cut off|not a plain"),
        (wav(b"\0\0" * 600, channels=3), "3 channels"),
        (wav(b"\0\0" * 100, rate=4000), "4000 Hz"),
        (wav(b"\0" * 8000 * 301, width=1), "longer than 300 s"),
    ],
)
def test_a_file_that_will_not_do_says_what_to_do(data: bytes, says: str) -> None:
    with pytest.raises(AudioError, match=says):
        read_wav(data)
