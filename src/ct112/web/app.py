"""The routes, and the server that serves them."""

import asyncio
import hmac
import re
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ct112 import __version__, logs, metrics
from ct112.core.record import Outcome, ServiceClass
from ct112.web.model import Away, CallFact, CallsSource, CallView, Health, NotThere

log = logs.get("web")

KEY = re.compile(r"[0-9a-f]{8,64}")
FOR_EVER = "public, max-age=31536000, immutable"
ANSWER_SECONDS = 10.0
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Wanted(BaseModel):
    """The query of a list of calls."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(default=50, ge=1, le=500, description="how many calls")
    before: str | None = Field(default=None, description="the last id of the page before")
    service_class: ServiceClass | None = None
    outcome: Outcome | None = None


def problem(status: int, title: str, detail: str) -> web.Response:
    """Return problem details (RFC 9457) that say what to do."""
    body = {"type": "about:blank", "status": status, "title": title, "detail": detail}
    response = web.json_response(body, status=status, content_type="application/problem+json")
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


@web.middleware
async def faults(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn faults into problem details; each request has a time limit."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            return await handler(request)
    except web.HTTPException as error:
        return problem(error.status, error.reason, f"{request.method} {request.path}: {error.reason}")
    except (Away, TimeoutError):
        return problem(503, "database away", "calls are answered as always; ask again later")
    except NotThere:
        return problem(404, "no such call", "use an id from GET /api/v1/calls")
    except Exception:
        log.exception("a request failed", path=request.path)
        return problem(500, "our mistake", "the service's log says more")


def make_app(
    *, health: Callable[[], Health], calls: CallsSource, prompts_dir: Path, api_token: str | None
) -> web.Application:
    """Return the application. Without `api_token` the API refuses everybody."""
    app = web.Application(middlewares=[faults])
    site = _Site(health, calls, prompts_dir, api_token)
    app.router.add_get("/healthz", site.alive)
    app.router.add_get("/readyz", site.readiness)
    app.router.add_get("/metrics", site.metrics)
    app.router.add_get("/prompts/{name}", site.prompt)
    app.router.add_get("/api/v1/openapi.json", site.openapi)
    app.router.add_get("/api/v1/calls", site.list_calls)
    app.router.add_get("/api/v1/calls/{id}", site.one_call)
    return app


class _Site:
    """The handlers."""

    def __init__(
        self, health: Callable[[], Health], calls: CallsSource, prompts: Path, token: str | None
    ) -> None:
        self._health = health
        self._calls = calls
        self._prompts = prompts
        self._token = token

    async def alive(self, _request: web.Request) -> web.Response:
        return web.json_response({"status": "alive", "version": __version__})

    async def readiness(self, _request: web.Request) -> web.Response:
        health = self._health()
        body = {"ready": health.ready, "parts": [asdict(part) for part in health.parts]}
        return web.json_response(body, status=200 if health.ready else 503)

    async def metrics(self, _request: web.Request) -> web.Response:
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

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
        refusal = self._refusal(request)
        if refusal is not None:
            return refusal
        try:
            wanted = Wanted.model_validate(dict(request.query))
        except ValidationError as error:
            return problem(400, "bad query", _explained(error))
        found = await self._calls.calls(
            limit=wanted.limit,
            before=wanted.before,
            service_class=wanted.service_class,
            outcome=wanted.outcome,
        )
        return web.json_response({"calls": [call.model_dump(mode="json") for call in found]})

    async def one_call(self, request: web.Request) -> web.Response:
        refusal = self._refusal(request)
        if refusal is not None:
            return refusal
        call, facts = await self._calls.call(request.match_info["id"])
        body = call.model_dump(mode="json") | {"facts": [fact.model_dump(mode="json") for fact in facts]}
        return web.json_response(body)

    async def openapi(self, _request: web.Request) -> web.Response:
        return web.json_response(_description())

    def _refusal(self, request: web.Request) -> web.Response | None:
        """Return why this request may not read calls, compared in constant time."""
        if self._token is None:
            return problem(403, "no token is set", "set CT112_API_TOKEN and start ct112 again")
        kind, _, given = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer" or not given:
            return problem(401, "token needed", "send Authorization: Bearer and the value of CT112_API_TOKEN")
        if not hmac.compare_digest(given.strip().encode(), self._token.encode()):
            return problem(403, "wrong token", "use the value of CT112_API_TOKEN")
        return None


def _explained(error: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}"
        for one in error.errors(include_url=False, include_input=False)
    )


def _description() -> dict[str, object]:
    """Return the OpenAPI document, from the models the handlers use."""
    schema = {"ref_template": "#/components/schemas/{model}"}
    parameters = [
        {
            "name": name,
            "in": "query",
            "required": False,
            "schema": {"type": "integer" if name == "limit" else "string"},
        }
        for name in Wanted.model_fields
    ]
    ok = {"200": {"description": "OK"}, "401": {"description": "token needed"}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "ct112", "version": __version__},
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {
                "CallView": CallView.model_json_schema(**schema),  # type: ignore[arg-type]
                "CallFact": CallFact.model_json_schema(**schema),  # type: ignore[arg-type]
            },
        },
        "security": [{"token": []}],
        "paths": {
            "/api/v1/calls": {
                "get": {"summary": "Calls, newest first", "parameters": parameters, "responses": ok}
            },
            "/api/v1/calls/{id}": {
                "get": {
                    "summary": "One call with its facts",
                    "parameters": [
                        {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
                    ],
                    "responses": ok,
                }
            },
        },
    }


class WebServer:
    """Serves an application until cancelled."""

    def __init__(self, app: web.Application, host: str, port: int) -> None:
        """Port 0 takes a free one."""
        self._app = app
        self._host = host
        self._port = port

    async def run(self) -> None:
        """Serve; raises OSError when the port is taken."""
        runner = web.AppRunner(self._app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        try:
            await web.TCPSite(runner, self._host, self._port).start()
            await asyncio.Event().wait()
        finally:
            await runner.cleanup()
