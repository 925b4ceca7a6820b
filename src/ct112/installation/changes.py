"""A change to the machine, said before it is done; and a part of the plan, which knows what is to change."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Change:
    """One thing to be done: `what` says it to the engineer, `do` does it and raises InstallFailure."""

    what: str
    do: Callable[[], object]


class Part(Protocol):
    """A part of the installation."""

    def changes(self) -> Iterable[Change]:
        """Return what is to change, looking at the machine as it is now; nothing when all is as it should be.

        Asked twice: before anything is done, to be shown, and when its turn has come.
        """
