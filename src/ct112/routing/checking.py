"""The whole check of a routing document, as before publishing."""

from dataclasses import dataclass

from ct112.incidents.routing import Book
from ct112.incidents.routing_check import Finding, World, findings
from ct112.incidents.routing_document import read_book
from ct112.ivr.problems import Problem, in_order
from ct112.routing.loading import Draft, drafted


@dataclass(frozen=True, slots=True)
class Report:
    """What the check found in a document that can be read."""

    draft: Draft
    book: Book
    problems: tuple[Problem, ...]

    @property
    def ok(self) -> bool:
        """Return whether it may be published."""
        return not any(problem.fatal for problem in self.problems)


def every_problem(text: str, world: World, *, name: str) -> tuple[tuple[Problem, ...], Report | None]:
    """Return all that is wrong with a document, and its report if it can be read. Blocking."""
    draft, problems = drafted(text, name=name)
    if draft is None:
        return in_order(problems), None
    report = check(draft, world)
    return report.problems, report


def check(draft: Draft, world: World) -> Report:
    """Return the report on a draft, judged by what there is."""
    acting = [code for code, active in world.agencies.items() if active]
    book = read_book(draft.to_json(), version=0, agencies=acting)
    problems = in_order(_problem(draft, finding) for finding in findings(book, world))
    return Report(draft, book, problems)


def _problem(draft: Draft, finding: Finding) -> Problem:
    return Problem(
        line=draft.marked.line(finding.path),
        message=finding.message,
        remedy=finding.remedy,
        fatal=finding.fatal,
    )
