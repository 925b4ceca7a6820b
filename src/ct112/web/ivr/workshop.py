"""What is done to menus: checked, compared, spoken. It takes time, so in threads, a few at once."""

import asyncio
import contextlib
import difflib
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from ct112 import ivr
from ct112.ivr import Problem, Report
from ct112.prompts.audio import for_telephone, write_wav
from ct112.prompts.library import Piece, PromptLibrary
from ct112.prompts.speaker import SPEAKER
from ct112.prompts.uploads import prepared

AT_ONCE = 2  # the machine has to answer calls too
MOST_SOUNDS = 3_000  # files of what was checked while somebody typed; a document has some hundred
MOST_PAIRS = 4_000_000  # lines × lines: comparing takes time with that
T = TypeVar("T")


class Workshop:
    """Judges documents as the running ct112 does: by the same recordings and the same limit (seconds)."""

    def __init__(self, state_dir: Path, recordings_dir: Path | None, limit_seconds: float) -> None:
        """Nothing is made yet."""
        self.state_dir = state_dir
        self.recordings_dir = recordings_dir
        self.limit_seconds = limit_seconds
        self._sounds = state_dir / "drafts" / "prompts"  # of drafts too: apart from those that callers hear
        self._library = PromptLibrary(self._sounds, recordings_dir)
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="workshop")

    async def check(self, source_yaml: str) -> tuple[tuple[Problem, ...], Report | None]:
        """Return every problem of a document, and its report if it can run."""
        limit = self.limit_seconds

        def judge() -> tuple[tuple[Problem, ...], Report | None]:
            found = ivr.every_problem(source_yaml, self._library, name="the document", limit=limit)
            _, report = found
            _tidy(self._sounds, frozenset() if report is None else report.compiled.document.prompt_keys())
            return found

        return await self._aside(judge)

    async def difference(self, old: str, new: str) -> list[str]:
        """Return what changes from one document to the other, as a unified diff's lines without its head."""
        return await self._aside(lambda: _compared(old.splitlines(), new.splitlines()))

    async def speak(self, text: str, language: str) -> bytes:
        """Return a text as a caller would hear it, WAV. Raises SpeechError."""
        return await self._aside(lambda: write_wav(for_telephone(*SPEAKER.speak(text, language))))

    async def missing(self, source_yaml: str) -> frozenset[str]:
        """Return the recordings of a document that are not on this disk yet."""
        return await self._aside(lambda: self._library.uploads.missing(source_yaml))

    async def keep(self, sounds: Mapping[str, bytes]) -> None:
        """Bring recordings to this disk."""
        await self._aside(lambda: self._library.uploads.keep(sounds))

    async def prepare(self, wav: bytes) -> tuple[bytes, float]:
        """Return a sound as callers get it, and its seconds. Raises AudioError."""
        return await self._aside(lambda: prepared(wav))

    async def recorded(self, name: str, language: str) -> bytes:
        """Return a recording as a caller would hear it, WAV. Raises PromptError."""
        made = await self._aside(lambda: self._library.make(Piece(recording=name), language))
        return await self.sound(made.prompt.key) or b""

    async def sound(self, key: str) -> bytes | None:
        """Return the sound of a prompt that was made here, WAV; None when there is none."""
        return await self._aside(lambda: _read(self._library.path(key)))

    async def _aside(self, work: Callable[[], T]) -> T:
        """Work in a thread. One nobody waits for any more goes on, and keeps its turn until it is through."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


def _tidy(folder: Path, kept: frozenset[str]) -> None:
    """Keep the newest sounds, and those that may be heard now; another one is made again when wanted."""
    found = [path for path in folder.glob("*.wav") if path.stem not in kept]
    if len(found) <= MOST_SOUNDS:
        return
    ages = []
    for path in found:
        with contextlib.suppress(FileNotFoundError):  # the other thread was quicker
            ages.append((path.stat().st_mtime, path))
    for _, path in sorted(ages)[: -MOST_SOUNDS // 2]:
        path.unlink(missing_ok=True)


def _read(path: Path | None) -> bytes | None:
    return None if path is None else path.read_bytes()


def _compared(before: list[str], after: list[str]) -> list[str]:
    """Return the difference; texts too large to be compared line by line are shown one after the other."""
    if len(before) * len(after) > MOST_PAIRS and before != after:
        return [
            "@@ too different to be compared @@",
            *(f"-{one}" for one in before),
            *(f"+{one}" for one in after),
        ]
    return list(difflib.unified_diff(before, after, lineterm="", n=2))[2:]
