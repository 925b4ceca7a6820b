"""aiohttp: health, metrics, prompts for Asterisk, and the list of calls."""

from ct112.web.app import WebServer, make_app
from ct112.web.model import AWAY, CallFact, CallsSource, CallView, Health, NotThere, Part

__all__ = [
    "AWAY",
    "CallFact",
    "CallView",
    "CallsSource",
    "Health",
    "NotThere",
    "Part",
    "WebServer",
    "make_app",
]
