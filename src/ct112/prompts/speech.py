"""Text to speech with eSpeak NG, in this process: works offline, knows Indonesian.

eSpeak NG is one per process and not thread-safe: a lock lets one text through at a time. It takes
milliseconds to tenths of a second, so an event loop calls this through `asyncio.to_thread`.
"""

import ctypes
import re
import threading
from collections.abc import Iterable
from functools import cache

import espeakng_loader
import numpy as np

from ct112.prompts.audio import Samples

SPEAKING_RATE = 170  # words a minute: a little slower than usual, for a bad line
PITCH = 45  # 0-100
WORD_GAP = 1  # pauses between words, in 10 ms
SETTINGS = f"rate={SPEAKING_RATE},pitch={PITCH},gap={WORD_GAP}"
LONGEST_TEXT = 2000  # characters
LONGEST_PIECE = 160  # characters spoken at a time
LONGEST_FOREIGN_PIECE = 40  # of letters it may not know, and says by their names
LATIN = "\u024f"  # the last letter of those languages it speaks as words

_SYNCHRONOUS, _DONT_EXIT = 2, 0x8000  # espeak_AUDIO_OUTPUT, espeakINITIALIZE_…
_BY_CHARACTER, _UTF8 = 1, 1  # espeak_POSITION_TYPE, espeakCHARS_UTF8; SSML and phonemes stay off
_RATE, _PITCH, _WORD_GAP = 1, 3, 7  # espeak_PARAMETER
_OK = 0
_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(ctypes.c_char)
)
_lock = threading.Lock()


class SpeechError(RuntimeError):
    """The text could not be spoken; the message says why."""


def speak(text: str, language: str) -> tuple[Samples, int]:
    """Return the text spoken, and its rate in Hz. Blocking. Raises SpeechError."""
    with _lock:
        return _engine().speak(text, language)


def engine_version() -> str:
    """Return the engine's name and version: another one speaks differently. Raises SpeechError."""
    with _lock:
        return _engine().version


def pieces(text: str) -> list[str]:
    """Return the text in short parts, parted where a sentence or else a word ends.

    For a long row of letters and dots eSpeak NG writes past its buffers, which ends the process.
    """
    most = LONGEST_PIECE if max(text, default="") <= LATIN else LONGEST_FOREIGN_PIECE
    return _piece(most).findall(text)


@cache
def _piece(most: int) -> re.Pattern[str]:
    whole, sentence = rf"\S.{{0,{most - 1}}}", rf"\S.{{0,{most - 2}}}[.!?;,](?=\s)"
    return re.compile(rf"{whole}\Z|{sentence}|{whole}(?=\s)|{whole}", re.DOTALL)


class _Engine:
    """The loaded library; used under the lock only."""

    def __init__(self) -> None:
        try:
            self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        except OSError as error:
            raise SpeechError(f"eSpeak NG cannot be loaded: {error}") from error
        data = str(espeakng_loader.get_data_path()).encode()
        self._rate = int(self._library.espeak_Initialize(_SYNCHRONOUS, 0, data, _DONT_EXIT))
        if self._rate <= 0:
            raise SpeechError("eSpeak NG did not start: its data is missing, install espeakng-loader again")
        self._pieces: list[bytes] = []
        self._callback = _Callback(self._take)  # kept: the library calls it later
        self._library.espeak_SetSynthCallback(self._callback)
        self._library.espeak_Info.restype = ctypes.c_char_p
        self.version = f"espeak-ng {self._library.espeak_Info(None).decode()}"

    def speak(self, text: str, language: str) -> tuple[Samples, int]:
        if self._library.espeak_SetVoiceByName(language.encode()) != _OK:
            raise SpeechError(f"there is no voice for the language '{language}'")
        for parameter, value in ((_RATE, SPEAKING_RATE), (_PITCH, PITCH), (_WORD_GAP, WORD_GAP)):
            self._library.espeak_SetParameter(parameter, value, 0)
        self._pieces.clear()
        for piece in pieces(text[:LONGEST_TEXT]):
            self._say(piece.encode() + b"\0")
        return self._taken(self._pieces), self._rate

    def _say(self, data: bytes) -> None:
        result = self._library.espeak_Synth(data, len(data), 0, _BY_CHARACTER, 0, _UTF8, None, None)
        if result != _OK or self._library.espeak_Synchronize() != _OK:
            raise SpeechError(f"eSpeak NG refused the text (error {result})")

    def _take(self, data: "ctypes._Pointer[ctypes.c_short]", count: int, _events: object) -> int:
        if data and count > 0:
            self._pieces.append(ctypes.string_at(data, 2 * count))
        return 0  # go on

    def _taken(self, pieces: Iterable[bytes]) -> Samples:
        samples = np.frombuffer(b"".join(pieces), "<i2").astype(np.float64) / 32768
        if not len(samples):
            raise SpeechError("the text has nothing that can be spoken")
        return samples


@cache
def _engine() -> _Engine:
    return _Engine()
