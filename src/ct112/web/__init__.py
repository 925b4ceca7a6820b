"""aiohttp: health, metrics, prompts for Asterisk, and the list of calls."""

from ct112.http.health import Health, Part
from ct112.http.server import WebServer
from ct112.web.app import make_app
from ct112.web.model import (
    Callback,
    CallbackPage,
    CallbacksSource,
    CallFact,
    CallPage,
    CallsSource,
    CallView,
    Conflict,
    NotFound,
    PositionView,
    Unavailable,
)

__all__ = [
    "CallFact",
    "CallPage",
    "CallView",
    "Callback",
    "CallbackPage",
    "CallbacksSource",
    "CallsSource",
    "Conflict",
    "Health",
    "NotFound",
    "Part",
    "PositionView",
    "Unavailable",
    "WebServer",
    "make_app",
]
