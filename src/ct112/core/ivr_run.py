"""One caller's way through an IVR document. Pure: time comes in as `now`, speech goes out in a `Step`.

A key pressed while a prompt plays counts at once (barge-in). A key pressed during an announcement skips
it, and when the announcement leads straight to a menu that has this key, it is the caller's choice there
(type-ahead: who knows the menu need not listen); a key the menu lacks only skips, it is not a wrong key.
"""

from dataclasses import replace
from datetime import datetime
from typing import assert_never
from zoneinfo import ZoneInfo

from ct112.core.ivr import Announce, Information, IvrDocument, Language, Menu, Prompt, Queue, Schedule, Spoken
from ct112.core.record import ClassSource, ServiceClass
from ct112.core.value import Changeable, value

SPEECH_MARGIN_SECONDS = 2.0  # after the prompts should be over, how long their ending is waited for
SHORTEST_WAIT_SECONDS = 0.1  # a deadline is always in the future
MOST_VISITS = 40  # nodes entered by one caller; whoever walks in circles gets a person
AGAIN_KEY = "0"  # repeats an information


@value(frozen=True, slots=True)
class Enqueue:
    """The run is over: the caller waits for an operator as this class, decided this way."""

    service_class: ServiceClass
    source: ClassSource


@value(frozen=True, kw_only=True)
class IvrRun(Changeable):
    """Where one caller is. `path`: the nodes entered, in order; a menu said again counts again."""

    document: IvrDocument
    node: str
    language: str
    deadline: float  # epoch seconds; when it is reached, `due` must be called
    speaking: bool = False  # else it waits for a key
    wrong: int = 0  # wrong keys in this menu
    source: ClassSource = ClassSource.LINE
    path: tuple[str, ...] = ()
    over: Enqueue | None = None
    wall_ahead: float = 0.0  # of `now`: opening hours are read from the wall


@value(frozen=True, slots=True, kw_only=True)
class Step:
    """What is to be done now: `hush` first (stop what plays), then `say`; or the caller is queued."""

    run: IvrRun
    say: tuple[Prompt, ...] = ()
    hush: bool = False
    enqueue: Enqueue | None = None


def begin(document: IvrDocument, now: float, wall: float | None = None) -> Step:
    """Start a run at `now` (epoch seconds); may be over at once. `wall`: what the clock on the wall says."""
    ahead = 0.0 if wall is None else wall - now
    run = IvrRun(
        document=document, node=document.start, language=document.language, deadline=now, wall_ahead=ahead
    )
    return _enter(run, document.start, now)


def pressed(run: IvrRun, digit: str, now: float) -> Step:
    """Take a key the caller pressed: 0-9, *, #, A-D."""
    if run.over:
        return Step(run=run, enqueue=run.over)
    hush = run.speaking
    match run.document.nodes.get(run.node):
        case Menu() as menu:
            step = _pressed_in_menu(run, menu, digit, now)
        case Announce() as announce:
            step = _enter(run, announce.next, now, typed=digit)
        case Information() as information:
            step = _enter(run, run.node if digit == AGAIN_KEY else information.next, now)
        case _:
            step = _failed(run)
    return replace(step, hush=hush)


def said(run: IvrRun, now: float) -> Step:
    """Take the end of what was being said, whether it was heard or failed."""
    if run.over:
        return Step(run=run, enqueue=run.over)
    if not run.speaking:
        return Step(run=run)
    return _after_speech(run, now)


def due(run: IvrRun, now: float) -> Step:
    """Take the deadline being reached; called too early it changes nothing."""
    if run.over:
        return Step(run=run, enqueue=run.over)
    if now < run.deadline:
        return Step(run=run)
    if run.speaking:  # the ending never came: stop what may still play and go on
        return replace(_after_speech(run, now), hush=True)
    return _waited(run, now)


def spoken(document: IvrDocument, say: Spoken, language: str) -> tuple[Prompt, ...]:
    """Return the prompts in `language`, else in the document's first language, else in any."""
    return say.get(language) or say.get(document.language) or next((p for p in say.values() if p), ())


def seconds(prompts: tuple[Prompt, ...]) -> float:
    """Return how long these prompts last together."""
    return sum(prompt.seconds for prompt in prompts)


def is_open(schedule: Schedule, time_zone: str, now: float) -> bool:
    """Return whether `now` lies in one of the openings, read in `time_zone`."""
    local = datetime.fromtimestamp(now, tz=ZoneInfo(time_zone))
    minute = local.hour * 60 + local.minute
    return any(
        local.weekday() in opening.days and opening.start_minute <= minute < opening.end_minute
        for opening in schedule.openings
    )


def _enter(run: IvrRun, name: str, now: float, *, typed: str | None = None) -> Step:
    """Walk from node `name` until one speaks, waits or queues; `typed`: a key still to be used."""
    while len(run.path) < MOST_VISITS:
        node = run.document.nodes.get(name)
        run = run.changed(node=name, path=(*run.path, name), wrong=0, speaking=False)
        match node:
            case Queue():
                return _over(run, Enqueue(node.service_class, run.source))
            case Language():
                run, name = run.changed(language=node.language), node.next
            case Schedule():
                name = (
                    node.open if is_open(node, run.document.time_zone, now + run.wall_ahead) else node.closed
                )
            case Menu() if typed is not None and typed in node.choices:
                run, name, typed = run.changed(source=ClassSource.DIGIT), node.choices[typed], None
            case Announce() if not spoken(run.document, node.say, run.language):
                name = node.next
            case Menu() | Announce() | Information():
                return _speak(run, node.say, now)
            case None:
                break
            case _:
                assert_never(node)
    return _failed(run)


def _pressed_in_menu(run: IvrRun, menu: Menu, digit: str, now: float) -> Step:
    if digit in menu.choices:
        return _enter(run.changed(source=ClassSource.DIGIT), menu.choices[digit], now)
    wrong = run.wrong + 1
    if wrong >= menu.tries or len(run.path) >= MOST_VISITS:
        return _enter(run.changed(source=ClassSource.INVALID), menu.on_invalid, now)
    again = run.changed(wrong=wrong, path=(*run.path, menu.name))
    return _speak(again, menu.again if spoken(run.document, menu.again, run.language) else menu.say, now)


def _speak(run: IvrRun, say: Spoken, now: float) -> Step:
    prompts = spoken(run.document, say, run.language)
    if not prompts:
        return _after_speech(run, now)
    deadline = now + seconds(prompts) + SPEECH_MARGIN_SECONDS
    return Step(run=run.changed(speaking=True, deadline=deadline), say=prompts)


def _after_speech(run: IvrRun, now: float) -> Step:
    match run.document.nodes.get(run.node):
        case Announce() as announce:
            return _enter(run, announce.next, now)
        case Menu(wait_seconds=wait) | Information(wait_seconds=wait):
            deadline = now + max(wait, SHORTEST_WAIT_SECONDS)
            return Step(run=run.changed(speaking=False, deadline=deadline))
        case _:
            return _failed(run)


def _waited(run: IvrRun, now: float) -> Step:
    match run.document.nodes.get(run.node):
        case Menu() as menu:
            return _enter(run.changed(source=ClassSource.SILENCE), menu.on_silence, now)
        case Information() as information:
            return _enter(run, information.next, now)
        case _:
            return _failed(run)


def _failed(run: IvrRun) -> Step:
    return _over(run, Enqueue(ServiceClass.EMERGENCY, ClassSource.FAILURE))


def _over(run: IvrRun, enqueue: Enqueue) -> Step:
    return Step(run=run.changed(speaking=False, over=enqueue), enqueue=enqueue)
