"""What is wrong with a document: every problem names its line and says what to do."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing to correct. `line` counts from 1; None concerns the whole document."""

    line: int | None
    message: str
    remedy: str
    fatal: bool = True  # False: a warning, the document can be published

    def __str__(self) -> str:
        """Return one line of text: where, what, what to do."""
        where = f"line {self.line}: " if self.line else ""
        return f"{where}{self.message}: {self.remedy}"


class IvrError(ValueError):
    """The document cannot be used; `problems` has every reason, by line."""

    def __init__(self, name: str, problems: Sequence[Problem]) -> None:
        self.name = name
        self.problems = in_order(problems)
        super().__init__("\n".join(f"{name}: {problem}" for problem in self.problems))


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return the problems by line, those of the whole document first."""
    return tuple(sorted(problems, key=lambda problem: (problem.line or 0, not problem.fatal)))


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a remedy: the nearest known word, or the list of them."""
    words = sorted(known)
    near = difflib.get_close_matches(word, words, n=1, cutoff=0.6)
    if near:
        return f"did you mean '{near[0]}'?"
    return "use one of " + ", ".join(words) if words else "there is none to choose from"
