"""A receiver's columns: names, and which figure of the report stands under each. A YAML file."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ct112.reports.monthly import Row, known

DEFAULT = Path(__file__).with_name("monthly.yaml")
MOST_COLUMNS = 200
LONGEST = 100


class MappingTrouble(ValueError):
    """The mapping cannot be used; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: what the receiver calls it, and the figure under it."""

    name: str
    figure: str


@dataclass(frozen=True, slots=True)
class Mapping:
    """A receiver's report: its title, and its columns in order."""

    title: str
    columns: tuple[Column, ...]

    def cells(self, row: Row) -> list[str | int | float | None]:
        """Return a row's cells. A category or agency of which there was nothing is 0."""
        return [row.get(column.figure, 0) for column in self.columns]


def read(path: Path = DEFAULT) -> Mapping:
    """Read a mapping file. Raises MappingTrouble."""
    try:
        document = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, ValueError, yaml.YAMLError, RecursionError) as error:
        raise MappingTrouble(f"{path} cannot be read ({type(error).__name__}): YAML in UTF-8") from error
    if not isinstance(document, dict) or document.keys() != {"title", "columns"}:
        raise MappingTrouble(f"{path}: it has a title and columns, and nothing else")
    columns = document["columns"]
    if not isinstance(columns, list) or not 0 < len(columns) <= MOST_COLUMNS:
        raise MappingTrouble(f"{path}: columns is a list of 1 to {MOST_COLUMNS}")
    title = _words(path, "title", document["title"])
    return Mapping(title, tuple(_column(path, number, each) for number, each in enumerate(columns, 1)))


def _column(path: Path, number: int, given: Any) -> Column:
    if not isinstance(given, dict) or given.keys() != {"name", "figure"}:
        raise MappingTrouble(f"{path}: column {number} has a name and a figure, and nothing else")
    name, figure = (_words(path, f"column {number}", given[key]) for key in ("name", "figure"))
    if not known(figure):
        raise MappingTrouble(f"{path}: column {number}: no figure {figure!r}: see docs/statistics.md")
    return Column(name, figure)


def _words(path: Path, what: str, given: Any) -> str:
    if not isinstance(given, str) or not 0 < len(given) <= LONGEST or not given.isprintable():
        raise MappingTrouble(f"{path}: {what}: a text of one line, at most {LONGEST} characters")
    return given
