"""The composition of `ct112 web`: the store, what is live at `ct112 serve`, and the routes over both."""

from collections.abc import Sequence

from ct112 import logs
from ct112.http.health import Health, Part
from ct112.http.server import HttpServer
from ct112.settings import Settings
from ct112.store import Store
from ct112.store.presence import Presence
from ct112.tasks import Supervisor, leave_on_signals
from ct112.web.access.gate import Gate
from ct112.web.app import make_app
from ct112.web.callbacks.model import Callback
from ct112.web.errors import LiveAway
from ct112.web.house import House
from ct112.web.ivr.workshop import Workshop
from ct112.web.positions.model import PositionView

log = logs.get("web")


class Web:
    """The process. `run` returns after an orderly leave, and raises when its door cannot be opened."""

    def __init__(self, settings: Settings, store: Store) -> None:
        """Wire everything; nothing runs and nothing is connected yet."""
        self._store = store
        self._presence = Presence(store)
        gate = Gate.of(store, settings)
        house = House(
            gate=gate,
            health=self.health,
            store=store,
            take=nobody_rings,
            positions=nobody_knows,
            workshop=Workshop(
                settings.state_dir, settings.recordings_dir, settings.ivr_emergency_limit_seconds
            ),
        )
        app = make_app(house, gate.access.authenticate)
        self.server = HttpServer(app, settings.web_host, settings.web_port)
        self._supervisor = Supervisor(
            vital={"door": self.server.run},
            others={"presence": self._presence.run},
        )

    async def run(self) -> None:
        """Answer until SIGTERM or SIGINT. Raises TaskStopped."""
        leave = leave_on_signals()
        log.info("ct112 web starts")
        try:
            await self._supervisor.run(leave)
        finally:
            await self._store.close()
            log.info("ct112 web left")

    def health(self) -> Health:
        """Return what it can show now: it is ready while it can show something."""
        parts = (self._database(), self._live(), self._tasks())
        return Health(ready=parts[0].ok or parts[1].ok, parts=parts)

    def _database(self) -> Part:
        return Part("database", bool(self._presence.there), self._presence.detail)

    def _live(self) -> Part:
        return Part("live", False, "away: this version has no feed yet")

    def _tasks(self) -> Part:
        troubles = self._supervisor.troubles()
        said = ", ".join(f"{name} died: {reason}" for name, reason in troubles.items())
        return Part("tasks", not troubles, said or "all run")


async def nobody_rings(_number: int, _operator: str) -> Callback:
    """Raise LiveAway: phones ring at `ct112 serve` alone."""
    raise LiveAway


def nobody_knows() -> Sequence[PositionView]:
    """Raise LiveAway: who sits where is known to `ct112 serve` alone."""
    raise LiveAway
