"""Every check of the doctor has its name and its remedy in Indonesian on the page of readiness."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from lab.places import REPOSITORY

CHECKS = REPOSITORY / "src/ct112/doctor"
CATALOGUE = REPOSITORY / "frontend/src/admin/readiness/catalogue.ts"
PLAIN = re.compile(r"^(ct112|nft|docs/|CT112_)[\w ./=:@,()-]*$")  # a command or a file, as it is there


def table(name: str) -> list[re.Pattern[str]]:
    """Return the patterns of one table of the catalogue."""
    text = CATALOGUE.read_text("utf-8")
    part = text[text.index(f"const {name}: Table") :]
    part = part[: part.index("\n];")]
    return [re.compile(found) for found in re.findall(r"\[/(.+)/, \"", part)]


def text_of(node: ast.AST) -> str | None:
    """Return what a text would be, its parameters filled in with a word."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "trunk" for part in node.values)
    return None


def planned(source: Path) -> Iterator[tuple[str, str]]:
    """Yield name and remedy of each check that is planned there."""
    for node in ast.walk(ast.parse(source.read_text("utf-8"))):
        if isinstance(node, ast.Tuple) and len(node.elts) == 3:
            name, remedy = text_of(node.elts[0]), text_of(node.elts[1])
            if name and remedy:
                yield name, remedy


def test_a_check_without_indonesian_words_fails() -> None:
    names, remedies = table("NAMES"), table("REMEDIES")
    found = list(planned(CHECKS / "examination.py"))
    assert len(found) > 15
    unnamed = [name for name, _ in found if not any(each.search(name) for each in names)]
    unsaid = [
        remedy
        for _, remedy in found
        if not PLAIN.match(remedy) and not any(each.search(remedy) for each in remedies)
    ]
    assert (unnamed, unsaid) == ([], [])
