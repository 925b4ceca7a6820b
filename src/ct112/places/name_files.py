"""Names from CSV files (UTF-8): of areas (`code,name`), and of streets, landmarks and the like.

The latter have the columns code, kind, name, and may have area, latitude, longitude, aliases (parted by ;).
What else is in the file is left alone. One bad line refuses the whole file, by its number.
"""

import csv
import io
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ct112.incidents.place_text import read as read_text
from ct112.incidents.places import Area, NamedPlace
from ct112.places.geojson import checked
from ct112.places.problems import BadFile

LARGEST = 64 * 1024 * 1024  # bytes of a file
MOST_NAMES = 500_000
LONGEST_NAME = 120
MOST_ALIASES = 10
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,59}")
KINDS = ("street", "alley", "housing", "landmark")
NUMBER = re.compile(r"-?\d{1,3}(\.\d{1,20})?", re.ASCII)
Line = dict[str, str]


def area_names(content: bytes) -> list[Area]:
    """Return the areas a file names. Raises BadFile."""
    found: dict[str, Area] = {}
    for number, line in _lines(content, ("code", "name")):
        area = checked(line["code"], line["name"], f"line {number}")
        if area.code in found:
            raise BadFile(f"line {number}: the code {area.code} was there before: give each area one line")
        found[area.code] = area
    return list(found.values())


def names(content: bytes, areas: set[str]) -> list[NamedPlace]:
    """Return the places a file names; `areas`: the codes there are. Raises BadFile."""
    found: dict[str, NamedPlace] = {}
    for number, line in _lines(content, ("code", "kind", "name")):
        place = _place(line, f"line {number}", areas)
        if place.code in found:
            raise BadFile(f"line {number}: the code {place.code} was there before: give each place its own")
        found[place.code] = place
    return list(found.values())


def _lines(content: bytes, needed: tuple[str, ...]) -> Iterator[tuple[int, Line]]:
    if len(content) > LARGEST:
        raise BadFile(f"the file has more than {LARGEST >> 20} MiB: split it")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise BadFile(f"line {line} is no UTF-8: save the file as UTF-8") from None
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        missing = [name for name in needed if name not in (reader.fieldnames or ())]
        if missing:
            raise BadFile(f"the first line has to name the columns; {', '.join(missing)} is missing")
        count = 0
        for fields in reader:
            count += 1
            if count > MOST_NAMES:
                raise BadFile(
                    f"the file has more than {MOST_NAMES:,} names: leave out what is not of your city"
                )
            yield reader.line_num, _fields(dict(fields), reader.line_num)
    except csv.Error as error:
        raise BadFile(f"line {reader.line_num}: {error}: save the file as CSV again") from None
    if not count:
        raise BadFile("the file has no names: nothing would be taken in")


def _fields(line: Mapping[str | Any, object], number: int) -> Line:
    if None in line or any(value is None for value in line.values()):
        raise BadFile(f"line {number} has more or fewer fields than the first line")
    return {str(name): str(value).strip() for name, value in line.items()}


def _place(line: Line, where: str, areas: set[str]) -> NamedPlace:
    if not CODE.fullmatch(line["code"]):
        raise BadFile(
            f"{where}: `code` has to be letters, digits and . _ : / - (60 at most), yours for this place"
        )
    if line["kind"] not in KINDS:
        raise BadFile(f"{where}: `kind` has to be one of {', '.join(KINDS)}")
    area = line.get("area") or None
    if area is not None and area not in areas:
        raise BadFile(f"{where}: there is no area {ascii(area)[:40]}: import the areas first, or correct it")
    latitude, longitude = _point(line, where)
    return NamedPlace(
        code=line["code"],
        kind=line["kind"],
        name=_name(line["name"], where),
        area=area,
        latitude=latitude,
        longitude=longitude,
        aliases=_aliases(line.get("aliases", ""), where),
    )


def _name(given: str, where: str) -> str:
    if not given or len(given) > LONGEST_NAME or not given.isprintable() or not read_text(given).key:
        raise BadFile(f"{where}: a name has to be one line of letters, {LONGEST_NAME} characters at most")
    return " ".join(given.split())


def _aliases(given: str, where: str) -> tuple[str, ...]:
    parts = [part.strip() for part in given.split(";") if part.strip()]
    if len(parts) > MOST_ALIASES:
        raise BadFile(f"{where}: {MOST_ALIASES} aliases at most, parted by ;")
    return tuple(_name(part, where) for part in parts)


def _point(line: Line, where: str) -> tuple[float | None, float | None]:
    given = line.get("latitude", ""), line.get("longitude", "")
    if given == ("", ""):
        return None, None
    if not all(NUMBER.fullmatch(value) for value in given):
        raise BadFile(
            f"{where}: latitude and longitude have to be degrees like -6.8886 and 109.6753, or empty"
        )
    latitude, longitude = map(float, given)
    if not (math.isfinite(latitude) and abs(latitude) <= 90 and abs(longitude) <= 180):
        raise BadFile(f"{where}: latitude is -90 to 90, longitude -180 to 180: are they exchanged?")
    return latitude, longitude
