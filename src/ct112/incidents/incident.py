"""What is known of an incident, and what a change of it is."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

PRIORITIES = range(1, 5)
"""1: life in danger; 2: at once; 3: within the hour; 4: when there is time."""
MOST_PEOPLE = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where it is, as well as it is known. Degrees are WGS 84, both or neither."""

    kelurahan: str | None = None
    landmark: str | None = None
    place_text: str | None = None
    latitude: float | None = None
    longitude: float | None = None

    def __post_init__(self) -> None:
        if (self.latitude is None) != (self.longitude is None):
            raise ValueError("give latitude and longitude, or neither")
        for degrees, most in ((self.latitude, 90.0), (self.longitude, 180.0)):
            if degrees is not None and not (math.isfinite(degrees) and abs(degrees) <= most):
                raise ValueError("latitude is from -90 to 90 degrees, longitude from -180 to 180")


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What is known of an incident: what may change while it is live."""

    category: str
    priority: int
    place: Place = Place()
    description: str | None = None
    people_in_danger: int | None = None
    caller_name: str | None = None
    caller_number: str | None = None
    caller_withheld: bool = False

    def __post_init__(self) -> None:
        if self.priority not in PRIORITIES:
            raise ValueError("a priority is from 1 (life in danger) to 4")
        if self.people_in_danger is not None and not 0 <= self.people_in_danger <= MOST_PEOPLE:
            raise ValueError(f"people in danger are from 0 to {MOST_PEOPLE}")

    def flat(self) -> dict[str, Any]:
        """Return every field by its name, those of the place among them."""
        rest = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "place"}
        return rest | asdict(self.place)


FIELDS = tuple(Content(category="", priority=1).flat())
MATERIAL = frozenset(FIELDS) - {"caller_name", "caller_number", "caller_withheld"}
"""A change of these is told to every agency that was asked to act."""


def content(flat: Mapping[str, Any]) -> Content:
    """Return a content of its fields by name; what is not there is not known. Raises ValueError."""
    of_place = {field.name for field in fields(Place)}
    place = Place(**{name: value for name, value in flat.items() if name in of_place})
    rest = {name: value for name, value in flat.items() if name in FIELDS and name not in of_place}
    return Content(place=place, **rest)


def changed(old: Content, new: Content) -> dict[str, tuple[Any, Any]]:
    """Return what differs: each field with what it was and what it is."""
    before, now = old.flat(), new.flat()
    return {name: (before[name], now[name]) for name in FIELDS if before[name] != now[name]}


def is_material(difference: Mapping[str, object]) -> bool:
    """Return whether those who were asked to act have to be told."""
    return bool(MATERIAL & difference.keys())
