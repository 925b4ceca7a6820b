"""Commands that change something, or tell of people, say so in the audit: in the same transaction."""

import ast
from collections.abc import Sequence
from pathlib import Path

import pytest

import ct112.cli

COMMANDS = sorted(Path(ct112.cli.__file__).parent.glob("*.py"))
READS = frozenset(
    {
        "current",
        "version",
        "versions",
        "get",
        "page",
        "positions",
        "entries",
        "pause_reasons",
        "is_newest",
        *("search", "sounds"),
        *("book", "in_force", "world"),
        "of_span",  # counts, nobody's name
        "of_month",
    }
)
"""What a command may ask of the store without a row: it changes nothing and tells of nobody."""
ROW = "note"
"""What writes that row."""


def unnoted(source: str) -> set[str]:
    """Return what a module does with the store, not through `with_audit`, that is no plain read."""
    tree = ast.parse(source)
    outer = _functions(tree.body)
    called: set[str] = set()
    for part in tree.body:
        helpers = outer | _functions(list(ast.walk(part)) if part in outer.values() else [])
        for work in _works(part):
            named = {node.id for node in ast.walk(work) if isinstance(node, ast.Name)}
            for body in (work, *(helpers[name] for name in named & helpers.keys())):
                called |= set(_asked(body))
    return called - READS - {ROW}


def _functions(nodes: Sequence[ast.AST]) -> dict[str, ast.AST]:
    return {node.name: node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def _works(part: ast.AST) -> list[ast.expr]:
    """Return what is given to `with_connection`."""
    calls = [node for node in ast.walk(part) if isinstance(node, ast.Call)]
    return [
        work
        for call in calls
        if isinstance(call.func, ast.Name) and call.func.id == "with_connection"
        for work in call.args
    ]


def _asked(body: ast.AST) -> list[str]:
    """Return the functions of the store that are called with the connection."""
    return [
        node.func.attr
        for node in ast.walk(body)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and any(isinstance(given, ast.Name) and given.id == "connection" for given in node.args)
    ]


@pytest.mark.parametrize("path", COMMANDS, ids=lambda path: path.name)
def test_what_changes_something_is_noted(path: Path) -> None:
    if path.name != "edge.py":
        assert unnoted(path.read_text()) == set(), "use edge.with_audit"


@pytest.mark.parametrize("path", COMMANDS, ids=lambda path: path.name)
def test_nobody_takes_a_transaction_past_the_edge(path: Path) -> None:
    if path.name not in ("edge.py", "audit.py"):
        assert ".transaction()" not in path.read_text()


def test_the_rule_can_fail() -> None:
    plain = "with_connection(lambda connection: roster.cancel(connection, 7))"
    hidden = "async def work(connection):\n    await roster.cancel(connection, 7)\nwith_connection(work)"
    assert unnoted(plain) == unnoted(hidden) == {"cancel"}
    assert unnoted(plain.replace("with_connection", "with_audit")) == set()
