"""The caller's location as Asterisk gives it (GEOLOC_PROFILE), read into a mapping for the record."""

import re
from typing import Any

PAIR = re.compile(r'(\w+)="([^"]*)"')
LONGEST = 2000  # characters kept of what the trunk sent


def parse_location(text: str | None) -> dict[str, Any] | None:
    """Return the location, or None when there is none.

    `text` is like `shape="Point",crs="2d",pos="-6.8886 109.6753"` (RFC 5491 shapes). Always keeps the text as
    `raw`; adds every named part, and `latitude` and `longitude` (degrees, WGS 84) when `pos` is readable.
    """
    if text is None or not text.strip():
        return None
    raw = "".join(letter for letter in text if letter.isprintable())[:LONGEST]
    found: dict[str, Any] = {name: value for name, value in PAIR.findall(raw) if name != "raw"}
    found["raw"] = raw
    point = _point(str(found.get("pos", "")))
    if point is not None:
        found["latitude"], found["longitude"] = point
    return found


def _point(text: str) -> tuple[float, float] | None:
    """Return latitude and longitude of "lat lon" or "lat lon altitude", if they are on Earth."""
    try:
        latitude, longitude = (float(part) for part in text.split()[:2])
    except ValueError:
        return None
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return None
    return latitude, longitude
