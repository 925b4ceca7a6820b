"""The whole check of a document, as before publishing."""

from dataclasses import dataclass
from importlib import resources

from ct112.ivr.compiling import Compiled, compile_document
from ct112.ivr.loading import Draft, drafted
from ct112.ivr.paths import path_problems
from ct112.ivr.problems import IvrError, Problem, in_order
from ct112.ivr.timing import Way, ways_to_emergency
from ct112.prompts.library import PromptLibrary

DEFAULT_LIMIT_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Report:
    """What the check found. `ways`: the times to the emergency queue, the worst first."""

    draft: Draft
    compiled: Compiled
    problems: tuple[Problem, ...]
    ways: tuple[Way, ...]

    @property
    def ok(self) -> bool:
        """Return whether it may be published."""
        return not any(problem.fatal for problem in self.problems)


def load(text: str, *, name: str) -> Draft:
    """Return the draft in `text`, its paths checked. Raises IvrError with every problem and its line."""
    draft, problems = drafted(text, name=name)
    problems += path_problems(draft)
    if any(problem.fatal for problem in problems):
        raise IvrError(name, problems)
    return Draft(draft.name, draft.source, draft.shape, draft.marked, in_order(problems))


def every_problem(
    text: str, library: PromptLibrary, *, name: str, limit: float = DEFAULT_LIMIT_SECONDS
) -> tuple[tuple[Problem, ...], Report | None]:
    """Return all that is wrong with a document, and its report if it can run. Blocking."""
    try:
        draft, problems = drafted(text, name=name)
    except IvrError as error:
        return error.problems, None
    problems += path_problems(draft)
    if not any(problem.fatal for problem in problems):
        whole = Draft(draft.name, draft.source, draft.shape, draft.marked, in_order(problems))
        report = check(whole, library, limit=limit)
        return report.problems, report
    if draft.shape.languages:
        problems += compile_document(draft, 0, library).problems
    return in_order(problems), None


def check(
    draft: Draft, library: PromptLibrary, *, limit: float = DEFAULT_LIMIT_SECONDS, version: int = 0
) -> Report:
    """Return the report on a draft: its prompts and its worst time, at most `limit` seconds. Blocking."""
    compiled = compile_document(draft, version, library)
    ways = tuple(ways_to_emergency(compiled.document))
    late = [_late(draft, way, limit) for way in ways if way.seconds > limit]
    return Report(draft, compiled, in_order([*draft.warnings, *compiled.problems, *late]), ways)


def default_text() -> str:
    """Return the document a new installation starts with."""
    return resources.files("ct112.ivr").joinpath("default.yaml").read_text(encoding="utf-8")


def _late(draft: Draft, way: Way, limit: float) -> Problem:
    what, most = max(way.legs, key=lambda leg: leg[1])
    node = what.split()[0]
    return Problem(
        line=draft.line("nodes", node) if node in draft.shape.nodes else draft.line("start"),
        message=f"an emergency waits too long, the limit is {limit:g} s: {way}",
        remedy=f"shorten texts or waits; the longest part is '{what}' with {most:.1f} s",
    )
