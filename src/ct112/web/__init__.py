"""The API over HTTP: one table of routes, and the server it is asked by."""

from ct112.http.health import Health, Part
from ct112.http.server import WebServer
from ct112.web.app import make_app
from ct112.web.callbacks.model import Callback, CallbackPage
from ct112.web.calls.model import CallFact, CallPage, CallView
from ct112.web.errors import Conflict, NotFound, Unavailable
from ct112.web.house import House
from ct112.web.positions.model import PositionView

__all__ = [
    "CallFact",
    "CallPage",
    "CallView",
    "Callback",
    "CallbackPage",
    "Conflict",
    "Health",
    "House",
    "NotFound",
    "Part",
    "PositionView",
    "Unavailable",
    "WebServer",
    "make_app",
]
