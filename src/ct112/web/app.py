"""The application: the table of routes, its description, and what becomes of faults."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import cache, partial

from aiohttp import web

from ct112 import logs
from ct112.http.probes import add_probes
from ct112.http.server import hide
from ct112.web import kinds
from ct112.web.house import House
from ct112.web.openapi import describe
from ct112.web.problems import Problem
from ct112.web.screens.pages import Pages
from ct112.web.serving import Authenticate, add_routes
from ct112.web.table import TABLE

log = logs.get("web")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def make_app(house: House, authenticate: Authenticate) -> web.Application:
    """Return the application: the table of routes, its description, the probes, and the screens."""
    pages = Pages(house.screens, house.browser_phones)
    app = web.Application(middlewares=[faults, pages.strangers])
    app.on_response_prepare.append(hide)
    app.cleanup_ctx.append(partial(_writing, house))
    add_probes(app, house.health)
    add_routes(app, TABLE, house, authenticate)
    described()  # now, not while somebody waits

    async def openapi(_request: web.Request) -> web.Response:
        return web.Response(body=described(), content_type="application/json")

    app.router.add_get("/api/v1/openapi.json", openapi)
    pages.add_to(app)
    return app


@cache
def described() -> bytes:
    """Return the OpenAPI document of the table, made once: it takes half a second."""
    return describe(TABLE)


async def _writing(house: House, _app: web.Application) -> AsyncIterator[None]:
    """Write the audit's backlog for as long as the application is served."""
    writing = asyncio.create_task(house.backlog.run(house.store), name="audit")
    yield
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)


@web.middleware
async def faults(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn every fault into problem details."""
    try:
        return await handler(request)
    except Problem as problem:
        return problem.response()
    except web.HTTPException as error:
        return _refused(error).response()
    except Exception:
        log.exception("a request failed", path=_asked(request))
        return Problem(kinds.OUR_MISTAKE, "try again; the service's log says more").response()


def _asked(request: web.Request) -> str:
    """Return the route: a path may hold a secret (/share/…)."""
    resource = request.match_info.route.resource
    return "" if resource is None else resource.canonical


def _refused(error: web.HTTPException) -> Problem:
    """Return what aiohttp refused; what may be asked instead stands in Allow."""
    allowed = error.headers.get("Allow", "")
    todo = f"use {allowed}" if allowed else "see GET /api/v1/openapi.json"
    headers = {"Allow": allowed} if allowed else {}
    return Problem(kinds.of_status(error.status), f"{error.reason}: {todo}", headers=headers)
