"""A request as data. The modules beside this one make them; a connection sends them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Request:
    """One ARI request: `path` is a template of Asterisk's API description, `names` fill its braces."""

    method: str
    path: str
    names: Mapping[str, str]
    query: Mapping[str, str]
    body: Mapping[str, Any] | None = None

    @property
    def uri(self) -> str:
        """The path with its names filled in and escaped."""
        path = self.path
        for name, value in self.names.items():
            path = path.replace("{" + name + "}", quote(value, safe=""))
        return path.lstrip("/")


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
