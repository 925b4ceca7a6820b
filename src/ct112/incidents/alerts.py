"""Alerts of sensors and cameras: which are the same event, and which cameras see it. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from ct112.incidents.likeness import Sketch, metres

NEVER = datetime.fromtimestamp(0, UTC)
SAME_METRES = 150.0
SAME_FOR = timedelta(minutes=15)
"""An alert of the same kind so near and so soon after the last one is that one again."""
TAKEN_FOR = timedelta(minutes=10)
"""What comes again so long after somebody took it is a task for everybody again."""
NEAREST_CAMERAS = 5
CAMERA_METRES = 2_000.0
NEW_AN_HOUR = 60
"""A source that raises more new ones is out of order, or was taken over: what repeats still merges."""


class AlertStatus(StrEnum):
    """How an alert stands."""

    OPEN = "open"  # a task for an operator
    TAKEN = "taken"  # somebody looks at it
    DISMISSED = "dismissed"
    INCIDENT = "incident"  # it became one, or belongs to one


LIVE = frozenset({AlertStatus.OPEN, AlertStatus.TAKEN})

TABLE: Mapping[AlertStatus, frozenset[AlertStatus]] = {
    AlertStatus.OPEN: frozenset({AlertStatus.TAKEN, AlertStatus.DISMISSED, AlertStatus.INCIDENT}),
    AlertStatus.TAKEN: frozenset({AlertStatus.TAKEN, AlertStatus.DISMISSED, AlertStatus.INCIDENT}),
    AlertStatus.DISMISSED: frozenset(),
    AlertStatus.INCIDENT: frozenset(),
}
"""What may follow what; another operator may take what somebody took."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A live alert to compare with, or a camera."""

    id: UUID | str
    latitude: float
    longitude: float
    last_at: datetime | None = None


def same(latitude: float, longitude: float, live: Iterable[Spot], now: datetime) -> Spot | None:
    """Return the live alert (of the same kind) this is again: the nearest; None when it is new."""
    fresh = [spot for spot in live if spot.last_at is not None and now - spot.last_at <= SAME_FOR]
    found = _by_distance(latitude, longitude, fresh, SAME_METRES)
    return found[0][1] if found else None


def nearest(latitude: float, longitude: float, cameras: Iterable[Spot]) -> list[tuple[float, Spot]]:
    """Return the nearest cameras with their distance in metres, the nearest first."""
    return _by_distance(latitude, longitude, cameras, CAMERA_METRES)[:NEAREST_CAMERAS]


def _by_distance(
    latitude: float, longitude: float, spots: Iterable[Spot], most: float
) -> list[tuple[float, Spot]]:
    found = [(_metres(latitude, longitude, spot), spot) for spot in spots]
    return sorted((pair for pair in found if pair[0] <= most), key=lambda pair: (pair[0], str(pair[1].id)))


def _metres(latitude: float, longitude: float, spot: Spot) -> float:
    one = Sketch(category="", opened_at=NEVER, latitude=latitude, longitude=longitude)
    other = Sketch(category="", opened_at=NEVER, latitude=spot.latitude, longitude=spot.longitude)
    return metres(one, other) or 0.0
