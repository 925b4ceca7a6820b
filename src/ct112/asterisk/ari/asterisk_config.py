"""Requests about Asterisk itself and its dynamic configuration (sorcery)."""

from collections.abc import Mapping

from ct112.asterisk.ari.request import Request, request

OBJECT = "/asterisk/config/dynamic/{configClass}/{objectType}/{id}"


def ping() -> Request:
    """Ask for a sign of life."""
    return request("GET", "/asterisk/ping")


def info() -> Request:
    """Ask which Asterisk this is."""
    return request("GET", "/asterisk/info")


def endpoints(technology: str) -> Request:
    """List endpoints → list of `models.Endpoint`."""
    return request("GET", "/endpoints/{tech}", {"tech": technology})


def get(config_class: str, kind: str, name: str) -> Request:
    """Read an object → list of {"attribute": …, "value": …}."""
    return request("GET", OBJECT, _names(config_class, kind, name))


def put(config_class: str, kind: str, name: str, fields: Mapping[str, str]) -> Request:
    """Make or change an object."""
    body = {"fields": [{"attribute": key, "value": value} for key, value in fields.items()]}
    return request("PUT", OBJECT, _names(config_class, kind, name), body=body)


def delete(config_class: str, kind: str, name: str) -> Request:
    """Delete an object."""
    return request("DELETE", OBJECT, _names(config_class, kind, name))


def _names(config_class: str, kind: str, name: str) -> dict[str, str]:
    return {"configClass": config_class, "objectType": kind, "id": name}
