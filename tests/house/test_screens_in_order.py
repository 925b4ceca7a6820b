"""No file of the screens needs itself by way of others: what is bundled first would find the other undefined.

The record of a call was white in English for that alone: the words of the page were loaded before the facts'.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from lab.places import REPOSITORY

SOURCES = REPOSITORY / "frontend" / "src"
IMPORT = re.compile(r'^(?:import|export)\s+(type\s)?([^;]*?)\s*from\s+"(\.[^"]+)"', re.M | re.S)


def needs(file: Path) -> set[Path]:
    """Return the files of ours whose values a file needs before it runs; types are gone by then."""
    found = set()
    for only_types, names, where in IMPORT.findall(file.read_text("utf-8")):
        listed = [name.strip() for name in names.strip("{} \n").split(",") if name.strip()]
        if only_types or (names.startswith("{") and all(name.startswith("type ") for name in listed)):
            continue
        near = Path(os.path.normpath(file.parent / where))
        candidates = (near.with_name(f"{near.name}{ending}") for ending in (".ts", ".tsx"))
        found |= {candidate for candidate in candidates if candidate.exists()}
    return found


def cycle(graph: Mapping[Path, set[Path]]) -> list[Path]:
    """Return a way from a file to itself, or nothing."""
    done: set[Path] = set()

    def walk(file: Path, way: list[Path]) -> list[Path]:
        if file in way:
            return way[way.index(file) :]
        if file in done:
            return []
        for needed in graph.get(file, ()):
            if found := walk(needed, [*way, file]):
                return found
        done.add(file)
        return []

    return next((found for file in graph if (found := walk(file, []))), [])


def test_no_file_of_the_screens_needs_itself() -> None:
    files = [file for ending in ("*.ts", "*.tsx") for file in SOURCES.rglob(ending)]
    assert len(files) > 200, "the sources are elsewhere"
    found = cycle({file: needs(file) for file in files})
    assert found == [], [str(file.relative_to(SOURCES)) for file in found]


def test_a_cycle_is_seen() -> None:
    a, b, c = Path("a"), Path("b"), Path("c")
    assert cycle({a: {b}, b: {c}, c: set()}) == []
    assert cycle({a: {b}, b: {c}, c: {b}}) == [b, c]
