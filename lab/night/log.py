"""What happened in a night, line by line: the story of a failure is made of it."""

import time
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Line:
    """Something that happened. `who`: a caller, a position, a fault."""

    at: float
    who: str
    what: str


@dataclass
class Log:
    """All of it, in order. `began`: epoch seconds; the story counts from there."""

    began: float = field(default_factory=time.time)
    lines: list[Line] = field(default_factory=list)

    def tell(self, who: str, what: str, at: float | None = None) -> None:
        """Write a line down."""
        self.lines.append(Line(time.time() if at is None else at, who, what))

    def story(self, whose: set[str], beside: set[str], since: float, until: float) -> list[str]:
        """Return all lines of `whose`, and those of `beside` between two moments."""
        chosen = [
            line
            for line in sorted(self.lines, key=lambda line: line.at)
            if line.who in whose or (line.who in beside and since <= line.at <= until)
        ]
        return [f"{line.at - self.began:7.1f} s  {line.who}: {line.what}" for line in chosen]
