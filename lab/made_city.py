"""A small made city for a fresh lab, so that maps and search have something: no real place is in it."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

NAME = "Kota Contoh"
DISTRICTS = {"99.01.01": "Pasir Lor", "99.01.02": "Kota Baru", "99.01.03": "Segara"}
KELURAHAN = (
    ("Medanglor", "Karangwaru", "Sapuro Wetan"),
    ("Tirtasari", "Samudra", "Kali Loji"),
    ("Sukamulya", "Prawira", "Kertawangi"),
)
STREETS = ("Melati", "Kenanga", "Diponegoro", "Jenderal Sudirman", "Gajah Mada", "Hayam Wuruk")
LANDMARKS = ("Pasar", "Puskesmas", "Masjid Agung", "SD Negeri 1", "Jembatan", "Terminal")
WEST, SOUTH, STEP = 109.655, -6.915, 0.016
BENT = ((0.0, 0.0), (0.1, 0.22), (-0.18, 0.06), (0.14, -0.12))  # how far a corner is off the grid, in steps


def write(folder: Path) -> None:
    """Write the city's files as `ct112 places import` takes them."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "areas.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [*_areas()]}))
    (folder / "areas.csv").write_text(_csv(("code", "name"), [("99.01", NAME), *DISTRICTS.items()]))
    columns = ("code", "kind", "name", "area", "latitude", "longitude", "aliases")
    (folder / "names.csv").write_text(_csv(columns, _names()))


def _kelurahan() -> Iterator[tuple[str, str, int, int]]:
    """Each with its code, its name, and its row and column on the map, the first in the north-west."""
    for row, (district, names) in enumerate(zip(DISTRICTS, KELURAHAN, strict=True)):
        for column, name in enumerate(names):
            yield f"{district}.{1001 + column}", name, 2 - row, column


def _areas() -> Iterator[dict[str, Any]]:
    for code, name, row, column in _kelurahan():
        corners = [(row, column), (row, column + 1), (row + 1, column + 1), (row + 1, column)]
        ring = [_corner(*at) for at in (*corners, corners[0])]
        geometry = {"type": "Polygon", "coordinates": [ring]}
        yield {"type": "Feature", "properties": {"code": code, "name": name}, "geometry": geometry}


def _corner(row: int, column: int) -> list[float]:
    """Return longitude and latitude; neighbours share their corners."""
    east, north = BENT[(row * 3 + column) % len(BENT)]
    return [round(WEST + (column + east) * STEP, 5), round(SOUTH + (row + north) * STEP, 5)]


def _names() -> Iterator[tuple[object, ...]]:
    for number, (area, name, row, column) in enumerate(_kelurahan()):
        here = (round(SOUTH + (row + 0.55) * STEP, 5), round(WEST + (column + 0.55) * STEP, 5))
        street = STREETS[number % len(STREETS)] + (" Lama" if number >= len(STREETS) else "")
        landmark = LANDMARKS[number % len(LANDMARKS)]
        yield f"s{number:03}", "street", f"Jalan {street}", area, *here, ""
        yield f"g{number:03}", "alley", f"Jalan {street} Gang {number + 1}", area, *here, ""
        yield f"l{number:03}", "landmark", f"{landmark} {name}", area, *here, ""


def _csv(columns: tuple[str, ...], rows: Iterable[Iterable[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue()
