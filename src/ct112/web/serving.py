"""From the table to answers: the router, and the steps every request goes through."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from aiohttp import hdrs, web
from pydantic import BaseModel

from ct112 import logs
from ct112.web import kinds
from ct112.web.access.principal import Principal
from ct112.web.errors import LiveAway, Unavailable
from ct112.web.house import House
from ct112.web.problems import Place, Problem
from ct112.web.reading import read_body, read_text
from ct112.web.routes import Media, Public, Reply, Route

log = logs.get("web")

BODY_SECONDS = 5.0  # to send it; shorter than a request may take, so that nobody blames the database
MOST_SECONDS = 60.0  # whatever a route says
JSON = "application/json"
Authenticate = Callable[[web.Request], Awaitable[Principal | None]]


def add_routes(
    app: web.Application, table: Iterable[Route], house: House, authenticate: Authenticate
) -> None:
    """Make the application's router from the table; HEAD comes with each GET."""
    for route in table:
        app.router.add_route(route.method, route.path, Endpoint(route, house, authenticate).answer)
        if route.method == hdrs.METH_GET:
            app.router.add_route(hdrs.METH_HEAD, route.path, Endpoint(route, house, authenticate).answer)


class Endpoint:
    """One route at work."""

    def __init__(self, route: Route, house: House, authenticate: Authenticate) -> None:
        """Serve `route` with what is in the house."""
        self._route = route
        self._house = house
        self._authenticate = authenticate

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer, or raise Problem."""
        try:
            async with asyncio.timeout(min(self._route.seconds, MOST_SECONDS)):
                return response(self._route, await self._handled(request))
        except (Unavailable, TimeoutError):
            raise Problem(kinds.AWAY, "calls are answered as always; ask again later") from None
        except LiveAway:
            raise Problem(
                kinds.LIVE_AWAY, "start ct112 serve, or see its log; lists are shown without it"
            ) from None

    async def _handled(self, request: web.Request) -> object:
        """Check who asks before what is asked."""
        route = self._route
        given: dict[str, Any] = {"house": self._house}
        if not isinstance(route.roles, Public):
            given["who"] = await self._allowed(request, route.roles)
        given["path"] = self._path(request)
        given["query"] = self._query(request)
        if "body" in route.given:
            given["body"] = read_body(route.given["body"], await _body(request, route.largest_body))
        return await route.handler(**{name: given[name] for name in route.takes})

    async def _allowed(self, request: web.Request, roles: frozenset[Any]) -> Principal:
        who = await self._authenticate(request)
        if who is None:
            raise Problem(kinds.SIGN_IN, "send Authorization: Bearer and your token")
        if who.role not in roles:
            may = ", ".join(sorted(roles))
            raise Problem(kinds.NOT_ALLOWED, f"your role is {who.role}; this is for: {may}")
        return who

    def _path(self, request: web.Request) -> BaseModel | None:
        model = self._route.given.get("path")
        if model is None:
            return None
        return read_text(model, request.match_info.items(), Place.PATH, kinds.NOT_FOUND)

    def _query(self, request: web.Request) -> BaseModel | None:
        return read_text(
            self._route.given.get("query", Nothing), request.query.items(), Place.QUERY, kinds.INVALID
        )


class Nothing(BaseModel, extra="forbid"):
    """A query nobody asks for."""


def response(route: Route, answer: object) -> web.Response:
    """Return what a handler returned as HTTP. Raises TypeError for what the table does not have."""
    status, headers = route.status, {"Cache-Control": "no-store"}
    if isinstance(answer, Media):
        headers |= {"Content-Type": answer.content_type} | answer.headers
        return web.Response(body=answer.body, status=answer.status, headers=headers)
    if isinstance(answer, Reply):
        status, headers, answer = answer.status, headers | answer.headers, answer.body
    model = route.answers[status]
    if model is None and answer is None:
        return web.Response(status=status, headers=headers)
    if model is None or not isinstance(answer, model):
        raise TypeError(f"{route.operation} answered with another model than its own")
    headers["Content-Type"] = JSON
    return web.Response(body=answer.model_dump_json().encode(), status=status, headers=headers)


async def _body(request: web.Request, most: int) -> bytes:
    """Return what was sent; 408 when it does not come, 400 when it cannot be unpacked, 413 too much."""
    if request.content_type != JSON:
        raise Problem(kinds.NOT_JSON, f"send the body as JSON, with Content-Type: {JSON}")
    if (request.content_length or 0) > most:
        raise _too_large(most)
    found = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.content.iter_any():
                found += chunk
                if len(found) > most:
                    raise _too_large(most)
    except TimeoutError:
        raise Problem(kinds.SLOW_BODY, f"send the whole body within {BODY_SECONDS:g} s") from None
    except web.RequestPayloadError:
        raise Problem(kinds.INVALID, "the body cannot be unpacked: send it as it is") from None
    return bytes(found)


def _too_large(most: int) -> Problem:
    return Problem(kinds.TOO_LARGE, f"send at most {most} bytes")
