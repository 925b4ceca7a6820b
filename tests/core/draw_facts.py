"""Writes docs/facts.schema.json and docs/facts.md from the classes of the facts."""

import json
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path

from ct112.core import fact_schema
from ct112.core.facts import KINDS

DOCS = Path(__file__).parents[2] / "docs"
SCHEMA = DOCS / "facts.schema.json"
PAGE = DOCS / "facts.md"


def schema() -> str:
    """Return the schema as text."""
    return json.dumps(fact_schema.schema(), indent=2) + "\n"


def page() -> str:
    """Return the page."""
    return "\n".join(lines()) + "\n"


def lines() -> Iterable[str]:
    """Yield the lines of the page."""
    yield "# The facts"
    yield ""
    yield "Made from `core/facts.py` by `PYTHONPATH=src:. python -m tests.core.draw_facts`. Don't edit; a"
    yield "test fails when it is old. A fact is written once and never changed, so nothing personal of a"
    yield "caller is in one: numbers, names, places and keys pressed are in the call's record. The same as a"
    yield "JSON schema: `facts.schema.json`."
    yield ""
    yield "| kind | what happened | fields |"
    yield "|---|---|---|"
    for kind in KINDS.values():
        names = ", ".join(f"`{field.name}`" for field in fields(kind))
        text = " ".join((kind.__doc__ or "").split())
        yield f"| `{kind.KIND}` | {text} | {names or '–'} |"


if __name__ == "__main__":
    SCHEMA.write_text(schema())
    PAGE.write_text(page())
