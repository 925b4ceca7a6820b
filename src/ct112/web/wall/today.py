"""The day's numbers, read once for all walls."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from ct112.store import Store, wall
from ct112.store.wall import Hour
from ct112.web.wall.model import WallView

KEPT_SECONDS = 2.0
TARGET_PERCENT = 90  # answered within 15 s: NENA-STA-020.1
FIGURES = ("calls", "answered", "abandoned", "within_15_s")


class Today:
    """What the walls are shown. However many ask, the database is asked once in two seconds."""

    def __init__(self) -> None:
        """Nothing is read before the first question."""
        self._newest: WallView | None = None
        self._reading = asyncio.Lock()

    async def read(self, store: Store, zone: ZoneInfo) -> WallView:
        """Return the day so far, two seconds old at most. Raises StoreUnavailable."""
        async with self._reading:
            now = datetime.now(UTC)
            newest = self._newest
            if newest is None or not timedelta() <= now - newest.at < timedelta(seconds=KEPT_SECONDS):
                self._newest = newest = await _read(store, zone, now)
            return newest


async def _read(store: Store, zone: ZoneInfo, now: datetime) -> WallView:
    since = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    until = since + timedelta(days=1)  # by the wall's clock
    async with store.transaction() as connection:
        hours = await wall.hours(connection, since, until, zone.key)
        incidents = await wall.open_incidents(connection)
    return WallView.model_validate(
        {
            "at": now,
            "since": since,
            "target_percent": TARGET_PERCENT,
            "hours": hours,
            "incidents": incidents,
        }
        | _totals(hours)
    )


def _totals(hours: Sequence[Hour]) -> dict[str, int]:
    return {name: sum(getattr(hour, name) for hour in hours) for name in FIGURES}
