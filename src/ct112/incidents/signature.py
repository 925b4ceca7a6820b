"""The signature of what is posted from one house to another: what a receiver checks."""

import hashlib
import hmac

WITHIN_SECONDS = 300
"""What was signed longer ago, or so much later than now, is refused: it may be a copy."""


def signed(secret: str, timestamp: str, body: bytes) -> str:
    """Return the signature as the header has it: of the timestamp, a dot, and the body."""
    digest = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
    return f"v1={digest.hexdigest()}"


def trouble(secret: str, timestamp: str, signature: str, body: bytes, now: float) -> str | None:
    """Return what is wrong with a signature, and what to do; None: it is good. `now`: seconds since 1970."""
    if not hmac.compare_digest(signed(secret, timestamp, body).encode(), signature.encode()):
        return "sign timestamp, a dot and the body with the secret you were given: v1=<hex HMAC-SHA256>"
    try:
        apart = abs(float(timestamp) - now)
    except ValueError:
        return "send the seconds since 1970 as the timestamp"
    return "set your clock: the timestamp is of another time" if not apart <= WITHIN_SECONDS else None
