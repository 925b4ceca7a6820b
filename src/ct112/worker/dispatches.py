"""Watches what is late, for the alarms and for the supervisor's screen."""

from ct112 import logs, metrics
from ct112.store import Store
from ct112.store.dispatches_watching import Late, late

log = logs.get("dispatches")

LOOK_SECONDS = 5.0


class DispatchWatch:
    """Exports what is late; a log line each time more of it is."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._before = Late(escalated=0, not_dispatched=0, not_on_scene=0, not_answered=0)

    async def look(self) -> None:
        """Look once. Raises StoreUnavailable."""
        async with self._store.transaction() as connection:
            now = await late(connection)
        metrics.dispatches_late.labels(what="not_acknowledged").set(now.escalated)
        metrics.dispatches_late.labels(what="not_dispatched").set(now.not_dispatched)
        metrics.dispatches_late.labels(what="not_on_scene").set(now.not_on_scene)
        metrics.dispatches_late.labels(what="not_answered").set(now.not_answered)
        for name in Late.__dataclass_fields__:
            if getattr(now, name) > getattr(self._before, name):
                log.warning("dispatches are late", what=name, count=getattr(now, name))
        self._before = now
