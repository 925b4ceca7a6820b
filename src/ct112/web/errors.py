"""What a handler raises when what it needs is not there."""


class LiveAway(RuntimeError):
    """`ct112 serve` cannot be asked now: what is live is not known, and nothing can be asked of a call."""
