"""The map as the API describes it. Angles in degrees, WGS 84."""

from typing import Annotated

from pydantic import Field

from ct112.web.values import Given, Shown

TilesVersion = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$", max_length=16)]


class TilesView(Shown):
    """The file of tiles. `version`: where it is, GET /api/v1/map/tiles/{version}; another file has another.

    `bounds`: west, south, east, north; `layers`: what its tiles draw; `attribution`: whose data it is.
    """

    version: str
    bounds: tuple[float, float, float, float]
    center: tuple[float, float]
    min_zoom: int
    max_zoom: int
    layers: tuple[str, ...]
    attribution: str


class MapView(Shown):
    """What there is to draw. `tiles` null: no file was imported, draw the areas."""

    tiles: TilesView | None


class ByTilesVersion(Given):
    """The path of a file of tiles."""

    version: TilesVersion
