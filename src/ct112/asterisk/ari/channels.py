"""Requests about channels."""

from collections.abc import Mapping, Sequence

from ct112.asterisk.ari.request import Request, request

ONE = "/channels/{channelId}"


def every() -> Request:
    """List all channels → list of `models.Channel`."""
    return request("GET", "/channels")


def one(channel: str) -> Request:
    """Read one channel → `models.Channel`."""
    return request("GET", ONE, {"channelId": channel})


def answer(channel: str) -> Request:
    """Pick the channel up."""
    return request("POST", f"{ONE}/answer", {"channelId": channel})


def hang_up(channel: str, reason: str = "normal") -> Request:
    """End the channel; `reason`: normal, busy, congestion, no_answer…"""
    return request("DELETE", ONE, {"channelId": channel}, reason=reason)


def go_on(channel: str, context: str, extension: str, priority: int = 1) -> Request:
    """Let the channel leave Stasis for a place in the dialplan."""
    return request(
        "POST",
        f"{ONE}/continue",
        {"channelId": channel},
        context=context,
        extension=extension,
        priority=priority,
    )


def play(channel: str, media: Sequence[str], playback: str) -> Request:
    """Play the media URIs one after another under a playback id of our own."""
    return request("POST", f"{ONE}/play", {"channelId": channel}, media=",".join(media), playbackId=playback)


def ring(channel: str) -> Request:
    """Let the caller hear ringing until `stop_ringing`; begins when what plays is over.

    A playback of `tone:ring` would hold the channel: whoever sets a variable meanwhile waits for its end,
    and with it every request of the socket (seen on Asterisk 22.10.1).
    """
    return request("POST", f"{ONE}/ring", {"channelId": channel})


def stop_ringing(channel: str) -> Request:
    """End the ringing."""
    return request("DELETE", f"{ONE}/ring", {"channelId": channel})


def set_variable(channel: str, variable: str, value: str) -> Request:
    """Set a channel variable or function, for example TIMEOUT(absolute)."""
    return request("POST", f"{ONE}/variable", {"channelId": channel}, variable=variable, value=value)


def variable(channel: str, name: str) -> Request:
    """Read a channel variable or function → {"value": …}."""
    return request("GET", f"{ONE}/variable", {"channelId": channel}, variable=name)


def create(
    channel: str,
    endpoint: str,
    *,
    app: str,
    app_args: str,
    variables: Mapping[str, str] | None = None,
    originator: str | None = None,
    formats: str | None = None,
    other: str | None = None,
) -> Request:
    """Make a leg under our own id that enters `app` at once; `dial` it after its StasisStart, else 409.

    `originator`: the channel whose codecs it takes; without one `formats` says them. `other`: the id of a
    Local channel's far end.
    """
    return request(
        "POST",
        "/channels/create",
        endpoint=endpoint,
        app=app,
        appArgs=app_args,
        channelId=channel,
        otherChannelId=other,
        originator=originator,
        formats=formats,
        body={"variables": dict(variables)} if variables else None,
    )


def press(channel: str, keys: str) -> Request:
    """Have whoever is at the other end hear these keys."""
    return request("POST", f"{ONE}/dtmf", {"channelId": channel}, dtmf=keys)


def dial(channel: str, seconds: int) -> Request:
    """Ring what the leg was created for, at most `seconds`; its state becomes Up when it is answered."""
    return request("POST", f"{ONE}/dial", {"channelId": channel}, timeout=seconds)
