"""From YAML to a draft whose shape is right; every mistake becomes a problem with its line."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ct112.ivr.marked import Marked, read
from ct112.ivr.problems import IvrError, Problem, did_you_mean
from ct112.ivr.validating import validated
from ct112.routing.shape import AREA, DocumentShape

PAGE = "docs/routing.md"


@dataclass(frozen=True, slots=True)
class Draft:
    """A document of the right shape, with its lines."""

    shape: DocumentShape
    marked: Marked

    def to_json(self) -> dict[str, Any]:
        """Return the document as stored in the database, next to its source."""
        return self.shape.model_dump(mode="json", by_alias=True, exclude_none=True)


def drafted(text: str, *, name: str) -> tuple[Draft | None, list[Problem]]:
    """Return the draft in `text`, None when its shape is wrong, and every problem of its shape."""
    try:
        marked = read(text, name=name)
    except IvrError as error:
        return None, list(error.problems)
    if not isinstance(marked.value, dict):
        remedy = f"begin with `default:` and `rules:`, see {PAGE}"
        return None, [Problem(line=1, message="there is no document here", remedy=remedy)]
    given = {key: value for key, value in marked.value.items() if value is not None}
    shape, problems = validated(DocumentShape, given, marked, (), page=PAGE)
    problems = [*marked.problems, *problems]
    if shape is None:
        return None, problems
    draft = Draft(shape, marked)
    problems += unknown_names(draft)
    return (None if problems else draft), problems


def unknown_names(draft: Draft) -> Iterator[Problem]:
    """Yield each name of a group or of hours that is not explained in the document."""
    shape, marked = draft.shape, draft.marked
    for at, rule in enumerate(shape.rules):
        for number, place in enumerate(rule.areas):
            if not AREA.fullmatch(place) and place not in shape.areas:
                remedy = did_you_mean(place, shape.areas)
                line = marked.line(("rules", at, "areas", number))
                yield Problem(line=line, message=f"no group of areas '{place}'", remedy=remedy)
        for number, hours in enumerate(rule.hours):
            if hours not in shape.hours:
                line = marked.line(("rules", at, "hours", number))
                yield Problem(
                    line=line, message=f"no hours '{hours}'", remedy=did_you_mean(hours, shape.hours)
                )
