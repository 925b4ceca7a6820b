"""The boundaries of the design, enforced over the import graph: core ← ports ← switchboard ← service."""

import ast
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "src" / "ct112"

# What each part may import of ct112 (itself always). A module in no part fails: give it a place first.
LEAF = {"ct112.logs", "ct112.metrics", "ct112.clock", "ct112.tasks", "ct112.files"}
SETTINGS = {"ct112.settings", "ct112.env_file", "ct112.__version__"}
EVERYTHING = {"ct112"}
ALLOWED: dict[str, set[str]] = {
    "__init__": set(),
    "core": set(),
    "asterisk": {"ct112.core", "ct112.shipped", *LEAF},
    "incidents": {"ct112.core"},
    "store": {"ct112.core", "ct112.incidents", "ct112.shipped", *LEAF},
    "prompts": {"ct112.core", *LEAF},
    "ivr": {"ct112.core", "ct112.prompts", *LEAF},
    "routing": {"ct112.core", "ct112.incidents", "ct112.ivr", *LEAF},
    "places": {"ct112.incidents", "ct112.store", *LEAF},
    "http": LEAF,
    "tls": LEAF,
    "control": {"ct112.core", "ct112.http", *LEAF},
    "serve": {
        *("ct112.core", "ct112.asterisk", "ct112.store", "ct112.ivr", "ct112.prompts"),
        *("ct112.control", "ct112.http", "ct112.tls", *LEAF, *SETTINGS),
    },
    "web": {
        *("ct112.core", "ct112.control", "ct112.http", "ct112.store", "ct112.ivr", "ct112.prompts"),
        *("ct112.incidents", "ct112.places", "ct112.routing", "ct112.reports"),
        *("ct112.planning", "ct112.tls", "ct112.__version__", "ct112.shipped", *LEAF),
    },
    "backup": {"ct112.core", "ct112.store", "ct112.worker", *LEAF, *SETTINGS},
    "worker": {"ct112.core", "ct112.incidents", "ct112.control", "ct112.http", "ct112.store", *LEAF},
    "planning": set(),
    "reports": set(),
    "installation": {"ct112.shipped", "ct112.files", "ct112.env_file", "ct112.asterisk.configfiles"},
    "doctor": EVERYTHING,
    "simulation": EVERYTHING,  # it runs the whole service
    "cli": EVERYTHING,
    "clock": set(),
    "logs": set(),
    "metrics": set(),
    "tasks": {"ct112.logs", "ct112.metrics"},
    "settings": {"ct112.core.policy", "ct112.core.trunks", "ct112.env_file"},
    "env_file": {"ct112.files"},
    "files": set(),
    "shipped": set(),
}
# Narrower than their part.
NARROW: dict[str, set[str]] = {
    "serve/switchboard.py": {"ct112.core", *LEAF},
    "serve/duty.py": {"ct112.core", "ct112.serve.known", *LEAF},
}
# Command-line entry points inside a part, and the compositions of processes, read the settings.
COMMANDS = {"store/migrate.py", "web/access/gate.py", "web/process.py", "worker/process.py"}


def modules() -> list[Path]:
    """Every module of the package."""
    return sorted(PACKAGE.rglob("*.py"))


def imports(path: Path) -> set[str]:
    """The dotted names a module imports, `from x import y` as `x.y`."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import, say the whole name"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def part_of(path: Path) -> str:
    """The part a module belongs to: its folder, or its own name."""
    relative = path.relative_to(PACKAGE)
    return relative.parts[0] if len(relative.parts) > 1 else relative.stem


def inside(name: str, allowed: set[str]) -> bool:
    """Whether a dotted name is one of the allowed modules or something in it."""
    return any(name == one or name.startswith(one + ".") for one in allowed)


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_what_its_part_may(path: Path) -> None:
    part, relative = part_of(path), str(path.relative_to(PACKAGE))
    assert part in ALLOWED, f"{part} is no part of the house: add it to ALLOWED, and to docs/glossary.md"
    allowed = NARROW.get(relative, ALLOWED[part] | {f"ct112.{part}"})
    if relative in COMMANDS:
        allowed = allowed | {"ct112.settings"}
    wrong = {name for name in imports(path) if name.startswith("ct112") and not inside(name, allowed)}
    assert not wrong, f"{part} may not import {sorted(wrong)}"


@pytest.mark.parametrize(
    "path",
    sorted([*(PACKAGE / "core").glob("*.py"), *(PACKAGE / "incidents").glob("*.py")]),
    ids=lambda path: f"{path.parent.name}/{path.name}",
)
def test_the_core_imports_only_the_standard_library(path: Path) -> None:
    outside = {
        name
        for name in imports(path)
        if not name.startswith(("ct112.core", "ct112.incidents"))
        and name.partition(".")[0] not in sys.stdlib_module_names
    }
    assert not outside
    forbidden = {"asyncio", "time", "random", "socket", "secrets", "threading", "os", "logging", "subprocess"}
    assert not {name.partition(".")[0] for name in imports(path)} & forbidden, "the core does no I/O"


def test_sql_lives_only_in_the_store() -> None:
    offenders = [
        path
        for path in modules()
        if part_of(path) != "store"
        and any(name.startswith(("sqlalchemy", "asyncpg")) for name in imports(path))
    ]
    assert not offenders


def test_only_the_settings_read_the_environment() -> None:
    readers = [
        str(path.relative_to(PACKAGE))
        for path in modules()
        if "os.environ" in path.read_text() or "os.getenv" in path.read_text()
    ]
    assert readers == ["settings.py"]


def test_the_rule_can_fail(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.py"
    wrong.write_text("from ct112.store.tables import CallRecord\n")
    assert not inside(next(iter(imports(wrong))), ALLOWED["asterisk"] | {"ct112.asterisk"})
