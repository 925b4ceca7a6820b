"""Watches what no rule fitted, and the agencies nobody can be reached at: metrics, and lines in the log."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from ct112 import logs, metrics
from ct112.incidents.agencies import steps
from ct112.store import Store, agencies, clock, routing

log = logs.get("routing")

LOOK_SECONDS = 15.0
SPAN = timedelta(hours=1)
"""So long an incident without a rule is an alarm: somebody has to see it, and it does not stay for ever."""


class RoutingWatch:
    """The job: looks, and says what changed since it looked last."""

    def __init__(self, store: Store, zone: ZoneInfo) -> None:
        """Nothing is looked at yet."""
        self._store = store
        self._zone = zone
        self._said: tuple[int, frozenset[str]] = (0, frozenset())

    async def look(self) -> None:
        """Look once. Raises StoreUnavailable."""
        async with self._store.transaction() as connection:
            unmatched = await routing.unmatched_within(connection, SPAN)
            found = await agencies.agencies(connection)
            at = (await clock.now(connection)).astimezone(self._zone)
        unreached = frozenset(one.code for one in found if one.active and not steps(one, at))
        metrics.routing_unmatched.set(unmatched)
        metrics.agencies_unreached.set(len(unreached))
        self._say(unmatched, unreached)

    def _say(self, unmatched: int, unreached: frozenset[str]) -> None:
        before, was = self._said
        self._said = (unmatched, unreached)
        if unmatched > before:
            log.error("no rule fits: see ct112 routing explain", within_the_hour=unmatched)
        if unreached - was:
            log.warning("agencies nobody can be reached at: ct112 agencies list", agencies=sorted(unreached))
