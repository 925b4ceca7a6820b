"""Which of several tones was heard when: a whole call in a few lines, found as the sound comes in. Pure."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lab.audio import LOUD_ENOUGH_DBFS, PURE_ENOUGH, RATE, WINDOW

GAP_SECONDS = 0.3  # a break shorter than this is jitter: the tone went on
WINDOW_SECONDS = WINDOW / RATE


@dataclass(slots=True)
class Span:
    """A tone was heard from `start` to `end`, in the clock of whoever fed the diary, for `seconds` in all."""

    hz: int
    start: float
    end: float
    seconds: float


class Diary:
    """Listens for these tones in all that it is fed."""

    def __init__(self, tones: tuple[int, ...]) -> None:
        self._tones = tones
        times = np.arange(WINDOW) / RATE
        self._turns = np.exp(-2j * math.pi * np.outer(times, np.array(tones, dtype=np.float64)))
        self._rest = b""
        self.spans: list[Span] = []

    def feed(self, pcm: bytes, now: float) -> None:
        """Take more sound; its last sample was heard `now`."""
        data = self._rest + pcm
        whole = len(data) // (2 * WINDOW)
        self._rest = data[whole * 2 * WINDOW :]
        if whole:
            samples = np.frombuffer(data[: whole * 2 * WINDOW], dtype="<i2").astype(np.float64)
            start = now - (whole * WINDOW + len(self._rest) // 2) / RATE
            self._take(samples.reshape(whole, WINDOW), start)

    def _take(self, windows: npt.NDArray[np.float64], start: float) -> None:
        energy = (windows**2).sum(axis=1)
        in_tone = 2 * np.abs(windows @ self._turns) ** 2 / WINDOW
        loud = energy / WINDOW > 32768**2 * 10 ** (LOUD_ENOUGH_DBFS / 10)
        best = in_tone.argmax(axis=1)
        pure = in_tone.max(axis=1) >= PURE_ENOUGH * energy
        for number in np.flatnonzero(loud & pure):
            self._heard(self._tones[best[number]], start + number * WINDOW_SECONDS)

    def _heard(self, hz: int, at: float) -> None:
        """Prolong the tone's last stretch, or begin a new one."""
        last = next((span for span in reversed(self.spans) if span.hz == hz), None)
        if last is not None and at - last.end <= GAP_SECONDS:
            last.end = max(last.end, at + WINDOW_SECONDS)
            last.seconds += WINDOW_SECONDS
        else:
            self.spans.append(Span(hz, at, at + WINDOW_SECONDS, WINDOW_SECONDS))
