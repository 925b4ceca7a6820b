"""Try a document without a telephone: one caller on virtual time, by the machine that runs real calls.

The caller presses the keys in `digits` one after another. Each is pressed one second after a menu or an
information begins to speak (barge-in), or, where it is silent, one second into the wait. A dash stands for
pressing nothing there. When the keys are used up the caller is silent, and hangs up after `wait` seconds.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ct112.core.ivr import Announce, IvrDocument, Prompt
from ct112.core.ivr_run import SPEECH_MARGIN_SECONDS, IvrRun, Step, begin, due, pressed, said

PRESS_AFTER_SECONDS = 1.0
STAY_SILENT = "-"


@dataclass(frozen=True, slots=True)
class Moment:
    """What happens `at` seconds after pick-up, in which node."""

    at: float
    node: str
    what: str


def simulate(
    document: IvrDocument,
    digits: str = "",
    wait: float = 30.0,
    *,
    now: float,
    texts: Mapping[str, str] | None = None,
) -> list[Moment]:
    """Return what such a caller hears and does, until queued or gone. `now`: epoch seconds of pick-up."""
    moments = [Moment(0.0, document.start, "picked up")]
    for at, node, what in _Simulation(document, digits, now, texts or {}).moments():
        if at > wait:
            moments.append(Moment(wait, moments[-1].node, "the caller hangs up, not queued yet"))
            break
        moments.append(Moment(at, node, what))
    return moments


class _Simulation:
    """One caller; a key for each listening node while there are keys."""

    def __init__(self, document: IvrDocument, digits: str, now: float, texts: Mapping[str, str]) -> None:
        self._document = document
        self._digits = list(digits)
        self._start = self._now = now
        self._texts = texts
        self._visited = 0

    def moments(self) -> Iterator[tuple[float, str, str]]:
        """Yield what happens, in order."""
        step = begin(self._document, self._now)
        while True:
            yield from self._shown(step)
            if step.enqueue:
                return
            step, what = self._next(step.run)
            if what:
                yield self._now - self._start, step.run.path[self._visited - 1], what

    def _shown(self, step: Step) -> Iterator[tuple[float, str, str]]:
        at = self._now - self._start
        for name in step.run.path[self._visited :]:
            yield at, name, f"enters {name}"
        self._visited = len(step.run.path)
        if step.say:
            yield at, step.run.node, self._speech(step.run, step.say)
        if step.enqueue:
            queued = f"waits for an operator as {step.enqueue.service_class} (by {step.enqueue.source})"
            yield at, step.run.node, queued

    def _next(self, run: IvrRun) -> tuple[Step, str]:
        """Return the next step of this caller, and what caused it."""
        key = self._key(run)
        if key is not None:
            self._now += PRESS_AFTER_SECONDS
            return pressed(run, key, self._now), f"presses {key}"
        if run.speaking:
            self._now = run.deadline - SPEECH_MARGIN_SECONDS
            step = said(run, self._now)
            return step, ""
        self._now = run.deadline
        return due(run, self._now), "presses nothing"

    def _key(self, run: IvrRun) -> str | None:
        """Return the key for this moment: one for each time a menu or information speaks or, mute, waits."""
        begun = run.speaking or not self._document_speaks(run)
        if isinstance(self._document.nodes[run.node], Announce) or not begun or not self._digits:
            return None
        key = self._digits.pop(0)
        return None if key == STAY_SILENT else key

    def _document_speaks(self, run: IvrRun) -> bool:
        say = getattr(self._document.nodes[run.node], "say", {})
        return any(say.values())

    def _speech(self, run: IvrRun, say: tuple[Prompt, ...]) -> str:
        text = " ".join(self._texts.get(prompt.key, prompt.key[:8]) for prompt in say)
        language = self._language(run, say)
        return f"hears [{language}] {text} ({sum(prompt.seconds for prompt in say):.1f} s)"

    def _language(self, run: IvrRun, say: tuple[Prompt, ...]) -> str:
        """Return the language these prompts stand under: another one's when there is none in the caller's."""
        node = self._document.nodes[run.node]
        for spoken in (getattr(node, "say", {}), getattr(node, "again", {})):
            found = [language for language in (run.language, *spoken) if spoken.get(language) == say]
            if found:
                return str(found[0])
        return run.language
