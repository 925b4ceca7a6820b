"""The API over HTTP: one table of routes, and all that follows from it."""

from ct112.web.app import make_app
from ct112.web.house import House

__all__ = ["House", "make_app"]
