"""Requests about our application."""

from collections.abc import Iterable

from ct112.asterisk.ari.request import Request, request

ONE = "/applications/{applicationName}"


def subscribe(application: str, source: str) -> Request:
    """Hear of a source, for example `channel:<id>` or `endpoint:PJSIP`."""
    return request("POST", f"{ONE}/subscription", {"applicationName": application}, eventSource=source)


def leave_out(application: str, types: Iterable[str]) -> Request:
    """Hear all events but these; a list of allowed ones would swallow the replies."""
    body = {"disallowed": [{"type": name} for name in types]}
    return request("PUT", f"{ONE}/eventFilter", {"applicationName": application}, body=body)
