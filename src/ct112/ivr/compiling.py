"""From a draft to the document the core runs: texts become prompts, hours become openings."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ct112.core.ivr import (
    Announce,
    Information,
    IvrDocument,
    Language,
    Menu,
    Node,
    Opening,
    Prompt,
    Queue,
    Schedule,
    Spoken,
)
from ct112.ivr.loading import Draft
from ct112.ivr.problems import Problem
from ct112.ivr.shape import (
    DAYS,
    AnnounceShape,
    HoursShape,
    InformationShape,
    LanguageShape,
    MenuShape,
    NodeShape,
    PieceShape,
    QueueShape,
    Say,
    ScheduleShape,
)
from ct112.prompts.library import Piece, PromptError, PromptLibrary

DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Compiled:
    """A document ready to run. `problems`: prompts left out or replaced; `texts`: what each prompt says."""

    document: IvrDocument
    problems: tuple[Problem, ...]
    texts: Mapping[str, str]


def compile_document(draft: Draft, version: int, library: PromptLibrary) -> Compiled:
    """Return the document as the core runs it. Blocking: makes the prompts that are not there yet.

    A prompt that cannot be made is left out and named in `problems`; it never stops a document from
    running. Whoever publishes refuses it, whoever starts the service goes on.
    """
    studio = _Studio(draft, library)
    shape = draft.shape
    nodes = {name: _node(name, node, studio) for name, node in shape.nodes.items()}
    document = IvrDocument(
        version=version,
        start=shape.start,
        nodes=nodes,
        language=shape.languages[0],
        time_zone=shape.time_zone,
        waiting=studio.spoken(shape.waiting, "waiting"),
    )
    return Compiled(document, tuple(studio.problems), studio.texts)


@dataclass(slots=True)
class _Studio:
    """Makes prompts and remembers what went wrong, and what each one says."""

    draft: Draft
    library: PromptLibrary
    problems: list[Problem] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)

    def spoken(self, say: Say | None, *path: str) -> Spoken:
        return {language: self._prompts(pieces, language, path) for language, pieces in (say or {}).items()}

    def _prompts(self, pieces: list[PieceShape], language: str, path: tuple[str, ...]) -> tuple[Prompt, ...]:
        made = [self._prompt(piece, language, (*path, language, at)) for at, piece in enumerate(pieces)]
        return tuple(prompt for prompt in made if prompt is not None)

    def _prompt(self, shape: PieceShape, language: str, path: tuple[str | int, ...]) -> Prompt | None:
        piece = Piece(text=shape.text, recording=shape.recording)
        line = self.draft.line(*path)
        try:
            made = self.library.make(piece, shape.voice or language)
        except PromptError as error:
            self.problems.append(
                Problem(line=line, message=f"this cannot be said: {error}", remedy=_remedy(error))
            )
            return None
        if made.warning:
            remedy = "put the recording there before going live"
            self.problems.append(Problem(line=line, message=made.warning, remedy=remedy, fatal=False))
        self.texts[made.prompt.key] = shape.text or f"[{shape.recording}]"
        return made.prompt


def _remedy(error: PromptError) -> str:
    if "no voice" in str(error):
        return "record it ({ recording: NAME }), or let another voice speak it ({ text: …, voice: id })"
    return "until it can, callers hear nothing here"


def _node(name: str, node: NodeShape, studio: _Studio) -> Node:
    match node:
        case MenuShape():
            return Menu(
                name=name,
                say=studio.spoken(node.say, "nodes", name, "say"),
                again=studio.spoken(node.again, "nodes", name, "again"),
                wait_seconds=node.wait,
                choices=node.choices,
                on_silence=node.silence,
                on_invalid=node.invalid,
                tries=node.tries,
            )
        case AnnounceShape():
            return Announce(name=name, say=studio.spoken(node.say, "nodes", name, "say"), next=node.next)
        case InformationShape():
            say = studio.spoken(node.say, "nodes", name, "say")
            return Information(name=name, say=say, wait_seconds=node.wait, next=node.next)
        case LanguageShape():
            return Language(name=name, language=node.language, next=node.next)
        case ScheduleShape():
            openings = tuple(opening for hours in node.hours for opening in openings_of(hours))
            return Schedule(name=name, openings=openings, open=node.open, closed=node.closed)
        case QueueShape():
            return Queue(name=name, service_class=node.service_class)


def openings_of(hours: HoursShape) -> tuple[Opening, ...]:
    """Return the openings of these hours; those over midnight become two."""
    days = frozenset(DAYS.index(day) for day in hours.days)
    if hours.end > hours.start:
        return (Opening(days=days, start_minute=hours.start, end_minute=hours.end),)
    following = frozenset((day + 1) % 7 for day in days)
    return (
        Opening(days=days, start_minute=hours.start, end_minute=DAY_MINUTES),
        Opening(days=following, start_minute=0, end_minute=hours.end),
    )
