"""docs/statistics.md says what the figures mean as the code does."""

from pathlib import Path

from ct112.incidents.definitions import DEFINITIONS
from ct112.store.statistics import AgencyFigures, CallFigures, IncidentFigures

PAGE = Path(__file__).parents[2] / "docs" / "statistics.md"


def test_every_definition_stands_there() -> None:
    page = PAGE.read_text("utf-8")
    for each in DEFINITIONS:
        assert f"| {each.figure} | {each.meaning} | {each.source} |" in page


def test_every_figure_is_defined() -> None:
    defined = {name for each in DEFINITIONS for name in each.figure.split(", ")}
    for figures in (CallFigures, IncidentFigures, AgencyFigures):
        assert set(figures.__dataclass_fields__) - {"key"} <= defined, figures
