"""A request as data. The modules beside this one make them; a connection sends them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

SHORT_ANSWERS = frozenset(
    {
        "/asterisk/ping",
        "/asterisk/info",
        "/channels/{channelId}/variable",
        "/asterisk/config/dynamic/{configClass}/{objectType}/{id}",
    }
)
"""What may be read over the websocket: answers that do not grow with the number of calls."""
PLAIN = re.compile(r"[A-Za-z0-9_.~-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Request:
    """One ARI request: `path` is a template of Asterisk's API description, `names` fill its braces."""

    method: str
    path: str
    names: Mapping[str, str]
    query: Mapping[str, str]
    body: Mapping[str, Any] | None = None

    @property
    def long_answer(self) -> bool:
        """Whether the answer may be long: a list, or what has one in it. It has to come over HTTP."""
        return self.method == "GET" and self.path not in SHORT_ANSWERS

    @property
    def uri(self) -> str:
        """The path with its names filled in and escaped."""
        return self.path.lstrip("/").format_map({name: _safe(value) for name, value in self.names.items()})


def _safe(name: str) -> str:
    """Escape a name; nearly all need it not, and to see that is quicker than to do it."""
    return name if PLAIN.fullmatch(name) else quote(name, safe="")


def request(
    method: str,
    path: str,
    names: Mapping[str, str] | None = None,
    *,
    body: Mapping[str, Any] | None = None,
    **query: str | int | None,
) -> Request:
    """Return a request; query parameters that are None are left out."""
    given = {name: str(value) for name, value in query.items() if value is not None}
    return Request(method, path, names or {}, given, body)
