"""What the sources behind the API raise, in the web's words."""


class Conflict(RuntimeError):
    """This cannot be done now; the text says why."""


class NotFound(LookupError):
    """There is no such thing."""


class Unavailable(RuntimeError):
    """The database cannot be asked now."""


class LiveAway(RuntimeError):
    """`ct112 serve` cannot be asked now: what is live is not known, and nothing can be asked of a call."""
