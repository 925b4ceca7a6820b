"""Which open incidents may be the event a caller tells of: a house on fire is called in by a whole street."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

EARTH_METRES = 6_371_008.8  # mean radius (IUGG)
NEAR_METRES = 500.0
FAR_METRES = 2_000.0  # the same kelurahan, and yet another event
AS_OLD_AS = timedelta(hours=6)
RELATED = (
    frozenset({"banjir", "rob"}),
    frozenset({"kecelakaan", "ambulans"}),
    frozenset({"kebakaran", "ambulans"}),
)
"""Categories one event is called in by: callers do not agree on what it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """What there is to compare of an incident. Degrees are WGS 84."""

    id: UUID | None = None
    category: str
    opened_at: datetime
    kelurahan: str | None = None
    landmark: str | None = None
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """An open incident that may be the same event; `score` from 0 to 1, `why` in a few words."""

    id: UUID
    score: float
    metres: float | None
    why: str


def likely_same(new: Sketch, open_: Iterable[Sketch], now: datetime) -> tuple[Likeness, ...]:
    """Return the open incidents that may be the event of `new`, the likeliest first."""
    found = [likeness for old in open_ if (likeness := _compare(new, old, now)) is not None]
    return tuple(sorted(found, key=lambda likeness: (-likeness.score, likeness.metres or 0.0)))


def metres(one: Sketch, other: Sketch) -> float | None:
    """Return the distance on the ground (haversine); None when one of them has no coordinates."""
    if one.latitude is None or one.longitude is None or other.latitude is None or other.longitude is None:
        return None
    north, south = math.radians(one.latitude), math.radians(other.latitude)
    across = math.radians(other.longitude - one.longitude)
    half = math.sin((south - north) / 2) ** 2 + math.cos(north) * math.cos(south) * math.sin(across / 2) ** 2
    return 2 * EARTH_METRES * math.asin(math.sqrt(min(1.0, half)))


def _compare(new: Sketch, old: Sketch, now: datetime) -> Likeness | None:
    same = new.category == old.category
    if (
        old.id is None
        or old.id == new.id
        or now - old.opened_at > AS_OLD_AS
        or not (same or _related(new, old))
    ):
        return None
    away = metres(new, old)
    place, why = _place(new, old, away)
    if place == 0:
        return None
    fresh = 1 - max(timedelta(0), now - old.opened_at) / AS_OLD_AS
    score = round(0.6 * place + 0.25 * (1.0 if same else 0.5) + 0.15 * fresh, 3)
    return Likeness(id=old.id, score=score, metres=away, why=why)


def _related(one: Sketch, other: Sketch) -> bool:
    return any({one.category, other.category} <= group for group in RELATED)


def _place(new: Sketch, old: Sketch, away: float | None) -> tuple[float, str]:
    """Return how near they are, 0 to 1, and in words; 0: they are not."""
    if away is not None and away <= NEAR_METRES:
        return 1 - away / (2 * NEAR_METRES), f"{away:.0f} m away"
    if away is not None and away > FAR_METRES:
        return 0.0, ""
    if new.landmark is not None and old.landmark is not None and _folded(new) == _folded(old):
        return 0.9, "the same landmark"
    if new.kelurahan is not None and new.kelurahan == old.kelurahan:
        return 0.4, "the same kelurahan" if away is None else f"the same kelurahan, {away:.0f} m away"
    return 0.0, ""


def _folded(sketch: Sketch) -> str:
    return " ".join((sketch.landmark or "").casefold().split())
