"""The settings as docs/settings.md has them: from settings.py, and from who reads them in the code.

`PYTHONPATH=src:. python -m tests.settings_page` writes it.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from ct112 import settings
from ct112.core.settings import SETTINGS
from ct112.settings import Settings

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "ct112"
PAGE = ROOT / "docs" / "settings.md"
PROCESSES = ("serve", "web", "worker")
HEAD = """# Settings

Printed from `settings.py` and from who reads what in the code, by
`PYTHONPATH=src:. python -m tests.settings_page`; `tests/test_settings_page.py` keeps it true.

Every process, and every command, reads them itself from the file `CT112_ENV_FILE` names, by default
`/etc/ct112/ct112.env`: lines `NAME=value`, with `#` for comments; `root:ct112`, mode 0640, since it holds
secrets. A variable of the environment of the same name wins; secrets need not be there, and should not.
`CT112_ENV_FILE=` (empty) reads no file. A setting that is wrong ends the process at its start, with its name;
`ct112 doctor` says which are misspelled.

A change counts once the processes that read the setting have been started again. `serve` ends talks in good
order: see [runbook.md](runbook.md). *Live*: a number that may also be changed while calls go on
([admin-guide](admin-guide.md)); then the value here is its default. A **secret** never stands in a log, nor
in an error. What Asterisk is told is described in `asterisk.toml`: [carrier.md](carrier.md).

| setting | type | default | read by | what it is |
|---|---|---|---|---|
"""


def page() -> str:
    """Return the whole page."""
    return HEAD + "".join(f"{row(name, field)}\n" for name, field in Settings.model_fields.items())


def row(name: str, field: FieldInfo) -> str:
    """Return one line of the table."""
    read_by = ", ".join(one for one in (*PROCESSES, "commands") if one in readers().get(name, set()))
    marks = [*(["**secret**"] if is_secret(name, field) else []), *(["*live*"] if name in live() else [])]
    what = (field.description or "").replace("|", "\\|")
    said = f"{what}. {', '.join(marks)}" if marks else what
    return f"| `CT112_{name.upper()}` | {kind(field)} | {default(field)} | {read_by} | {said} |"


def kind(field: FieldInfo) -> str:
    """Return the type and range in words."""
    if is_secret("", field):
        return "text"
    if get_origin(field.annotation) is Literal:
        return " or ".join(f"`{one}`" for one in get_args(field.annotation))
    names = {int: "number", float: "number", bool: "true or false", Path: "path", str: "text"}
    bare = next((one for one in get_args(field.annotation) if one is not type(None)), field.annotation)
    if get_origin(field.annotation) in (list, dict):
        return "JSON list" if get_origin(field.annotation) is list else "JSON object"
    word = names[bare if get_origin(field.annotation) is not None else field.annotation]  # type: ignore[index]
    return f"{word}{limits(field)}"


def limits(field: FieldInfo) -> str:
    """Return the range a number has to be in."""
    found: dict[str, Any] = {
        name: getattr(one, name)
        for one in field.metadata
        for name in ("gt", "ge", "le")
        if hasattr(one, name)
    }
    if not found:
        return ""
    low = f"above {found['gt']:g}" if "gt" in found else f"from {found['ge']:g}"
    return f", {low} to {found['le']:g}"


def default(field: FieldInfo) -> str:
    """Return the default as it would be written."""
    value = field.get_default(call_default_factory=True)
    if value in (None, "", [], {}):
        return "–"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def is_secret(name: str, field: FieldInfo) -> bool:
    """Return whether its value may be shown to nobody; some hold a password among other things."""
    return SecretStr in (field.annotation, *get_args(field.annotation)) or name in ("nodes", "database_url")


@cache
def readers() -> dict[str, set[str]]:
    """Return who reads each setting: a process, or the commands."""
    found = dict[str, set[str]]()
    for path in sorted(SOURCE.rglob("*.py")):
        for who, attribute in _read_in(path):
            for name in _behind(attribute):
                found.setdefault(name, set()).update(who)
    return found


def _whose(path: Path) -> set[str]:
    """Return whose code a module is."""
    part = path.relative_to(SOURCE).parts
    if part[0] in PROCESSES:
        return {part[0]}
    return {"commands"} if part[0] in ("cli", "doctor") or part == ("store", "migrate.py") else set()


def _read_in(path: Path) -> Iterator[tuple[set[str], str]]:
    """Yield who reads which attribute of the settings in a module."""
    starts_them = path == SOURCE / "cli" / "processes.py"
    for function in ast.parse(path.read_text()).body:
        who = _whose(path)
        if starts_them:
            name = getattr(function, "name", "").lstrip("_")
            who = {name} if name in PROCESSES else set(PROCESSES)
        for node in ast.walk(function) if who else ():
            if isinstance(node, ast.Attribute) and re.search(
                r"(settings|loaded\(.*\)|load\(\))$", ast.unparse(node.value)
            ):
                yield who, node.attr


@cache
def _methods() -> dict[str, set[str]]:
    """Return the methods and properties of the settings, with the attributes of theirs they read."""
    tree = ast.parse(Path(settings.__file__).read_text())
    found = next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Settings")
    return {
        method.name: {
            node.attr
            for node in ast.walk(method)
            if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "self"
        }
        for method in found.body
        if isinstance(method, ast.FunctionDef)
    }


def _behind(attribute: str) -> set[str]:
    """Return the settings an attribute stands for: itself, or those a method reads."""
    if attribute in Settings.model_fields:
        return {attribute}
    return {name for one in _methods().get(attribute, ()) if one != attribute for name in _behind(one)}


LIVE = {"ring_seconds": "ring_seconds", "wrap_up_seconds": "wrap_up_seconds"} | {
    "lost_node_seconds": "lost_node_end_seconds"
}
"""Settings here, and what they are called where they may be changed while serve runs."""


def live() -> frozenset[str]:
    """Return the settings that may be changed while serve runs."""
    return frozenset(name for name, there in LIVE.items() if there in {one.name for one in SETTINGS})


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
