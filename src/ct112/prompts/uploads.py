"""Recordings that were sent to us: named by what is in them, so that a name never means another sound."""

import hashlib
import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

from ct112.prompts.audio import TELEPHONE_RATE, AudioError, for_telephone, read_wav, write_wav

NAME = re.compile(r"up-[0-9a-f]{32}")
IN_A_TEXT = re.compile(rf"\b{NAME.pattern}\b")
LONGEST_SECONDS = 120.0


class Uploads:
    """The recordings on this disk; the database has them all."""

    def __init__(self, folder: Path) -> None:
        """Nothing is read or made yet."""
        self._folder = folder

    def missing(self, text: str) -> frozenset[str]:
        """Return the recordings a document names that are not here. Blocking."""
        return frozenset(name for name in set(IN_A_TEXT.findall(text)) if not self.path(name).is_file())

    def path(self, name: str) -> Path:
        """Return where the recording of this name lies, or would."""
        return self._folder / f"{name}.wav"

    def keep(self, sounds: Mapping[str, bytes]) -> None:
        """Write recordings so that whoever looks finds the whole file or none. Blocking. Raises OSError."""
        for name, sound in sounds.items():
            if name_of(sound) == name:
                self._write(name, sound)

    def _write(self, name: str, sound: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=self._folder, prefix=".")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(sound)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(self.path(name))
        except OSError:
            Path(temporary).unlink(missing_ok=True)
            raise


def name_of(sound: bytes) -> str:
    """Return the name of a recording: what is in it, in one word."""
    return f"up-{hashlib.sha256(sound).hexdigest()[:32]}"


def prepared(wav: bytes) -> tuple[bytes, float]:
    """Return a sound as callers get it, WAV, and its seconds. Blocking. Raises AudioError."""
    samples = for_telephone(*read_wav(wav))
    seconds = len(samples) / TELEPHONE_RATE
    if seconds > LONGEST_SECONDS:
        raise AudioError(f"{seconds:.0f} s long: {LONGEST_SECONDS:.0f} s at most")
    return write_wav(samples), round(seconds, 3)
