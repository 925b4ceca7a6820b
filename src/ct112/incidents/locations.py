"""Where a caller is, as each source has it: all are kept, the best is told first. Degrees, WGS 84."""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

PAIR = re.compile(r'(?<!\w)(\w{1,40})="([^"]{0,200})"')
MOST_PAIRS = 60
EARTH_M = 6_371_008.8  # mean radius
SPREAD_M_PER_SECOND = 0.5  # a caller may have gone on since
SURE_M = 500.0  # radius up to which a location that nobody judged becomes an incident's place
UNKNOWN_M = 5_000.0  # what a point is worth whose source does not say
CIVIC = (
    "NAM",
    "LMK",
    "PRD",
    "RD",
    "STS",
    "POD",
    "HNO",
    "HNS",
    "LOC",
    "FLR",
    "A6",
    "A5",
    "A4",
    "A3",
    "A2",
    "A1",
)
"""Elements of a civic address (RFC 5139), from the near to the far."""


class Source(StrEnum):
    """Who says where it is. By hand comes first: a person has judged the others."""

    HAND = "hand"
    AML = "aml"
    LINK = "link"
    SIP = "sip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A location. `uncertainty_m`: radius of the circle it is in, if the source says; `text`: in words.

    `confidence`: of that circle, in percent; `shape`: what the source gave beyond a point.
    """

    source: Source
    at: datetime
    latitude: float | None = None
    longitude: float | None = None
    uncertainty_m: float | None = None
    confidence: float | None = None
    text: str | None = None
    shape: Mapping[str, Any] = field(default_factory=dict)
    id: str | None = None
    by: str | None = None


def best_first(locations: Iterable[Location]) -> list[Location]:
    """Return them in order: by hand the newest first, then what is surest now, then what has no point."""
    listed = list(locations)
    newest = max((one.at for one in listed), default=None)

    def rank(one: Location) -> tuple[bool, bool, float]:
        age = 0.0 if newest is None else (newest - one.at).total_seconds()
        if one.source is Source.HAND:
            return one.latitude is None, False, age
        radius = UNKNOWN_M if one.uncertainty_m is None else one.uncertainty_m
        return one.latitude is None, True, radius + SPREAD_M_PER_SECOND * age

    return sorted(listed, key=rank)


def point(locations: Iterable[Location]) -> tuple[float, float] | None:
    """Return where an incident is said to be when nobody says: the best location, if it is sure enough.

    An agency drives to it: of a cell's circle of kilometres the middle is no place.
    """
    best = next(iter(best_first(locations)), None)
    if best is None or best.latitude is None or best.longitude is None:
        return None
    return None if (best.uncertainty_m or 0.0) > SURE_M else (best.latitude, best.longitude)


def from_sip(raw: str, at: datetime) -> Location | None:
    """Return the location a SIP call came with, as Asterisk's GEOLOC_PROFILE says it; None when it says none.

    Shapes as in RFC 5491: of one with a surface the point is its middle and the uncertainty its reach. The
    caller's network says what it likes: what is no number or not on Earth is left out.
    """
    pairs = PAIR.findall(raw)[:MOST_PAIRS]
    parts = dict(pairs)
    size = 3 if parts.get("crs") == "3d" else 2
    points = [point for name, value in pairs if name in ("pos", "posList") for point in _points(value, size)]
    kind = parts.get("shape", "")
    text = ", ".join(parts[name] for name in CIVIC if parts.get(name, "").strip())[:300] or None
    middle = _middle(points)
    if middle is None:
        return None if text is None else Location(source=Source.SIP, at=at, text=text)
    return Location(
        source=Source.SIP,
        at=at,
        latitude=round(middle[0], 7),
        longitude=round(middle[1], 7),
        uncertainty_m=_reach(parts, points, middle),
        text=text,
        shape={"kind": kind[:20] or "Point", "points": [list(point) for point in points]},
    )


def distance_m(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the metres between two points, (latitude, longitude)."""
    north, east = math.radians(other[0] - one[0]), math.radians(other[1] - one[1])
    across = math.cos(math.radians(one[0])) * math.cos(math.radians(other[0]))
    chord = math.sin(north / 2) ** 2 + across * math.sin(east / 2) ** 2
    return 2 * EARTH_M * math.asin(math.sqrt(min(1.0, chord)))


def _points(text: str, size: int) -> list[tuple[float, float]]:
    """Return the points of "lat lon lat lon …", each of `size` numbers; none if one of them is bad.

    A number too few or unreadable moves all behind it: an altitude read as a latitude is a point elsewhere.
    """
    numbers = [_number(word) for word in text.replace(",", " ").split()]
    size = len(numbers) if len(numbers) in (2, 3) else size  # of one point, with its altitude or without
    if len(numbers) % size:
        return []
    return _all_on_earth(zip(numbers[::size], numbers[1::size], strict=True))


def _all_on_earth(pairs: Iterable[tuple[float | None, float | None]]) -> list[tuple[float, float]]:
    found = []
    for lat, lon in pairs:
        if lat is None or lon is None or not on_earth(lat, lon):
            return []
        found.append((lat, lon))
    return found


def on_earth(latitude: float, longitude: float) -> bool:
    """Return whether this is a point: no NaN, no infinity, within the ranges."""
    return -90 <= latitude <= 90 and -180 <= longitude <= 180


def _middle(points: list[tuple[float, float]]) -> tuple[float, float] | None:
    if len(points) > 1 and points[0] == points[-1]:
        points = points[:-1]
    if not points:
        return None
    return sum(lat for lat, _ in points) / len(points), sum(lon for _, lon in points) / len(points)


def _reach(
    parts: Mapping[str, str], points: list[tuple[float, float]], middle: tuple[float, float]
) -> float | None:
    said = [_number(parts.get(name, "")) for name in ("radius", "semiMajorAxis", "outerRadius")]
    radii = [radius for radius in said if radius is not None and 0 <= radius <= EARTH_M]
    if len(points) > 1:
        radii.append(max(distance_m(middle, point) for point in points))
    return round(max(radii), 1) if radii else None


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
