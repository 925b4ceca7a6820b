"""What can go wrong with a request."""


class AriError(Exception):
    """A request did not work."""


class Disconnected(AriError):
    """The connection broke before the reply came; Asterisk may or may not have done it."""


class RequestTimeout(AriError):
    """No reply in time; Asterisk may or may not have done it."""


class Unreadable(AriError):
    """Asterisk answered with what nobody can read; it may have done what was asked."""


class Refused(AriError):
    """Asterisk answered that it will not."""

    def __init__(self, status: int, reason: str) -> None:
        """Keep the HTTP status and Asterisk's words."""
        super().__init__(f"{status} {reason}")
        self.status = status
        self.reason = reason


class NotFound(Refused):
    """404: there is no such thing (any more)."""


class Conflict(Refused):
    """409, 412 or 422: the thing is there and not in a state for this, for example not in Stasis."""


def refusal(status: int, reason: str) -> Refused:
    """Return the error for an HTTP status."""
    if status == 404:
        return NotFound(status, reason)
    if status in (409, 412, 422):
        return Conflict(status, reason)
    return Refused(status, reason)
