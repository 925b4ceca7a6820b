"""The composition of `ct112 web`: the store, what is live at `ct112 serve`, and the routes over both."""

import resource
from collections.abc import Awaitable, Callable
from functools import partial

from aiohttp import web

from ct112 import logs
from ct112.control.client import ControlClient
from ct112.http.health import Health, Part
from ct112.http.server import HttpServer
from ct112.settings import Settings
from ct112.store import Store
from ct112.store.presence import Presence
from ct112.tasks import Run, Supervisor, leave_on_signals
from ct112.tls.problems import TlsError
from ct112.tls.serving import ServerTls
from ct112.web.access.gate import Gate
from ct112.web.agencies.book import AgencyBook
from ct112.web.app import make_app
from ct112.web.house import House
from ct112.web.ivr.workshop import Workshop
from ct112.web.live.hub import Live
from ct112.web.live.work import WorkFeed
from ct112.web.locations.door import LocationDoor
from ct112.web.map.tiles_file import TilesFile

log = logs.get("web")

DATABASE_AWAY = "unavailable"  # the code of a refusal of serve
MOST_CONNECTIONS = 1500  # a thousand live clients, and those who ask
FILES = 2048  # those, the database's connections, and what else is open


class Web:
    """The process. `run` returns after an orderly leave, and raises when its door cannot be opened."""

    def __init__(self, settings: Settings, store: Store) -> None:
        """Wire everything; nothing runs and nothing is connected yet."""
        self._store = store
        self._presence = Presence(store)
        gate = Gate.of(store, settings)
        control = settings.control_token
        self._control = ControlClient(
            settings.control_url(), None if control is None else control.get_secret_value()
        )
        self._hub = Live(self._control)
        work = WorkFeed(store)
        agency_book = AgencyBook(settings.agency_book_path)
        house = House(
            gate=gate,
            health=self.health,
            store=store,
            workshop=Workshop(
                settings.state_dir, settings.recordings_dir, settings.ivr_emergency_limit_seconds
            ),
            live=self._hub,
            work=work,
            policy=settings.policy(),
            browser_phones=tuple(settings.browser_phones),
            zone=settings.zone,
            public_url=settings.web_public_url(),
            networks=settings.allowed_networks(),
            locations=LocationDoor(
                None if settings.aml_key is None else settings.aml_key.get_secret_value().encode()
            ),
            agency_book=agency_book,
            tiles=TilesFile(settings.map_path),
        )
        app = make_app(house, gate.access.authenticate)
        self._tls = server_tls(settings)
        if self._tls is not None and settings.web_hsts_seconds:
            app.on_response_prepare.append(hsts(settings.web_hsts_seconds))
        context = None if self._tls is None else self._tls.context
        self.server = HttpServer(app, settings.web_host, settings.web_port, MOST_CONNECTIONS, context)
        others: dict[str, Run] = {
            "presence": self._presence.run,
            "control": self._control.run,
            "memory": gate.access.memory.run,
            "work": work.run,
            "work listening": work.listen,
            "agency book": partial(agency_book.run, store),
        }
        if self._tls is not None:
            others["certificate"] = self._tls.run
        self._supervisor = Supervisor(vital={"door": self.server.run}, others=others)

    async def run(self) -> None:
        """Answer until SIGTERM or SIGINT. Raises TaskStopped."""
        leave = leave_on_signals()
        make_room()
        log.info("ct112 web starts")
        try:
            await self._supervisor.run(leave)
        finally:
            await self._store.close()
            log.info("ct112 web left")

    def health(self) -> Health:
        """Return what it can show now: it is ready while it can show something."""
        database, live = self._database(), self._live()
        parts = (database, live, self._tasks(), *self._certificate())
        return Health(ready=database.ok or live.ok, parts=parts)

    def _database(self) -> Part:
        return Part("database", bool(self._presence.there), self._presence.detail)

    def _live(self) -> Part:
        return Part("live", self._control.floor is not None, self._control.trouble or "follows the feed")

    def _certificate(self) -> tuple[Part, ...]:
        return () if self._tls is None else (Part("certificate", *self._tls.state()),)

    def _tasks(self) -> Part:
        troubles = self._supervisor.troubles()
        said = ", ".join(f"{name} died: {reason}" for name, reason in troubles.items())
        return Part("tasks", not troubles, said or "all run")


def server_tls(settings: Settings) -> ServerTls | None:
    """Return web's TLS, None when no certificate is set. Raises TlsError rather than speak plain HTTP."""
    if settings.web_tls_certificate is None:
        if settings.web_tls_key is not None:
            raise TlsError("CT112_WEB_TLS_KEY is set without CT112_WEB_TLS_CERTIFICATE: set both, or neither")
        return None
    return ServerTls(settings.web_tls_certificate, settings.web_tls_key, "web")


def hsts(seconds: int) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    """Return what tells browsers to ask this host over HTTPS alone for so long (RFC 6797)."""

    async def tell(_request: web.Request, response: web.StreamResponse) -> None:
        response.headers["Strict-Transport-Security"] = f"max-age={seconds}"

    return tell


def make_room() -> None:
    """Let the process have a file for each connection it takes: by default Linux gives it 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
