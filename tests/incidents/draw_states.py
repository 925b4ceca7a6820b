"""Draws docs/incidents.md's table of states from the code.

Run `PYTHONPATH=src:. python -m tests.incidents.draw_states` to write it.
"""

from pathlib import Path

from ct112.incidents.states import REMEDIES, TABLE, Status, Step

PAGE = Path(__file__).parents[2] / "docs" / "incidents.md"
BEGIN, END = "<!-- states: drawn -->", "<!-- states: end -->"


def drawn() -> str:
    """Return the diagram and the table."""
    arrows: dict[tuple[Status, Status], list[str]] = {}
    for (status, step), then in TABLE.items():
        arrows.setdefault((status, then), []).append(step)
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {Status.OPEN}: {Step.OPENED}"]
    lines += [f"    {one} --> {then}: {' / '.join(steps)}" for (one, then), steps in arrows.items()]
    lines += ["```", "", "| | " + " | ".join(Status) + " |", "|---" * (len(Status) + 1) + "|"]
    for step in Step:
        cells = [str(TABLE.get((status, step), "·")) for status in Status]
        lines.append(f"| {step} | " + " | ".join(cells) + " |")
    refused = (f"{status}: {remedy}" for status, remedy in REMEDIES.items())
    return "\n".join([*lines, "", f"`·` is refused, with the remedy ({'; '.join(refused)})."])


def page(text: str) -> str:
    """Return the page with the part that is drawn as the code has it."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{drawn()}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
