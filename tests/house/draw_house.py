"""Draws docs/house.md from the code: processes, folders, and the way of the data.

Run `PYTHONPATH=src:. python -m tests.house.draw_house` to write it.
"""

from collections.abc import Iterable, Mapping
from importlib import import_module
from pathlib import Path

from tests.house import plan
from tests.house.ways import ASTERISK, CALLER, DATABASE, PHONE, SCREEN, SPOOL, STEPS

PAGE = Path(__file__).parents[2] / "docs" / "house.md"
SHARED = ("logs", "metrics", "clock", "tasks", "env_file", "settings", "shipped")
"""What nearly everybody imports: no arrow to it says anything."""
OUTSIDE = {CALLER, ASTERISK, PHONE, SCREEN}
BEGINNING = """\
# The house

Drawn from the code by `PYTHONPATH=src:. python -m tests.house.draw_house`. Don't edit; a test fails when it
is old, and another when a step of the data is not in the code any more.
"""


def ways() -> Iterable[str]:
    """Yield the way of the data: what goes from whom to whom."""
    yield from ("## The way of the data", "", "```mermaid", "flowchart LR")
    names = list(dict.fromkeys(name for step in STEPS for name in (step.start, step.end)))
    for name in names:
        shape = ("([", "])") if name in OUTSIDE else ("[(", ")]") if name in (SPOOL, DATABASE) else ("[", "]")
        yield f'    n{names.index(name)}{shape[0]}"{name}"{shape[1]}'
    for step in STEPS:
        yield f'    n{names.index(step.start)} -->|"{step.what}"| n{names.index(step.end)}'
    yield from ("```", "", "| from | to | what | seen in the code |", "|---|---|---|---|")
    for step in STEPS:
        seen = (
            "outside our code" if step.shown_by is None else " imports ".join(_file(m) for m in step.shown_by)
        )
        yield f"| {step.start} | {step.end} | {step.what} | {seen} |"


def processes() -> Iterable[str]:
    """Yield which part is in which process."""
    within = {name: plan.process(name) for name in plan.PROCESSES}
    yield from ("", "## Which part is in which process", "")
    yield "What its composition imports, directly or not; ● its own folder."
    yield from ("", "| part | " + " | ".join(within) + " |", "|---" * (len(within) + 1) + "|")
    for part in sorted(set().union(*within.values())):
        marks = ["●" if part == name else "✓" if part in parts else "" for name, parts in within.items()]
        yield f"| `{part}` | " + " | ".join(marks) + " |"
    yield ""
    yield "In none of them: " + ", ".join(f"`{part}`" for part in _alone(within)) + "."


def folders() -> Iterable[str]:
    """Yield the folders, from those that need nobody up to those that need many."""
    graph = {
        part: {other for other in others if other not in SHARED}
        for part, others in plan.part_imports().items()
        if part not in SHARED
    }
    yield from ("", "## Folders, and who imports whom", "")
    yield "An arrow goes to what is imported; what follows anyway by another way is left out, and so are"
    yield ", ".join(f"`{part}`" for part in SHARED) + ", which nearly everybody imports."
    yield from ("", "```mermaid", "flowchart TD")
    yield from (f"    {part}" for part in graph)
    for part, others in graph.items():
        yield from (f"    {part} --> {other}" for other in sorted(_direct(graph, others)))
    yield from ("```", "", "| folder | what it is | imports |", "|---|---|---|")
    for part, others in graph.items():
        named = ", ".join(f"`{other}`" for other in sorted(others)) or "nothing of ours"
        yield f"| `{part}` | {_meaning(part)} | {named} |"


def page() -> str:
    """Return the whole page."""
    return "\n".join([BEGINNING, *ways(), *processes(), *folders()]) + "\n"


def _direct(graph: Mapping[str, set[str]], others: set[str]) -> set[str]:
    """Return the imports that do not follow from another one of them."""
    through: set[str] = set()
    for other in others:
        through |= _below(graph, other)
    return others - through


def _below(graph: Mapping[str, set[str]], part: str) -> set[str]:
    seen, todo = set[str](), list(graph.get(part, ()))
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo.extend(graph.get(name, ()))
    return seen


def _alone(within: Mapping[str, frozenset[str]]) -> list[str]:
    return sorted(set(plan.part_imports()) - set().union(*within.values()) - set(SHARED))


def _meaning(part: str) -> str:
    """Return the first line of what the folder says of itself."""
    return (import_module(f"ct112.{part}").__doc__ or "").strip().splitlines()[0].replace("|", "\\|")


def _file(module: str) -> str:
    return f"`{module.replace('.', '/')}.py`"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
