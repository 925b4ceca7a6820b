"""The caller's location as Asterisk gives it (GEOLOC_PROFILE), read into a mapping for the record.

The caller's network says what it likes, so its length and the number of parts are limited, and reading takes
time in proportion to the length.
"""

import re
from typing import Any

PAIR = re.compile(r'(?<!\w)(\w{1,40})="([^"]*)"')  # without the look-behind: quadratic
LONGEST = 600  # characters kept of what the trunk sent; the dialplan passes on 300
MOST_PARTS = 20
OURS = frozenset({"raw", "latitude", "longitude"})


def parse_location(text: str | None) -> dict[str, Any] | None:
    """Return the location, or None when there is none.

    `text` is like `shape="Point",crs="2d",pos="-6.8886 109.6753"` (RFC 5491 shapes). Always keeps the text as
    `raw`; adds every named part, and `latitude` and `longitude` (degrees, WGS 84) when `pos` is readable.
    """
    if text is None or not text[:LONGEST].strip():
        return None
    raw = "".join(letter for letter in text[:LONGEST] if letter.isprintable())
    parts = {name: value for name, value in PAIR.findall(raw)[:MOST_PARTS] if name not in OURS}
    found: dict[str, Any] = {**parts, "raw": raw}
    point = _point(parts.get("pos", ""))
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
