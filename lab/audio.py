"""Tones and how to find them: 8 kHz, 16-bit, mono PCM as a telephone carries it. Pure."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

RATE = 8000
"""Samples a second of G.711."""
WINDOW = 400
"""Samples looked at in one go: 50 ms, so tones 40 Hz apart are told from each other."""
PURE_ENOUGH = 0.6
"""Share of a window's energy that must lie in the tone."""
LOUD_ENOUGH_DBFS = -40.0
"""A window quieter than this is silence, whatever it is made of."""

Samples = npt.NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Heard:
    """What was found of one tone. `level_dbfs` and `purity` are those of the tone's best stretch."""

    tone_hz: float
    seconds: float  # longest unbroken stretch of the tone
    level_dbfs: float
    purity: float  # 0 (none of the energy) to 1 (all of it)

    def for_at_least(self, seconds: float) -> bool:
        """Say whether the tone was there without a break for `seconds`."""
        return self.seconds >= seconds


def tone(hz: int, seconds: float = 1.0, *, level_dbfs: float = -12.0) -> bytes:
    """Return a sine of `hz`. A whole number of seconds can be repeated without a click."""
    times = np.arange(round(seconds * RATE)) / RATE
    peak = 32767 * 10 ** (level_dbfs / 20)
    return (peak * np.sin(2 * math.pi * hz * times)).astype("<i2").tobytes()


def listen_for(pcm: bytes, hz: float) -> Heard:
    """Return the longest stretch of `pcm` in which a tone of `hz` stands out."""
    windows = _windows(pcm)
    if not len(windows):
        return Heard(hz, 0.0, -math.inf, 0.0)
    purity, level = _measure(windows, hz)
    start, length = _longest_run((purity >= PURE_ENOUGH) & (level >= LOUD_ENOUGH_DBFS))
    part = slice(start, start + length) if length else slice(None)
    return Heard(hz, length * WINDOW / RATE, float(level[part].max()), float(purity[part].max()))


def level_dbfs(pcm: bytes) -> float:
    """Return the loudness of `pcm` against full scale; minus infinity for silence or nothing."""
    samples = np.frombuffer(pcm[: len(pcm) // 2 * 2], dtype="<i2").astype(np.float64)
    power = float(np.mean(samples**2)) if len(samples) else 0.0
    return 20 * math.log10(math.sqrt(power) / 32768) if power else -math.inf


def _windows(pcm: bytes) -> npt.NDArray[np.float64]:
    samples = np.frombuffer(pcm[: len(pcm) // 2 * 2], dtype="<i2").astype(np.float64)
    count = len(samples) // WINDOW
    return samples[: count * WINDOW].reshape(count, WINDOW)


def _measure(
    windows: npt.NDArray[np.float64], hz: float
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return each window's purity and level: one bin of a discrete Fourier transform (Goertzel)."""
    turns = np.exp(-2j * math.pi * hz * np.arange(WINDOW) / RATE)
    energy = (windows**2).sum(axis=1)
    in_tone = np.minimum(2 * np.abs(windows @ turns) ** 2 / WINDOW, energy)
    with np.errstate(divide="ignore"):
        level = 10 * np.log10(energy / WINDOW / 32768**2)
    return np.divide(in_tone, energy, out=np.zeros_like(energy), where=energy > 0), level


def _longest_run(flags: npt.NDArray[np.bool_]) -> tuple[int, int]:
    """Return start and length of the longest run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(np.int8), [0]))))
    starts, ends = edges[::2], edges[1::2]
    if not len(starts):
        return 0, 0
    best = int(np.argmax(ends - starts))
    return int(starts[best]), int(ends[best] - starts[best])


def likeness(pcm: bytes, sound: bytes) -> float:
    """Return how like `sound` the best stretch of `pcm` is: 1 the same, 0 nothing of it (both 8 kHz, 16 bit).

    The correlation of both, normalised, wherever it is highest; what G.711 does to speech costs little of it.
    """
    heard = np.frombuffer(pcm[: len(pcm) // 2 * 2], dtype="<i2").astype(np.float64)
    wanted = np.frombuffer(sound[: len(sound) // 2 * 2], dtype="<i2").astype(np.float64)
    if len(heard) < len(wanted) or not wanted.any():
        return 0.0
    size = 1 << (len(heard) + len(wanted)).bit_length()
    product = np.fft.rfft(heard, size) * np.conj(np.fft.rfft(wanted, size))
    found = np.fft.irfft(product, size)[: len(heard) - len(wanted) + 1]
    energy = np.cumsum(np.concatenate(([0.0], heard**2)))
    around = np.sqrt(np.maximum(energy[len(wanted) :] - energy[: -len(wanted)], 1.0))
    return float(np.max(found / around) / np.sqrt((wanted**2).sum()))
