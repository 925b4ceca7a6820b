"""Draws docs/states.md from the code: what was seen when every state met every event.

Run `PYTHONPATH=src:. python -m tests.core.draw_states` to write it.
"""

from collections.abc import Iterable
from pathlib import Path

from ct112.core import calls, positions
from tests.core.floor_world import STATES
from tests.core.states_met import HAPPENINGS, OVER, Edges, call_edges, meet, operator_edges

PAGE = Path(__file__).parents[2] / "docs" / "states.md"


def mermaid(edges: Edges) -> Iterable[str]:
    """Yield a state diagram; states get short names, what leads from one to the next stands on the arrow."""
    yield "```mermaid"
    yield "stateDiagram-v2"
    named = {name for pair in edges for name in pair if " " in name}
    yield from (f'    state "{name}" as {plain(name)}' for name in sorted(named))
    for (start, after), labels in edges.items():
        yield f"    {plain(start)} --> {plain(after)}: {shorter(labels)}"
    yield "```"


def plain(name: str) -> str:
    """Return a name the diagram language takes; the end of a call is its end point."""
    return "[*]" if name == OVER else name.replace(" (", "_").replace(" ", "_").replace(")", "")


def shorter(labels: list[str]) -> str:
    """Return the labels on one arrow, at most three of them."""
    clean = [label.replace(":", " –") for label in labels]
    return " / ".join(clean[:3]) + (f" / {len(clean) - 3} more" if len(clean) > 3 else "")


def table() -> Iterable[str]:
    """Yield the whole table: a row for each happening, a column for each state."""
    yield "| | " + " | ".join(STATES) + " |"
    yield "|---" * (len(STATES) + 1) + "|"
    for label, happening in HAPPENINGS.items():
        cells = []
        for start in STATES:
            after, _, odd = meet(start, happening)
            cells.append(f"**{after}**" if after != start else "?" if odd else "·")
        yield f"| {label} | " + " | ".join(cells) + " |"


def meanings(*states: type) -> Iterable[str]:
    """Yield what each state means: the first line of its docstring."""
    for state in states:
        yield f"- **{state.__name__}**: {(state.__doc__ or '').strip().splitlines()[0]}"


def page() -> str:
    """Return the whole page."""
    lines = [
        "# The states of a call and of an operator",
        "",
        "Drawn from the code by `PYTHONPATH=src:. python -m tests.core.draw_states`: every state is met with",
        "every event, and what becomes of it is written down. Don't edit; a test fails when it is old.",
        "",
        "## A call",
        "",
        *meanings(
            calls.Arriving,
            calls.InMenu,
            calls.Waiting,
            calls.Kept,
            calls.Offered,
            calls.Joining,
            calls.Talking,
            calls.Stranded,
            calls.Leaving,
        ),
        "",
        *mermaid(call_edges()),
        "",
        "Every state with every event. **Bold**: the state changes; ·: it stays (the event may still have an",
        "effect, such as the next prompt); ?: it does not fit, is logged, and the call is kept.",
        "",
        *table(),
        "",
        "## An operator",
        "",
        *meanings(
            positions.OffDuty,
            positions.Ready,
            positions.Ringing,
            positions.OnCall,
            positions.WrapUp,
            positions.Resting,
        ),
        "",
        *mermaid(operator_edges()),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page())
