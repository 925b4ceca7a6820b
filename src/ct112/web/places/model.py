"""Places as the API shows them. Angles in degrees, WGS 84."""

from typing import Annotated

from pydantic import Field

from ct112.web.values import Given, Shown

Text = Annotated[str, Field(min_length=1, max_length=200)]
AreaCode = Annotated[str, Field(pattern=r"^[0-9]{2}(\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4})?)?)?$", max_length=13)]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]


class PlaceQuery(Given):
    """What somebody said of where it is; short forms and misspellings will do."""

    q: Text
    limit: Annotated[int, Field(ge=1, le=20)] = 10
    area: AreaCode | None = Field(default=None, description="only in the area with this code")


class PlaceFound(Shown):
    """A place with a name. `score`: how well it fits, 0 to 1."""

    code: str
    kind: str
    name: str
    area: str | None
    area_name: str | None
    latitude: float | None
    longitude: float | None
    score: float


class PlacesFound(Shown):
    """What fits, the best first. `rt`, `rw`, `house`: what was said and stands in no list of names."""

    places: tuple[PlaceFound, ...]
    rt: str | None
    rw: str | None
    house: str | None


class AreaView(Shown):
    """A kelurahan, kecamatan or city."""

    code: str
    kind: str
    name: str
    parent: str | None


class Areas(Shown):
    """All areas, by code."""

    areas: tuple[AreaView, ...]


class PointGiven(Given):
    """A point."""

    latitude: Latitude
    longitude: Longitude


class AreaAt(Shown):
    """The smallest area a point is in; none when it is outside all of them."""

    area: AreaView | None
