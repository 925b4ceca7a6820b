"""aiohttp: health, metrics, prompts for Asterisk, and the list of calls."""

from ct112.web.app import make_app
from ct112.web.model import (
    Away,
    Callback,
    CallbackPage,
    CallbacksSource,
    CallFact,
    CallPage,
    CallsSource,
    CallView,
    CannotTake,
    Health,
    NotThere,
    Part,
    PositionView,
)
from ct112.web.server import WebServer

__all__ = [
    "Away",
    "CallFact",
    "CallPage",
    "CallView",
    "Callback",
    "CallbackPage",
    "CallbacksSource",
    "CallsSource",
    "CannotTake",
    "Health",
    "NotThere",
    "Part",
    "PositionView",
    "WebServer",
    "make_app",
]
