"""From the table to answers: the router, and the steps every request goes through."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import hdrs, web
from pydantic import BaseModel

from ct112.store import Connection, RowRefused, StoreUnavailable
from ct112.web import auditing, kinds, versions
from ct112.web.access.principal import Principal, Role
from ct112.web.answering import response
from ct112.web.body import read
from ct112.web.errors import LiveAway
from ct112.web.house import House
from ct112.web.once import Once, first_answer, keep, once
from ct112.web.problems import Place, Problem
from ct112.web.reading import read_body, read_text
from ct112.web.routes import Public, Route
from ct112.web.values import Given

MOST_SECONDS = 60.0  # whatever a route says
Authenticate = Callable[[web.Request], Awaitable[Principal | None]]


def add_routes(
    app: web.Application, table: Iterable[Route], house: House, authenticate: Authenticate
) -> None:
    """Make the application's router from the table; HEAD comes with each GET."""
    for route in table:
        answer = Endpoint(route, house, authenticate).answer
        app.router.add_route(route.method, route.path, answer)
        if route.method == hdrs.METH_GET and not route.socket:
            app.router.add_route(hdrs.METH_HEAD, route.path, answer)


class Nothing(Given):
    """A query nobody asks for."""


class Endpoint:
    """One route at work."""

    def __init__(self, route: Route, house: House, authenticate: Authenticate) -> None:
        """Serve `route` with what is in the house."""
        self._route = route
        self._house = house
        self._authenticate = authenticate

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer, or raise Problem."""
        seconds = None if self._route.socket else min(self._route.seconds, MOST_SECONDS)
        try:
            async with asyncio.timeout(seconds):
                return await self._answered(await self._given(request))
        except (StoreUnavailable, TimeoutError):
            raise Problem(kinds.AWAY, "calls are answered as always; ask again later") from None
        except RowRefused as error:
            raise Problem(kinds.REFUSED, f"{error}: send something else") from None
        except LiveAway:
            raise Problem(
                kinds.LIVE_AWAY, "start ct112 serve, or see its log; lists are shown without it"
            ) from None

    async def _answered(self, given: dict[str, Any]) -> web.StreamResponse:
        route = self._route
        if route.socket:
            return await self._streamed(given)
        if route.prepare is not None:
            given["prepared"] = await route.prepare(**{name: given[name] for name in route.prepares})
        asked: Once | None = given.pop("once", None)
        async with self._transaction() as connection:
            given["connection"] = connection
            if asked is not None and connection is not None:
                again = await first_answer(connection, asked)
                if again is not None:
                    if route.audit is not None:  # it may tell of people
                        await auditing.note(self._house.backlog, connection, route, given, None, again=True)
                    return again
            answer = await route.handler(**{name: given[name] for name in route.takes})
            if route.audit is not None:
                await auditing.note(self._house.backlog, connection, route, given, answer)
            made = response(route, answer)
            if asked is not None and connection is not None:
                await keep(connection, asked, made)
            return made

    async def _streamed(self, given: dict[str, Any]) -> web.StreamResponse:
        """Serve a WebSocket to its end; that it was opened is noted beside it: it waits for no database."""
        route = self._route
        noting = [auditing.note(self._house.backlog, None, route, given, None)] if route.audit else []
        tasks = [asyncio.create_task(one, name="audit") for one in noting]
        try:
            answer = await route.handler(**{name: given[name] for name in route.takes})
        finally:
            await asyncio.gather(*tasks, return_exceptions=True)
        assert isinstance(answer, web.StreamResponse)
        return answer

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[Connection | None]:
        if "connection" not in self._route.takes:
            yield None
            return
        async with self._house.store.transaction() as connection:
            yield connection

    async def _given(self, request: web.Request) -> dict[str, Any]:
        """Return what the handler may take; who asks is checked before what is asked."""
        route = self._route
        given: dict[str, Any] = {"house": self._house, "request": request}
        if not isinstance(route.roles, Public):
            given["who"] = await self._allowed(request, route.roles)
        if "path" in route.given:
            given["path"] = read_text(
                route.given["path"], request.match_info.items(), Place.PATH, kinds.NOT_FOUND
            )
        given["query"] = self._query(request)
        if "version" in route.takes:
            given["version"] = versions.wanted(request, needed=route.version_needed)
        if "body" in route.given:
            given["body"] = read_body(route.given["body"], await read(request, route.largest_body))
        if route.keyed:
            given["once"] = once(request, given["who"], given.get("body"))
        if "ask_id" in route.takes:
            asked: Once | None = given.get("once")
            given["ask_id"] = uuid.uuid4() if asked is None else asked.ask_id()
        return given

    async def _allowed(self, request: web.Request, roles: frozenset[Role]) -> Principal:
        who = await self._authenticate(request)
        if who is None:
            raise Problem(kinds.SIGN_IN, "send Authorization: Bearer and your token")
        if who.role not in roles:
            may = ", ".join(sorted(roles))
            raise Problem(kinds.NOT_ALLOWED, f"your role is {who.role}; this is for: {may}")
        write = request.method not in (hdrs.METH_GET, hdrs.METH_HEAD)
        if not who.may(self._route.resource, write=write):
            scope = f"{self._route.resource}:{'write' if write else 'read'}"
            raise Problem(kinds.NOT_ALLOWED, f"this token has not the scope {scope}: ask for one that has")
        return who

    def _query(self, request: web.Request) -> BaseModel:
        model = self._route.given.get("query", Nothing)
        return read_text(model, request.query.items(), Place.QUERY, kinds.INVALID)
