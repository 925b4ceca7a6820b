"""Requests about playbacks."""

from ct112.asterisk.ari.request import Request, request


def stop(playback: str) -> Request:
    """Stop a playback."""
    return request("DELETE", "/playbacks/{playbackId}", {"playbackId": playback})
