"""Makes asterisk-config/hold/ct112-hold.wav: `PYTHONPATH=src:. python -m lab.hold_sound`.

What a citizen hears while an operator holds the call: a voice at once, then a soft tone, and both again. A
city puts its own recording in its place; any WAV of 8 kHz will do.
"""

import numpy as np

from ct112.prompts import audio, speech
from lab.places import REPOSITORY

FILE = REPOSITORY / "asterisk-config" / "hold" / "ct112-hold.wav"
TEXT = "Mohon tunggu. Jangan tutup telepon. Petugas segera kembali."
TONE_HZ, TONE_SECONDS, TONE_AMPLITUDE = 425, 0.4, 0.05  # about -29 dBFS: heard, and no burden
PAUSE_SECONDS, TONES = 1.6, 3


def made() -> bytes:
    """Return the WAV."""
    voice = audio.for_telephone(*speech.speak(TEXT, "id"))
    return audio.write_wav(np.concatenate([voice, _pause(), *([_tone(), _pause()] * TONES)]))


def _tone() -> audio.Samples:
    """Return one tone, swelling and fading so that it does not click."""
    time = np.arange(int(TONE_SECONDS * audio.TELEPHONE_RATE)) / audio.TELEPHONE_RATE
    swell = np.sin(np.pi * time / TONE_SECONDS)
    return np.asarray(TONE_AMPLITUDE * swell * np.sin(2 * np.pi * TONE_HZ * time))


def _pause() -> audio.Samples:
    return np.zeros(int(PAUSE_SECONDS * audio.TELEPHONE_RATE))


if __name__ == "__main__":
    FILE.write_bytes(made())
