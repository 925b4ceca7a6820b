"""The floor as it happens."""

from urllib.parse import urlsplit

from aiohttp import web

from ct112.control.fanout import Full
from ct112.control.outflow import Outflow
from ct112.control.websocket import stream
from ct112.web import kinds
from ct112.web.access.principal import STAFF, Principal, Role
from ct112.web.house import House
from ct112.web.live.shown import view_of
from ct112.web.problems import Problem
from ct112.web.routes import Route


async def live(house: House, who: Principal, request: web.Request) -> web.StreamResponse:
    """Follow the floor: a snapshot, then every change (a WebSocket of JSON texts)."""
    if not web.WebSocketResponse().can_prepare(request):
        raise Problem(kinds.INVALID, "open it as a WebSocket (Upgrade: websocket)")
    _same_origin(request)
    view, outflow = view_of(who), Outflow()
    try:
        house.live.join(view, outflow)
    except Full:
        raise Problem(kinds.LIVE_AWAY, "close pages nobody looks at, then again") from None
    try:
        return await stream(request, outflow)
    finally:
        house.live.leave(view, outflow)


def _same_origin(request: web.Request) -> None:
    """Refuse a page of another site: a browser sends our cookie with its WebSocket, and whose page it is."""
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc.lower() != request.host.lower():
        raise Problem(kinds.NOT_ALLOWED, "open the page of this centre itself: this one is of another site")


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
)
