"""The outermost middleware: a time limit for each request, and every fault as problem details."""

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web

from ct112 import logs
from ct112.http.problems import problem

log = logs.get("http")

ANSWER_SECONDS = 10.0
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def faults(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn faults into problem details; a request has `ANSWER_SECONDS`, but for a WebSocket."""
    seconds = None if request.headers.get("Upgrade") else ANSWER_SECONDS
    try:
        async with asyncio.timeout(seconds):
            return await handler(request)
    except web.HTTPException as error:
        return refused(error)
    except TimeoutError:
        return problem(503, "took too long", "ask again later")
    except Exception:
        log.exception("a request failed", path=request.path)
        return problem(500, "our mistake", "the log of this process says more")


def refused(error: web.HTTPException, todo: str = "see docs/runbook.md") -> web.Response:
    """Return what aiohttp refused as problem details; what may be asked instead stands in Allow."""
    allowed = error.headers.get("Allow", "")
    response = problem(error.status, error.reason, f"{error.reason}: {f'use {allowed}' if allowed else todo}")
    if allowed:
        response.headers["Allow"] = allowed
    return response
