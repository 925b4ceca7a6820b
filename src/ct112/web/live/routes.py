"""The floor as it happens."""

import asyncio

from aiohttp import web

from ct112.control.fanout import Full
from ct112.control.outflow import Outflow
from ct112.control.websocket import stream
from ct112.web import kinds
from ct112.web.access import origin
from ct112.web.access.principal import EVERYBODY, STAFF, Principal, Role
from ct112.web.house import House
from ct112.web.live import work_shown
from ct112.web.live.hub import Live
from ct112.web.live.shown import view_of
from ct112.web.live.work import WorkFeed
from ct112.web.live.work_model import MESSAGES
from ct112.web.problems import Problem
from ct112.web.routes import Route

STILL_SECONDS = 10.0  # how soon a view ends whose session has ended
SESSION_ENDED = 4401  # close code: sign in again


async def live(house: House, who: Principal, request: web.Request) -> web.StreamResponse:
    """Follow the floor: a snapshot, then every change (a WebSocket of JSON texts)."""
    return await _follow(house, who, request, house.live, view_of(who))


async def live_work(house: House, who: Principal, request: web.Request) -> web.StreamResponse:
    """Follow alerts, incidents and dispatches: a snapshot, then every change; an agency its own alone."""
    return await _follow(house, who, request, house.work, work_shown.view_of(who))


async def _follow(
    house: House, who: Principal, request: web.Request, feed: Live | WorkFeed, view: str
) -> web.StreamResponse:
    if not _may_open(request):
        raise Problem(kinds.INVALID, "open it as a WebSocket (Upgrade: websocket)")
    if origin.from_elsewhere(request, house.gate.access.rules.origins):
        raise Problem(kinds.NOT_ALLOWED, "open the page of this centre itself: this one is of another site")
    outflow = Outflow()
    try:
        feed.join(view, outflow, who.name)
    except Full:
        raise Problem(kinds.LIVE_AWAY, "close pages nobody looks at, then again") from None
    watching = asyncio.create_task(_watch(house, who, outflow), name="session watch")
    try:
        return await stream(request, outflow)
    finally:
        watching.cancel()
        feed.leave(view, outflow, who.name)


def _may_open(request: web.Request) -> bool:
    """Return whether this begins a WebSocket; a key of odd bytes is none."""
    try:
        return bool(web.WebSocketResponse().can_prepare(request))
    except ValueError:
        return False


async def _watch(house: House, who: Principal, outflow: Outflow) -> None:
    """Close the view when whoever opened it may not see it any more."""
    while await house.gate.access.still(who):  # noqa: ASYNC110 (the database says nothing by itself)
        await asyncio.sleep(STILL_SECONDS)
    outflow.close(SESSION_ENDED)


ROUTES = (
    Route(
        "GET",
        "/api/v1/live",
        live,
        STAFF | {Role.INTEGRATION},
        status=101,
        problems=frozenset({kinds.LIVE_AWAY}),
        audit="live.read",
        socket=True,
    ),
    Route(
        "GET",
        "/api/v1/live/work",
        live_work,
        EVERYBODY,
        status=101,
        problems=frozenset({kinds.LIVE_AWAY}),
        audit="work.live",
        socket=True,
        messages=MESSAGES,
    ),
)
