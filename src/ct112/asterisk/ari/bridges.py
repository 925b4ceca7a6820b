"""Requests about bridges."""

from ct112.asterisk.ari.request import Request, request

ONE = "/bridges/{bridgeId}"


def every() -> Request:
    """List all bridges → list of `models.Bridge`."""
    return request("GET", "/bridges")


def create(bridge: str) -> Request:
    """Make a mixing bridge under an id of our own; a second one of this id is a Conflict."""
    return request("POST", ONE, {"bridgeId": bridge}, type="mixing")


def add(bridge: str, *channels: str) -> Request:
    """Put channels into the bridge, all or none: none when one of them is not there."""
    return request("POST", f"{ONE}/addChannel", {"bridgeId": bridge}, channel=",".join(channels))


def destroy(bridge: str) -> Request:
    """Take the bridge away; channels in it stay in Stasis."""
    return request("DELETE", ONE, {"bridgeId": bridge})
