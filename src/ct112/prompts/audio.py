"""Sound as numbers: reading and writing WAV, changing the rate, trimming and evening the loudness.

Samples are float64 in -1…1, mono. Everything a caller hears is 8 kHz: G.711 carries no more.
"""

import io
import math
import wave
from typing import cast

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float64]

TELEPHONE_RATE = 8000  # Hz
PASS_HZ, STOP_HZ, STOP_DB = 3400.0, 4000.0, 70.0  # the low-pass before 8 kHz; G.711's band ends at 3.4 kHz
TARGET_DBFS = -20.0  # RMS of the speech itself, pauses left out
PEAK_DBFS = -3.0  # no sample above
KNEE_DBFS = -6.0  # from here peaks are bent, not cut
FRAME_SECONDS = 0.02
GATE_DB = 30.0  # frames this far under the loudest are pauses
LEAD_SECONDS, TAIL_SECONDS = 0.02, 0.08  # silence kept around the speech
LONGEST_SECONDS = 300.0
SAMPLE_BYTES = {1: "u1", 2: "<i2", 3: "", 4: "<i4"}


class AudioError(ValueError):
    """This sound cannot be used; the text says why and what to do."""


def read_wav(data: bytes) -> tuple[Samples, int]:
    """Return samples and rate (Hz) of a PCM WAV of one or two channels. Raises AudioError."""
    try:
        with wave.open(io.BytesIO(data)) as file:
            channels, width, rate, frames = file.getparams()[:4]
            raw = file.readframes(frames)
    except (wave.Error, EOFError, RuntimeError) as error:
        raise AudioError(f"not a plain PCM WAV file ({error}): save it as 16-bit PCM WAV") from error
    if channels not in (1, 2) or width not in SAMPLE_BYTES or rate < TELEPHONE_RATE:
        raise AudioError(
            f"{channels} channels, {8 * width} bits, {rate} Hz: use 1 or 2 channels, 16 bits, 8000 Hz or more"
        )
    if not raw or len(raw) % (channels * width):
        raise AudioError("the file is empty or cut off: copy it again")
    samples = _numbers(raw, width).reshape(-1, channels).mean(axis=1)
    if len(samples) > LONGEST_SECONDS * rate:
        raise AudioError(f"longer than {LONGEST_SECONDS:.0f} s: shorten it")
    return samples, rate


def write_wav(samples: Samples) -> bytes:
    """Return samples as an 8 kHz 16-bit mono WAV."""
    numbers = np.clip(np.round(samples * 32767), -32768, 32767).astype("<i2")
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(TELEPHONE_RATE)
        file.writeframes(numbers.tobytes())
    return buffer.getvalue()


def for_telephone(samples: Samples, rate: int) -> Samples:
    """Return the sound as callers get it: 8 kHz, trimmed, evened. Raises AudioError when it is silent."""
    narrow = to_telephone_rate(samples - samples.mean(), rate)
    return even(trim(narrow))


def to_telephone_rate(samples: Samples, rate: int) -> Samples:
    """Return the sound at 8 kHz with nothing left above 4 kHz (polyphase Kaiser low-pass, 70 dB)."""
    if rate == TELEPHONE_RATE:
        return samples
    step = math.gcd(rate, TELEPHONE_RATE)
    up, down = TELEPHONE_RATE // step, rate // step
    taps = _low_pass(rate, up)
    width = taps.shape[1]
    count = -(-len(samples) * up // down)
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(samples, width), width)
    positions = np.arange(count) * down
    result = np.empty(count)
    for phase in range(min(up, count)):  # all outputs that fall at the same point between two inputs
        chosen = slice(phase, None, up)
        starts = positions[chosen] // up + width // 2 + 1
        result[chosen] = windows[starts] @ taps[positions[phase] % up]
    return result


def trim(samples: Samples) -> Samples:
    """Return the sound without the silence around it. Raises AudioError when there is only silence."""
    loud = np.flatnonzero(_active(samples))
    if not len(loud):
        raise AudioError("there is no sound in it")
    frame = round(FRAME_SECONDS * TELEPHONE_RATE)
    first = max(0, int(loud[0]) * frame - round(LEAD_SECONDS * TELEPHONE_RATE))
    last = (int(loud[-1]) + 1) * frame + round(TAIL_SECONDS * TELEPHONE_RATE)
    return samples[first:last]


def even(samples: Samples) -> Samples:
    """Return the sound at the common loudness, its peaks bent under the limit."""
    result = samples
    for _ in range(4):  # bending takes a little loudness away again
        result = _bend(result * _amplitude(TARGET_DBFS - loudness(result)))
    return result


def loudness(samples: Samples) -> float:
    """Return the RMS of the speech in dBFS, pauses left out. -inf when there is none."""
    frame = round(FRAME_SECONDS * TELEPHONE_RATE)
    active = _frames(samples, frame)[_active(samples)]
    power = float(np.mean(active**2)) if active.size else 0.0
    return 10 * math.log10(power) if power else -math.inf


def _active(samples: Samples) -> npt.NDArray[np.bool_]:
    """Return which frames are speech: near enough to the loudest, and not mere noise."""
    power = np.mean(_frames(samples, round(FRAME_SECONDS * TELEPHONE_RATE)) ** 2, axis=1)
    threshold = max(float(power.max(initial=0.0)) * 10 ** (-GATE_DB / 10), 1e-8)
    return cast(npt.NDArray[np.bool_], power > threshold)


def _frames(samples: Samples, length: int) -> Samples:
    padded = np.pad(samples, (0, -len(samples) % length))
    return padded.reshape(-1, length)


def _bend(samples: Samples) -> Samples:
    knee, peak = _amplitude(KNEE_DBFS), _amplitude(PEAK_DBFS)
    over = np.maximum(np.abs(samples) - knee, 0)
    size = np.minimum(np.abs(samples), knee) + (peak - knee) * np.tanh(over / (peak - knee))
    return cast(Samples, np.sign(samples) * size)


def _amplitude(decibels: float) -> float:
    return float(10 ** (decibels / 20))


def _low_pass(rate: int, up: int) -> Samples:
    """Return `up` rows of taps: the low-pass shifted by 0, 1/up, 2/up… of an input sample."""
    transition = 2 * math.pi * (STOP_HZ - PASS_HZ) / rate
    half = math.ceil((STOP_DB - 8) / (2.285 * transition) / 2)
    cutoff = (PASS_HZ + STOP_HZ) / rate  # of the rate, both sides
    offsets = np.arange(-half, half + 1)[None, :] - np.arange(up)[:, None] / up
    window = np.i0(_KAISER_BETA * np.sqrt(np.maximum(1 - (offsets / (half + 1)) ** 2, 0)))
    taps = np.sinc(cutoff * offsets) * window
    return cast(Samples, taps / taps.sum(axis=1, keepdims=True))


_KAISER_BETA = 0.1102 * (STOP_DB - 8.7)  # Kaiser's formula, for more than 50 dB


def _numbers(raw: bytes, width: int) -> Samples:
    if width == 1:  # WAV's only unsigned format
        return (np.frombuffer(raw, "u1").astype(np.float64) - 128) / 128
    if width == 3:
        wide = np.zeros((len(raw) // 3, 4), "u1")
        wide[:, 1:] = np.frombuffer(raw, "u1").reshape(-1, 3)
        return wide.view("<i4").reshape(-1).astype(np.float64) / 2**31
    return np.frombuffer(raw, SAMPLE_BYTES[width]).astype(np.float64) / float(2 ** (8 * width - 1))
