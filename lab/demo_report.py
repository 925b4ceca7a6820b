"""The demo's end: the rows as PostgreSQL has them, and whether all of it held."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from rich.console import Console
from rich.table import Table

from ct112.store.calls import StoredCall
from lab.audio import Heard
from lab.timeline import Citizen

SILENCE_LIMIT_SECONDS = 12.0
HEARD_SECONDS = 0.6


@dataclass
class Part:
    """What one citizen does in the demo, what must come of it, and what came of it."""

    citizen: Citizen
    does: str
    service_class: str
    source: str
    ended_by: str
    at_citizen: Heard | None = None  # the operator's tone in what the citizen received
    at_operator: Heard | None = None  # the citizen's tone in what the operator received
    took: str = ""  # the position whose phone really took the call
    trouble: list[str] = field(default_factory=list)

    def both_heard(self) -> bool:
        """Say whether each heard the other."""
        heard = (self.at_citizen, self.at_operator)
        return all(one is not None and one.for_at_least(HEARD_SECONDS) for one in heard)


def problems(part: Part) -> list[str]:
    """Return what did not hold for a citizen; empty when all did."""
    found = list(part.trouble)
    if part.citizen.row is None:
        return [*found, "there is no row in call_record"]
    row = part.citizen.row
    wanted = {
        "service_class": part.service_class,
        "class_source": part.source,
        "outcome": "answered",
        "ended_by": part.ended_by,
        "position": part.took,
        "ani": part.citizen.ani,
    }
    for name, value in wanted.items():
        if getattr(row, name) != value:
            found.append(f"{name} is {getattr(row, name)}, not {value}")
    if not part.both_heard():
        found.append(f"not heard both ways: citizen {part.at_citizen}, operator {part.at_operator}")
    return found + _time_problems(row)


def _time_problems(row: StoredCall) -> list[str]:
    times = [row.arrived_at, row.picked_up_at, row.queued_at, row.answered_at, row.ended_at]
    known = [time for time in times if time is not None]
    if len(known) < len(times):
        return ["a time is missing in the row"]
    found = [] if known == sorted(known) else ["the times in the row are out of order"]
    waited = seconds(row.picked_up_at, row.queued_at)
    if waited is None or waited > SILENCE_LIMIT_SECONDS:
        found.append(f"in the queue {waited} s after pick-up, more than {SILENCE_LIMIT_SECONDS:g} s")
    return found


def seconds(start: datetime | None, end: datetime | None) -> float | None:
    """Return how long it took; None when one of the two did not happen."""
    return None if start is None or end is None else (end - start).total_seconds()


def show(console: Console, parts: Sequence[Part]) -> None:
    """Print the rows as they were read back."""
    table = Table(title="call_record, read back from PostgreSQL", title_justify="left", title_style="bold")
    for heading in ("citizen", "does", "class", "source"):
        table.add_column(heading)
    for heading in ("to pick-up", "in queue", "to answer"):
        table.add_column(heading, justify="right")
    for heading in ("operator", "outcome", "ended by", "heard both ways"):
        table.add_column(heading)
    for part in parts:
        table.add_row(*_cells(part))
    console.print()
    console.print(table)


def _cells(part: Part) -> list[str]:
    row = part.citizen.row
    name = f"[{part.citizen.colour}]{part.citizen.name}[/]"
    if row is None:
        return [name, part.does, *["–"] * 9]
    return [
        name,
        part.does,
        row.service_class or "–",
        row.class_source or "–",
        _shown(seconds(row.arrived_at, row.picked_up_at)),
        _shown(seconds(row.queued_at, row.answered_at)),
        _shown(seconds(row.arrived_at, row.answered_at)),
        row.operator or "–",
        row.outcome or "–",
        row.ended_by or "–",
        "[green]✓[/green]" if part.both_heard() else "[red]✗[/red]",
    ]


def _shown(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f} s"


def verdict(console: Console, parts: Sequence[Part]) -> bool:
    """Print what did not hold, or that all did; return whether all did."""
    console.print()
    held = True
    for part in parts:
        for problem in problems(part):
            held = False
            console.print(f"[red]✗[/red] {part.citizen.name}: {problem}", soft_wrap=True)
    if held:
        console.print("[green]✓[/green] Three calls to 112, three answered, each side heard the other.")
    return held
