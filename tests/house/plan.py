"""The plan of the house, read from the code: which part imports which, and what each process is made of."""

import ast
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "src" / "ct112"
PROCESSES = {"serve": "serve/service.py", "web": "web/process.py", "worker": "worker/process.py"}
"""Each process by the module that composes it."""


@cache
def modules() -> Mapping[str, Path]:
    """Return every module of the package by its dotted name."""
    return {_dotted(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def part_of(module: str) -> str:
    """Return the part a module belongs to: its folder, or its own name when it lies in none."""
    return module.removeprefix("ct112.").partition(".")[0]


@cache
def imports(module: str) -> frozenset[str]:
    """Return the modules of ours a module takes something from; imports for types alone do not count."""
    tree = ast.parse(modules()[module].read_text("utf-8"))
    names = [name for node in _nodes(tree) for name in _named(node)]
    return frozenset(found for name in names if (found := _module(name)) is not None and found != module)


@cache
def reached(module: str) -> frozenset[str]:
    """Return the modules that are imported with this one."""
    seen, todo = set[str](), [module]
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo.extend(imports(name))
    return frozenset(seen)


def process(name: str) -> frozenset[str]:
    """Return the parts that are in this process: what its composition imports, directly or not."""
    root = "ct112." + PROCESSES[name].removesuffix(".py").replace("/", ".")
    return frozenset(part_of(module) for module in reached(root)) - {"__init__", "ct112"}


def part_imports() -> Mapping[str, frozenset[str]]:
    """Return, for each part, the other parts it imports."""
    found: dict[str, set[str]] = defaultdict(set)
    for module in modules():
        part = part_of(module)
        found[part] |= {part_of(name) for name in imports(module)} - {part, "ct112"}
    return {part: frozenset(others) for part, others in sorted(found.items()) if part != "ct112"}


def circles() -> list[list[str]]:
    """Return the parts that import each other, directly or not, each circle once."""
    graph, found = part_imports(), set[tuple[str, ...]]()
    for part in graph:
        circle = {other for other in _after(graph, part) if part in _after(graph, other)}
        if circle:
            found.add(tuple(sorted(circle)))
    return [list(circle) for circle in sorted(found)]


def _after(graph: Mapping[str, frozenset[str]], part: str) -> set[str]:
    seen, todo = set[str](), list(graph.get(part, ()))
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo.extend(graph.get(name, ()))
    return seen


def _nodes(tree: ast.AST) -> Iterable[ast.AST]:
    """Yield the nodes that are run: not what stands under `if TYPE_CHECKING`."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        yield node
        yield from _nodes(node)


def _named(node: ast.AST) -> Iterable[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _module(name: str) -> str | None:
    """Return the module of ours a dotted name is in: itself, or what it is a name of."""
    if not name.startswith("ct112"):
        return None
    if name in modules():
        return name
    module, _, last = name.rpartition(".")
    if module not in modules():
        return _module(module)
    return _passed_on(module).get(last, module)


@cache
def _passed_on(module: str) -> Mapping[str, str]:
    """Return the names a package passes on from its modules, some only when they are asked for."""
    if modules()[module].name != "__init__.py":
        return {}
    tree = ast.parse(modules()[module].read_text("utf-8"))
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return {
        alias.asname or alias.name: str(node.module)
        for node in nodes
        for alias in node.names
        if node.module in modules()
    }


def _dotted(path: Path) -> str:
    relative = path.relative_to(PACKAGE.parent).with_suffix("")
    return ".".join(relative.parts).removesuffix(".__init__")
