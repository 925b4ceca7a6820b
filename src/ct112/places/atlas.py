"""Which area a point is in: the outlines, indexed. Made anew when the areas change."""

from collections.abc import Iterable, Mapping
from typing import Any

import shapely
from shapely.errors import ShapelyError
from shapely.geometry import shape

from ct112.incidents.places import Area


class Atlas:
    """The areas of a city with their outlines. An area whose outline cannot be used is left out."""

    def __init__(self, areas: Iterable[tuple[Area, Mapping[str, Any] | None]]) -> None:
        """Index the outlines."""
        self._areas: list[Area] = []
        outlines: list[Any] = []
        for area, geometry in areas:
            outline = _outline(geometry)
            if outline is not None:
                self._areas.append(area)
                outlines.append(outline)
        self._outlines = outlines
        self._tree = shapely.STRtree(outlines)

    def at(self, latitude: float, longitude: float) -> Area | None:
        """Return the smallest area this point is in or on the edge of, None when it is in none.

        Where outlines of the same rank overlap it is the one with the smallest surface, then the first code.
        """
        point = shapely.Point(longitude, latitude)
        hits = [int(at) for at in self._tree.query(point, predicate="intersects")]
        hits.sort(
            key=lambda at: (-self._areas[at].code.count("."), self._outlines[at].area, self._areas[at].code)
        )
        return self._areas[hits[0]] if hits else None


def _outline(geometry: Mapping[str, Any] | None) -> Any:
    if geometry is None:
        return None
    try:
        found = shape(dict(geometry))
    except (ShapelyError, ValueError, TypeError, KeyError, AttributeError, IndexError):
        return None
    return found if found.is_valid and not found.is_empty else None
