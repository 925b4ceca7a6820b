"""Try a document key by key: what a caller hears who presses these keys at these moments, and then waits.

Stateless: whoever plays it asks again with one key more, and everything before that key stays as it was.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ct112.core.ivr import IvrDocument, Prompt
from ct112.core.ivr_run import SPEECH_MARGIN_SECONDS, Enqueue, Step, begin, due, pressed, said

Kind = Literal["enters", "says", "presses", "silence", "queued"]


@dataclass(frozen=True, slots=True)
class Press:
    """A key, so many seconds after pick-up."""

    at: float
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What happens `at` seconds after pick-up. `prompts` with their texts: what is said there."""

    at: float
    node: str
    kind: Kind
    key: str | None = None
    prompts: tuple[Prompt, ...] = ()
    texts: tuple[str, ...] = ()
    queued: Enqueue | None = None


def try_out(
    document: IvrDocument, presses: Sequence[Press], texts: Mapping[str, str], *, now: float
) -> list[Turn]:
    """Return what happens until this caller is queued. `now`: epoch seconds of pick-up, for the hours."""
    return list(_Trial(document, presses, texts, now).turns())


class _Trial:
    """One caller on virtual time."""

    def __init__(
        self, document: IvrDocument, presses: Sequence[Press], texts: Mapping[str, str], now: float
    ) -> None:
        self._presses = sorted(presses, key=lambda press: press.at)
        self._texts = texts
        self._began = now
        self._at = 0.0
        self._visited = 0
        self._step = begin(document, now)

    def turns(self) -> Iterator[Turn]:
        yield from self._shown()
        while self._step.enqueue is None:
            key, self._step = self._next()
            if key or not self._was_speaking:
                kind: Kind = "presses" if key else "silence"
                yield Turn(at=self._at, node=self._node, kind=kind, key=key)
            yield from self._shown()

    def _next(self) -> tuple[str | None, Step]:
        """Go on to what comes first: the next key, or the end of what is said or waited for."""
        run = self._step.run
        self._was_speaking, self._node = run.speaking, run.node
        ends = run.deadline - self._began - (SPEECH_MARGIN_SECONDS if run.speaking else 0.0)
        if self._presses and self._presses[0].at < ends:
            press = self._presses.pop(0)
            self._at = max(self._at, press.at)
            return press.key, pressed(run, press.key, self._began + self._at)
        self._at = max(self._at, ends)
        if run.speaking:
            return None, said(run, self._began + self._at)
        return None, due(run, run.deadline)

    def _shown(self) -> Iterator[Turn]:
        step = self._step
        for name in step.run.path[self._visited :]:
            yield Turn(at=self._at, node=name, kind="enters")
        self._visited = len(step.run.path)
        if step.say:
            texts = tuple(self._texts.get(prompt.key, "") for prompt in step.say)
            yield Turn(at=self._at, node=step.run.node, kind="says", prompts=step.say, texts=texts)
        if step.enqueue:
            yield Turn(at=self._at, node=step.run.node, kind="queued", queued=step.enqueue)
