"""aiohttp: health, metrics, prompts for Asterisk, and the list of calls."""

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
    Health,
    NotFound,
    Part,
    PositionView,
    Unavailable,
)
from ct112.web.server import WebServer

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
