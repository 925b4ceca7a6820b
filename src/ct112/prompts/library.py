"""The prompts on disk, each under a key made from its content: made once, served for ever.

A recording of the wished name wins over speech synthesis. What cannot be made raises `PromptError`;
whoever prepares a document leaves that prompt out: a missing prompt never stops a call.
"""

import hashlib
import json
import os
import re
import tempfile
import wave
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ct112 import logs, metrics
from ct112.core.ivr import Prompt
from ct112.prompts import speech
from ct112.prompts.audio import TELEPHONE_RATE, AudioError, Samples, for_telephone, read_wav, write_wav
from ct112.prompts.speaker import SPEAKER
from ct112.prompts.uploads import NAME as UPLOADED
from ct112.prompts.uploads import Uploads

PROCESSING = "1"  # another number when the sound is processed differently: everything is made again
KEY = re.compile(r"[0-9a-f]{32}")
RECORDING_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
LARGEST_RECORDING = 64 * 1024 * 1024  # bytes

log = logs.get("prompts")


class PromptError(RuntimeError):
    """This prompt cannot be made; the text says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What a document wishes to be heard: a text, or a recording, or a recording with a text in reserve."""

    text: str | None = None
    recording: str | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """A prompt and, when it is not quite what was wished, why."""

    prompt: Prompt
    warning: str = ""


class PromptLibrary:
    """Makes prompts into `directory`; recordings are `<recordings>/<language>/<name>.wav`.

    Those that were sent by the editor (`up-…`) lie beside `directory`, for every language.
    """

    def __init__(self, directory: Path, recordings: Path | None = None) -> None:
        self._directory = directory
        self._recordings = recordings
        self.uploads = Uploads(directory.with_name("uploads"))

    def make(self, piece: Piece, language: str) -> Made:
        """Return the prompt for `piece`, making it if it is not there yet. Blocking. Raises PromptError."""
        try:
            return self._make(piece, language)
        except (AudioError, speech.SpeechError, OSError) as error:
            _report(piece, language, error)
            raise PromptError(str(error)) from error

    def path(self, key: str) -> Path | None:
        """Return the file of a prompt, None when there is none of this key (any text is safe to ask)."""
        if not KEY.fullmatch(key):
            return None
        path = self._file(key)
        return path if path.is_file() else None

    def keys(self) -> list[str]:
        """Return the keys of all prompts on disk."""
        return sorted(path.stem for path in self._directory.glob("*.wav") if KEY.fullmatch(path.stem))

    def _make(self, piece: Piece, language: str) -> Made:
        if piece.recording is None:
            return Made(self._spoken(piece.text or "", language))
        try:
            return Made(self._recorded(piece.recording, language))
        except (AudioError, OSError) as error:
            if piece.text is None:
                raise
            metrics.prompt_failures.labels("recording").inc()
            log.warning(
                "recording not usable, its text is spoken instead", language=language, reason=str(error)
            )
            return Made(self._spoken(piece.text, language), warning=f"{error}; its text is spoken instead")

    def _spoken(self, text: str, language: str) -> Prompt:
        key = _key("speech", SPEAKER.version(), speech.SETTINGS, language, text)
        return self._kept(key, "speech", lambda: SPEAKER.speak(text, language))

    def _recorded(self, name: str, language: str) -> Prompt:
        data = self._recording(name, language)
        try:
            return self._kept(
                _key("recording", hashlib.sha256(data).hexdigest()), "recording", lambda: read_wav(data)
            )
        except AudioError as error:
            raise AudioError(f"recording {language}/{name}.wav: {error}") from error

    def _recording(self, name: str, language: str) -> bytes:
        if UPLOADED.fullmatch(name):
            return self._uploaded(name)
        if self._recordings is None:
            raise AudioError(f"recording {language}/{name}.wav: no directory of recordings is set")
        if not RECORDING_NAME.fullmatch(name) or not RECORDING_NAME.fullmatch(language):
            raise AudioError("the name of a recording has small letters, digits, - and _ only")
        path = self._recordings / language / f"{name}.wav"
        if not path.is_file():
            raise AudioError(f"recording {language}/{name}.wav is not there: put it into {path.parent}")
        if path.stat().st_size > LARGEST_RECORDING:
            raise AudioError(f"recording {language}/{name}.wav is larger than 64 MB: shorten it")
        return path.read_bytes()

    def _uploaded(self, name: str) -> bytes:
        try:
            return self.uploads.path(name).read_bytes()
        except FileNotFoundError:
            raise AudioError(f"recording {name} is not there: record or upload it again") from None

    def _kept(self, key: str, source: str, sound: Callable[[], tuple[Samples, int]]) -> Prompt:
        """Return the prompt of this key, from disk or made from `sound`."""
        seconds = _seconds(self._file(key))
        if seconds is None:
            samples = for_telephone(*sound())
            self._write(key, write_wav(samples))
            seconds = len(samples) / TELEPHONE_RATE
            metrics.prompts_made.labels(source).inc()
        return Prompt(key, round(seconds, 3))

    def _file(self, key: str) -> Path:
        return self._directory / f"{key}.wav"

    def _write(self, key: str, data: bytes) -> None:
        """Write so that whoever looks finds the whole file or none."""
        self._directory.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=self._directory, prefix=f".{key}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).chmod(0o644)
            Path(temporary).replace(self._file(key))
        except OSError:
            Path(temporary).unlink(missing_ok=True)
            raise


def _report(piece: Piece, language: str, error: Exception) -> None:
    metrics.prompt_failures.labels("recording" if piece.text is None else "speech").inc()
    log.error("prompt could not be made", language=language, reason=str(error))


def _key(*parts: str) -> str:
    return hashlib.sha256(json.dumps([PROCESSING, *parts]).encode()).hexdigest()[:32]


def _seconds(path: Path) -> float | None:
    """Return how long a prompt on disk lasts; None when it is missing or damaged."""
    try:
        with wave.open(str(path)) as file:
            frames = file.getnframes()
            whole = path.stat().st_size == 44 + 2 * frames and file.getframerate() == TELEPHONE_RATE
    except (OSError, EOFError, wave.Error):
        return None
    return frames / TELEPHONE_RATE if whole and frames else None
