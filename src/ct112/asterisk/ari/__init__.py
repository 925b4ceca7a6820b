"""A typed asyncio ARI client: a WebSocket for events and requests, HTTP for lists. Knows nothing of ct112."""

from ct112.asterisk.ari.connection import Connection, connect
from ct112.asterisk.ari.errors import (
    AriError,
    Conflict,
    Disconnected,
    NotFound,
    Refused,
    RequestTimeout,
    Unreadable,
)
from ct112.asterisk.ari.request import Request
from ct112.asterisk.ari.unanswered import Answer, Answered

__all__ = [
    "Answer",
    "Answered",
    "AriError",
    "Conflict",
    "Connection",
    "Disconnected",
    "NotFound",
    "Refused",
    "Request",
    "RequestTimeout",
    "Unreadable",
    "connect",
]
