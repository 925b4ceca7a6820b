"""What is said of one incident to one agency: a sound under a random name, which lives as long as the call.

It is made in a process of its own (`prompts/saying.py`). When it is not needed any more its file is emptied
at once, and its name is kept until every node has deleted its copy.
"""

import asyncio
import contextlib
import os
import re
import secrets
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from ct112 import logs
from ct112.core.ivr import Prompt

log = logs.get("spoken")

NAME = re.compile(r"[0-9a-f]{64}")
SPEAK_SECONDS = 20.0
TIDY_SECONDS = 5.0
AT_ONCE = 2  # so many texts are spoken at one time: the calls need the machine
LONGEST_SECONDS = 900.0  # no call to an agency lasts longer: what is older is left over
SAYING = (sys.executable, "-m", "ct112.prompts.saying")


class SpokenError(RuntimeError):
    """The text could not be spoken."""


class Spoken:
    """Makes the sounds and takes them away again, here and at the nodes. The disk is asked in threads."""

    def __init__(
        self, folder: Path, *, url: str, forget: Callable[[str], None], forgotten: Callable[[str], bool]
    ) -> None:
        """`url`: where nodes fetch sounds; `forget` deletes one there, `forgotten`: whether all have."""
        self._folder = folder
        self._url = url
        self._forget = forget
        self._forgotten = forgotten
        self._unwanted: deque[str] = deque()
        self._told: set[str] = set()  # of these the nodes were told
        self._wake = asyncio.Event()
        self._turn = asyncio.Semaphore(AT_ONCE)

    async def first(self) -> None:
        """Have none of an earlier process's sounds any more; before any is made."""
        try:
            await asyncio.to_thread(self._sweep, self._names(".wav"))
        except OSError as error:
            log.warning("what was spoken before is not taken away", reason=str(error.strerror))

    async def make(self, text: str) -> Prompt:
        """Return the text as a prompt. Raises SpokenError."""
        name = secrets.token_hex(32)
        path = self._folder / f"{name}.wav"
        try:
            await asyncio.to_thread(self._folder.mkdir, 0o700, parents=True, exist_ok=True)
            async with self._turn:
                return Prompt(name, await _spoken(text, path))
        except OSError as error:
            raise SpokenError(f"no room for what is spoken: {error.strerror}") from error
        except BaseException:
            self._unwant(name)
            raise

    def discard(self, prompt: Prompt) -> None:
        """Have this sound nowhere any more: here at once, at the nodes as soon as they can be told."""
        self._unwant(prompt.key)

    async def run(self, wall: Callable[[], float]) -> None:
        """Take away what is not wanted, and what outlived its call, until cancelled."""
        while True:
            self._wake.clear()
            try:
                await self._tidy(wall())
            except OSError as error:
                log.warning("a spoken incident could not be taken away", reason=str(error.strerror))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TIDY_SECONDS):
                    await self._wake.wait()

    def _unwant(self, name: str) -> None:
        self._unwanted.append(name)
        self._wake.set()

    async def _tidy(self, now: float) -> None:
        names = [*self._unwanted]
        kept = await asyncio.to_thread(self._sweep, names, now)
        for _ in names:
            self._unwanted.popleft()
        for name in kept:
            url = f"{self._url}/{name}.wav"
            if name not in self._told:
                self._told.add(name)
                self._forget(url)
            elif self._forgotten(url):
                await asyncio.to_thread(self._path(name, ".gone").unlink, missing_ok=True)
                self._told.discard(name)

    def _sweep(self, names: Sequence[str], now: float = 0.0) -> list[str]:
        """Empty these sounds, and those that outlived their calls; return the names nodes may still have."""
        for name in [*names, *self._old(now)]:
            path = self._path(name, ".wav")
            with contextlib.suppress(FileNotFoundError):
                os.truncate(path, 0)
                path.replace(self._path(name, ".gone"))
        return self._names(".gone")

    def _old(self, now: float) -> Iterator[str]:
        for name in self._names(".wav"):
            with contextlib.suppress(FileNotFoundError):
                if self._path(name, ".wav").stat().st_mtime < now - LONGEST_SECONDS:
                    yield name

    def _names(self, kind: str) -> list[str]:
        found = self._folder.glob(f"*{kind}") if self._folder.is_dir() else ()
        return sorted(path.stem for path in found if NAME.fullmatch(path.stem))

    def _path(self, name: str, kind: str) -> Path:
        return self._folder / f"{name}{kind}"


async def _spoken(text: str, path: Path) -> float:
    """Have the text spoken into the file; return its seconds. Raises SpokenError."""
    pipe = asyncio.subprocess.PIPE
    try:
        process = await asyncio.create_subprocess_exec(
            *SAYING, str(path), stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL
        )
    except OSError as error:
        raise SpokenError(f"nothing can be spoken: {error.strerror}") from error
    try:
        async with asyncio.timeout(SPEAK_SECONDS):
            said, _ = await process.communicate(text.encode("utf-8", "replace"))
        if process.returncode != 0:
            raise SpokenError(f"nothing was spoken: ended with {process.returncode}")
        return float(said)
    except (TimeoutError, ValueError) as error:
        raise SpokenError("nothing was spoken in time") from error
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
