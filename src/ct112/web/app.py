"""The routes, and the server that serves them."""

import asyncio
import hmac
import math
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from aiohttp import web
from pydantic import ValidationError

from ct112 import logs, metrics
from ct112.http.guesses import Guesses
from ct112.http.health import Health
from ct112.http.probes import add_probes
from ct112.http.problems import explained, problem
from ct112.http.server import LARGEST_BODY, hide
from ct112.web.callbacks import CallbackSite
from ct112.web.model import (
    CallbacksSource,
    CallQuery,
    CallsSource,
    LiveAway,
    NotFound,
    PositionView,
    Unavailable,
)
from ct112.web.openapi import description

log = logs.get("web")

KEY = re.compile(r"[0-9a-f]{8,64}")
FOR_EVER = "public, max-age=31536000, immutable"
ANSWER_SECONDS = 10.0
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def faults(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn faults into problem details; each request has a time limit."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            return await handler(request)
    except web.HTTPException as error:
        return _refused(error)
    except LiveAway:
        return problem(503, "live is away", "start ct112 serve, or see its log; lists are shown without it")
    except (Unavailable, TimeoutError):
        return problem(503, "database away", "calls are answered as always; ask again later")
    except NotFound:
        return problem(404, "no such call", "use an id from GET /api/v1/calls")
    except Exception:
        log.exception("a request failed", path=request.path)
        return problem(500, "our mistake", "the service's log says more")


def _refused(error: web.HTTPException) -> web.Response:
    """Return what aiohttp refused; what may be asked instead stands in Allow."""
    allowed = error.headers.get("Allow", "")
    todo = f"use {allowed}" if allowed else "see GET /api/v1/openapi.json"
    response = problem(error.status, error.reason, f"{error.reason}: {todo}")
    if allowed:
        response.headers["Allow"] = allowed
    return response


def make_app(
    *,
    health: Callable[[], Health],
    calls: CallsSource,
    callbacks: CallbacksSource,
    positions: Callable[[], Sequence[PositionView]],
    ivr: Mapping[str, object],
    prompts_dir: Path,
    api_token: str | None,
) -> web.Application:
    """Return the application. Without `api_token` the API refuses everybody.

    `ivr`: the settings a document is judged by here.
    """
    app = web.Application(middlewares=[faults], client_max_size=LARGEST_BODY)
    app.on_response_prepare.append(hide)
    site = _Site(calls, positions, ivr, prompts_dir, api_token)
    back = CallbackSite(callbacks, site.refusal)
    add_probes(app, health)
    app.router.add_get("/prompts/{name}", site.prompt)
    app.router.add_get("/api/v1/openapi.json", site.openapi)
    app.router.add_get("/api/v1/calls", site.list_calls)
    app.router.add_get("/api/v1/calls/{id}", site.one_call)
    app.router.add_get("/api/v1/ivr", site.ivr_settings)
    app.router.add_get("/api/v1/positions", site.list_positions)
    app.router.add_get("/api/v1/callbacks", back.list_callbacks)
    app.router.add_post("/api/v1/callbacks/{id}/take", back.take)
    return app


class _Site:
    """The handlers."""

    def __init__(
        self,
        calls: CallsSource,
        positions: Callable[[], Sequence[PositionView]],
        ivr: Mapping[str, object],
        prompts: Path,
        token: str | None,
    ) -> None:
        self._positions = positions
        self._ivr = ivr
        self._calls = calls
        self._prompts = prompts
        self._token = token
        self._guesses = Guesses()

    async def prompt(self, request: web.Request) -> web.StreamResponse:
        """The name is made of the content, so it may be kept for ever."""
        key = request.match_info["name"].removesuffix(".wav")
        path = self._prompts / f"{key}.wav"
        if not KEY.fullmatch(key) or not path.is_file():
            metrics.prompts_served.labels(status="404").inc()
            return problem(404, "no such prompt", "prompts are named by their content; see ct112 doctor")
        headers = {"Cache-Control": FOR_EVER, "ETag": f'"{key}"', "Content-Type": "audio/wav"}
        if f'"{key}"' in request.headers.get("If-None-Match", ""):
            metrics.prompts_served.labels(status="304").inc()
            return web.Response(status=304, headers=headers)
        metrics.prompts_served.labels(status="200").inc()
        return web.Response(body=await asyncio.to_thread(path.read_bytes), headers=headers)

    async def list_calls(self, request: web.Request) -> web.Response:
        refusal = self.refusal(request)
        if refusal is not None:
            return refusal
        try:
            wanted = CallQuery.model_validate(dict(request.query))
        except ValidationError as error:
            return problem(400, "bad query", explained(error))
        page = await self._calls.calls(
            limit=wanted.limit,
            after=wanted.after or wanted.before,
            service_class=wanted.service_class,
            outcome=wanted.outcome,
        )
        return web.json_response(page.model_dump(mode="json"))

    async def one_call(self, request: web.Request) -> web.Response:
        refusal = self.refusal(request)
        if refusal is not None:
            return refusal
        call, facts = await self._calls.call(request.match_info["id"])
        body = call.model_dump(mode="json") | {"facts": [fact.model_dump(mode="json") for fact in facts]}
        return web.json_response(body)

    async def list_positions(self, request: web.Request) -> web.Response:
        """How operators and phones are now."""
        refusal = self.refusal(request)
        if refusal is not None:
            return refusal
        found = [one.model_dump(mode="json") for one in self._positions()]
        return web.json_response({"positions": found, "total": len(found)})

    async def ivr_settings(self, request: web.Request) -> web.Response:
        """What a document is judged by: the command that publishes compares."""
        return self.refusal(request) or web.json_response(dict(self._ivr))

    async def openapi(self, _request: web.Request) -> web.Response:
        return web.json_response(description())

    def refusal(self, request: web.Request) -> web.Response | None:
        """Return why this request may not read calls, compared in constant time."""
        if self._token is None:
            return problem(403, "no token is set", "set CT112_API_TOKEN and start ct112 again")
        kind, _, given = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer" or not given:
            return problem(401, "token needed", "send Authorization: Bearer and the value of CT112_API_TOKEN")
        source = request.remote or ""
        wait = self._guesses.wait(source)
        if wait:
            response = problem(429, "too many wrong tokens", "use the value of CT112_API_TOKEN; wait before")
            response.headers["Retry-After"] = str(math.ceil(wait))
            return response
        if not hmac.compare_digest(given.strip().encode("utf-8", "surrogateescape"), self._token.encode()):
            self._guesses.wrong(source)
            return problem(401, "wrong token", "use the value of CT112_API_TOKEN")
        return None
