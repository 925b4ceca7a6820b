"""Made areas, made names: nothing here is of a real city."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
DISTRICTS = ("Kota Baru", "Pasir Lor", "Segara")
KELURAHAN = {
    "99.01.01.1001": "Medanglor",
    "99.01.01.1002": "Karangwaru",
    "99.01.01.1003": "Sapuro Wetan",
    "99.01.01.1004": "Banjarejo",
    "99.01.02.1001": "Tirtasari",
    "99.01.02.1002": "Samudra",
    "99.01.02.1003": "Kali Loji",
    "99.01.02.1004": "Bojongsari",
    "99.01.03.1001": "Sukamulya",
    "99.01.03.1002": "Prawira",
    "99.01.03.1003": "Kertawangi",
    "99.01.03.1004": "Kembangarum",
}
WEST, SOUTH, STEP = 109.67, -6.91, 0.01


def square(west: float, south: float, step: float = STEP) -> dict[str, Any]:
    """A square as GeoJSON."""
    east, north = west + step, south + step
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def features() -> Iterator[dict[str, Any]]:
    """Twelve kelurahan side by side: four to a row, a row for each kecamatan, the first in the north."""
    for at, (code, name) in enumerate(KELURAHAN.items()):
        row, column = divmod(at, 4)
        geometry = square(WEST + column * STEP, SOUTH + (2 - row) * STEP)
        yield {"type": "Feature", "properties": {"code": code, "name": name}, "geometry": geometry}


def collection(*more: dict[str, Any]) -> dict[str, Any]:
    """The file of them."""
    return {"type": "FeatureCollection", "features": [*features(), *more]}


def area_names() -> str:
    """The names of the areas around them."""
    rows = ["code,name", "99.01,Kota Contoh"]
    rows += [f"99.01.{number:02d},{name}" for number, name in enumerate(DISTRICTS, 1)]
    return "\n".join(rows) + "\n"


def queries() -> list[tuple[str, str]]:
    """What people said, and the code of what they meant."""
    with (HERE / "queries.csv").open(encoding="utf-8") as file:
        return [(row["query"], row["code"]) for row in csv.DictReader(file)]


@pytest.fixture
def city(tmp_path: Path) -> Path:
    """Give a folder with the city's files: areas.geojson, areas.csv, names.csv."""
    import json

    (tmp_path / "areas.geojson").write_text(json.dumps(collection()))
    (tmp_path / "areas.csv").write_text(area_names())
    (tmp_path / "names.csv").write_text((HERE / "gazetteer.csv").read_text())
    return tmp_path
