"""Locations as the API shows and takes them. Angles in degrees (WGS 84), lengths in metres."""

from typing import Annotated, Literal

from pydantic import Field

from ct112.incidents.locations import Source
from ct112.web.places.model import AreaView, Latitude, Longitude
from ct112.web.values import Given, Instant, Line, Shown

Metres = Annotated[float, Field(ge=0, le=100_000)]
Token = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{43}$", max_length=43)]


class ShapeShown(Shown):
    """What a source gave beyond a point: SIP's shape with its points, how a telephone found its place.

    `clock_off`: the telephone's clock disagrees with ours by more than an hour: doubt `at`.
    """

    kind: str | None = None
    points: tuple[tuple[float, float], ...] = ()
    method: str | None = None
    clock_off: bool = False


class LocationShown(Shown):
    """A location; `source` and `at`: who says so, of when. `shape`: what the source gave beyond a point.

    `uncertainty_m`: the radius of the circle it is in; null: the source does not say.
    """

    id: str | None
    source: Source
    at: Instant
    latitude: float | None
    longitude: float | None
    uncertainty_m: float | None
    confidence: float | None
    text: str | None
    shape: ShapeShown
    by: str | None
    area: AreaView | None


class LocationList(Shown):
    """All that is known, the best first."""

    locations: tuple[LocationShown, ...]


class LocationByHand(Given):
    """Where it is, as a person found out."""

    latitude: Latitude
    longitude: Longitude
    uncertainty_m: Metres | None = None
    text: Line | None = None


class LinkMade(Shown):
    """A link for the caller, told once: `path` behind the centre's own address."""

    path: str
    expires_at: Instant


class PagePath(Given):
    """The path of the page: of any text, for whoever has half a link is to read what to do, too."""

    token: Annotated[str, Field(max_length=200)]


class LinkPath(Given):
    """The path of a link."""

    token: Token


class LocationShared(Given):
    """What a caller's page sends, when they have agreed."""

    latitude: Latitude
    longitude: Longitude
    accuracy: Metres
    consent: Literal[True]
