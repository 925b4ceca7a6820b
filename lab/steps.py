"""Progress: one line a step, with its time; a step that fails says which, why and what to do."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from rich.console import Console
from rich.markup import escape


class StepFailed(Exception):
    """A step of the set-up failed; the exception says why and what to do."""

    def __init__(self, why: str, remedy: str) -> None:
        super().__init__(f"{why}. {remedy}")
        self.why = why
        self.remedy = remedy
        self.shown = False  # set once somebody has been told


@dataclass
class Step:
    """A step under way; `note` is shown behind its name."""

    name: str
    note: str = ""
    started: float = field(default_factory=time.monotonic)

    def seconds(self) -> float:
        """Return how long the step has taken."""
        return time.monotonic() - self.started


class Progress(Protocol):
    """Where steps are told."""

    def begin(self, step: Step) -> None:
        """Say that a step began."""

    def done(self, step: Step) -> None:
        """Say that it is done."""

    def failed(self, step: Step, error: BaseException) -> None:
        """Say that it failed, why, and the remedy."""


class Quiet:
    """Tells nobody; the exception is enough (tests)."""

    def begin(self, step: Step) -> None:
        """Say nothing."""

    def done(self, step: Step) -> None:
        """Say nothing."""

    def failed(self, step: Step, error: BaseException) -> None:
        """Say nothing."""


class Shown:
    """Prints a line a step; on a terminal a spinner while it runs."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False)
        self._status = self._console.status("")

    def begin(self, step: Step) -> None:
        """Start the spinner."""
        self._status.update(escape(step.name))
        self._status.start()

    def done(self, step: Step) -> None:
        """Print the tick and the time."""
        self._status.stop()
        note = f"  [dim]{escape(step.note)}[/dim]" if step.note else ""
        self._console.print(
            f"[green]✓[/green] {escape(step.name)}  {step.seconds():.1f} s{note}", soft_wrap=True
        )

    def failed(self, step: Step, error: BaseException) -> None:
        """Print which step failed, why and what to do."""
        self._status.stop()
        self._console.print(f"[red]✗ {escape(step.name)}[/red]  {step.seconds():.1f} s", soft_wrap=True)
        if isinstance(error, StepFailed):
            error.shown = True
            self._console.print(f"  why: {escape(error.why)}", soft_wrap=True)
            self._console.print(f"  remedy: {escape(error.remedy)}", soft_wrap=True)
        elif not isinstance(error, Exception):
            self._console.print("  interrupted", soft_wrap=True)
        else:
            self._console.print(f"  why: {type(error).__name__}: {escape(str(error))}", soft_wrap=True)


@contextmanager
def step(progress: Progress, name: str) -> Iterator[Step]:
    """Tell `progress` about the block: begun, done or failed."""
    this = Step(name)
    progress.begin(this)
    try:
        yield this
    except BaseException as error:
        progress.failed(this, error)
        raise
    progress.done(this)
