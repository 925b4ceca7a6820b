"""aiohttp: health, metrics, prompts for Asterisk, and the list of calls."""

from ct112.web.app import WebServer, make_app
from ct112.web.model import (
    Away,
    Callback,
    CallbacksSource,
    CallFact,
    CallsSource,
    CallView,
    CannotTake,
    Health,
    NotThere,
    Part,
    PositionView,
)

__all__ = [
    "Away",
    "CallFact",
    "CallView",
    "Callback",
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
