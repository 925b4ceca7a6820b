"""`ct112 serve`, `ct112 web`, `ct112 worker`: each runs until SIGTERM, and leaves in good order."""

import asyncio
import errno
import gc
import resource
import socket
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from ct112.cli.edge import CannotDo, loaded

if TYPE_CHECKING:
    from ct112.settings import Settings
    from ct112.store import Store
    from ct112.tasks import TaskStopped

SWITCH_SECONDS = 0.0005  # the threads of spool and database give way to the calls this soon
FAILED = 2
FILES = 4096
NOT_OURS = {
    errno.EADDRINUSE: "is taken: end what listens there",
    errno.EACCES: "is not ours to listen on: take one above 1023",
    errno.EADDRNOTAVAIL: "is no address of this machine: correct it",
}


def serve() -> None:
    """Answer calls until SIGTERM: then no new calls, talks go on, everything is saved."""
    from ct112.settings import ENV_FILE

    sys.setswitchinterval(SWITCH_SECONDS)
    settings = _settings()
    if not settings.nodes:
        where = f"in the environment or in {ENV_FILE}"
        raise CannotDo(f"CT112_NODES is empty: ct112 asterisk render writes it, or set it {where}", FAILED)
    _run(settings, "serve", _serve)


def web() -> None:
    """Serve screens and API until SIGTERM; calls are handled without it."""
    _run(_settings(), "web", _web)


def worker() -> None:
    """Keep house until SIGTERM; calls are handled without it."""
    _run(_settings(), "worker", _worker)


async def _serve(settings: "Settings", store: "Store") -> None:
    from ct112.serve.service import Service

    _freeze()
    await Service(settings, store).run()


async def _web(settings: "Settings", store: "Store") -> None:
    from ct112.web.process import Web

    _more_files()
    _freeze()
    await Web(settings, store).run()


async def _worker(settings: "Settings", store: "Store") -> None:
    from ct112.worker.process import Worker

    _freeze()
    await Worker(settings, store).run()


def _more_files() -> None:
    """Let web have as many open files as it takes connections: the usual limit of 1024 is less."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _freeze() -> None:
    """Have what was imported not looked through again: a full collection took a tenth of a second."""
    gc.collect()
    gc.freeze()


def _run(settings: "Settings", name: str, work: "Callable[[Settings, Store], Awaitable[None]]") -> None:
    """Run a process to its end; one that could not start, or lost a vital part, ends with a sentence."""
    import uvloop

    from ct112 import logs, metrics
    from ct112.tasks import TaskStopped

    metrics.only_of(name)
    logs.configure(settings.log_level, as_json=settings.log_json)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_with_store(settings, work))
    except TaskStopped as stopped:
        raise CannotDo(_why(stopped, settings, name), FAILED) from stopped
    except ValueError as error:
        raise CannotDo(str(error), FAILED) from error


async def _with_store(settings: "Settings", work: "Callable[[Settings, Store], Awaitable[None]]") -> None:
    from ct112.store import ASIDE, Store

    store = await Store.create(settings.database_url or "", settings.spool_path.with_name(ASIDE))
    await work(settings, store)


def _why(stopped: "TaskStopped", settings: "Settings", name: str) -> str:
    """Return what ended the process, and what to do."""
    cause, setting = stopped.__cause__, f"CT112_{name.upper()}"
    if str(stopped) == "door" and isinstance(cause, OSError):
        host, port = getattr(settings, f"{name}_host"), getattr(settings, f"{name}_port")
        if isinstance(cause, socket.gaierror):
            return f"{setting}_HOST: {host} is no name or address this machine knows: correct it"
        if cause.errno in NOT_OURS:
            return (
                f"{host}:{port} {NOT_OURS[cause.errno]}, or set {setting}_HOST and {setting}_PORT to another"
            )
    return f"the part {stopped} died: {cause or 'it came to its end'}; see the log"


def _settings() -> "Settings":
    """Return the settings, or leave saying what is wrong with them."""
    from ct112.settings import ENV_FILE

    settings = loaded(FAILED)
    if not settings.database_url:
        example = "for example postgresql://ct112@localhost/ct112"
        where = f"in the environment or in {ENV_FILE}"
        raise CannotDo(f"CT112_DATABASE_URL is not set: {example}, {where}", FAILED)
    return settings
