"""The composition of `ct112 worker`: its jobs under one watch, and a door for health and metrics."""

from collections.abc import Sequence
from functools import partial

from aiohttp import web

from ct112 import logs
from ct112.control.client import ControlClient
from ct112.http.health import Health, Part, health
from ct112.http.probes import add_probes
from ct112.http.server import HttpServer, hide
from ct112.settings import Settings
from ct112.store import Store
from ct112.store.presence import Presence
from ct112.tasks import Supervisor, leave_on_signals
from ct112.worker.answers import forget_old
from ct112.worker.backup_age import LOOK_SECONDS, look
from ct112.worker.callbacks import CallbackWatch, first_of
from ct112.worker.deliveries import EVERY_SECONDS as DELIVERY_SECONDS
from ct112.worker.deliveries import LONGEST_PAUSE_SECONDS as DELIVERY_PAUSE_SECONDS
from ct112.worker.deliveries import Deliverer
from ct112.worker.dispatches import LOOK_SECONDS as DISPATCH_SECONDS
from ct112.worker.dispatches import DispatchWatch
from ct112.worker.erasures import EVERY_SECONDS as LIST_SECONDS
from ct112.worker.erasures import ErasureLister
from ct112.worker.errands import Mailing
from ct112.worker.jobs import Job, Running
from ct112.worker.neighbour_answers import EVERY_SECONDS as ANSWER_SECONDS
from ct112.worker.neighbour_answers import NeighbourAnswerer
from ct112.worker.pushes import EVERY_SECONDS as PUSH_SECONDS
from ct112.worker.pushes import Pusher
from ct112.worker.retention import REQUESTS_SECONDS, RETENTION_SECONDS, Retention, carry_out_requests
from ct112.worker.routing import LOOK_SECONDS as ROUTING_SECONDS
from ct112.worker.routing import RoutingWatch
from ct112.worker.sealer import EVERY_SECONDS, Sealer
from ct112.worker.tidying import TIDY_SECONDS, tidy

log = logs.get("worker")


def jobs(settings: Settings, store: Store, telling: Deliverer, waking: Pusher) -> list[Job]:
    """Return what the worker does. Each job names itself: that name is in the log, metrics and health."""
    sealer = Sealer(store, settings.audit_key_path, settings.audit_heads_path)
    lister = ErasureLister(store, settings.audit_key_path, settings.erasures_path)
    answering = NeighbourAnswerer(store, settings.allowed_networks())
    retention = Retention(store, settings.audit_key_path, settings.retention_days)
    return [
        Job("audit sealed", EVERY_SECONDS, sealer.work),
        Job("erasures listed", LIST_SECONDS, lister.work),
        Job("retention", RETENTION_SECONDS, retention.work),
        Job("erasures asked", REQUESTS_SECONDS, partial(carry_out_requests, store, settings.audit_key_path)),
        Job("access tidied", TIDY_SECONDS, partial(tidy, store)),
        Job("call-backs watched", 15.0, CallbackWatch(partial(first_of, store)).look),
        Job("old answers forgotten", 600.0, partial(forget_old, store)),
        Job("deliveries made", DELIVERY_SECONDS, telling.work, longest_pause_seconds=DELIVERY_PAUSE_SECONDS),
        Job(
            "neighbours answered",
            ANSWER_SECONDS,
            answering.work,
            longest_pause_seconds=DELIVERY_PAUSE_SECONDS,
        ),
        Job("phones woken", PUSH_SECONDS, waking.work),
        Job("dispatches watched", DISPATCH_SECONDS, DispatchWatch(store).look),
        Job("routing watched", ROUTING_SECONDS, RoutingWatch(store, settings.zone).look),
        Job("backup's age", LOOK_SECONDS, partial(look, settings.state_dir)),
    ]


def deliverer(settings: Settings, store: Store) -> Deliverer:
    """Return who tells the agencies, with the ways these settings open."""
    token, password = settings.control_token, settings.smtp_password
    mailing = Mailing(
        host=settings.smtp_host,
        port=settings.smtp_port,
        user=settings.smtp_user,
        password=None if password is None else password.get_secret_value(),
        sender=settings.smtp_sender,
        security=settings.smtp_security,
    )
    serve = ControlClient(settings.serve_local_url(), None if token is None else token.get_secret_value())
    return Deliverer(store, serve, mailing, settings.allowed_networks(), settings.zone)


def pusher(settings: Settings, store: Store) -> Pusher:
    """Return who wakes phones of agencies."""
    address = settings.web_url if settings.web_url.startswith("https://") else None
    contact = settings.push_contact or address
    return Pusher(store, settings.allowed_networks(), contact)


class Worker:
    """The process. `run` returns after an orderly leave, and raises when its door cannot be opened."""

    def __init__(self, settings: Settings, store: Store, work: Sequence[Job] | None = None) -> None:
        """Wire everything; nothing runs and nothing is connected yet. `work`: other jobs than `jobs`."""
        self._store = store
        self._presence = Presence(store)
        self._deliverer = deliverer(settings, store)
        self._pusher = pusher(settings, store)
        wanted = jobs(settings, store, self._deliverer, self._pusher) if work is None else work
        self._running = [Running(job) for job in wanted]
        app = web.Application()
        app.on_response_prepare.append(hide)
        add_probes(app, self.health)
        self.server = HttpServer(app, settings.worker_host, settings.worker_port)
        self._supervisor = Supervisor(
            vital={"door": self.server.run},
            others={"presence": self._presence.run, **{job.name: job.run for job in self._running}},
        )

    async def run(self) -> None:
        """Work until SIGTERM or SIGINT; what has begun is ended first. Raises TaskStopped."""
        leave = leave_on_signals()
        log.info("ct112 worker starts", jobs=[job.name for job in self._running])
        try:
            async with self._deliverer.working(), self._pusher.working():
                await self._supervisor.run(leave)
        finally:
            await self._store.close()
            log.info("ct112 worker left")

    def health(self) -> Health:
        """Return whether work is done: it waits while the database is away."""
        return health([self._database(), *map(self._job, self._running), self._tasks()])

    def _database(self) -> Part:
        return Part("database", bool(self._presence.there), self._presence.detail, needed=True)

    def _job(self, job: Running) -> Part:
        return Part(job.name, job.waits is None, job.waits or "done as planned")

    def _tasks(self) -> Part:
        troubles = self._supervisor.troubles()
        said = ", ".join(f"{name} died: {reason}" for name, reason in troubles.items())
        return Part("tasks", not troubles, said or "all run")
