"""The signature of what is posted from one house to another: what a receiver checks."""

import hashlib
import hmac
from enum import StrEnum

WITHIN_SECONDS = 300
"""What was signed longer ago, or so much later than now, is refused: it may be a copy."""


def signed(secret: str, timestamp: str, body: bytes) -> str:
    """Return the signature as the header has it: of the timestamp, a dot, and the body."""
    digest = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
    return f"v1={digest.hexdigest()}"


class Trouble(StrEnum):
    """What is wrong with a signature; its value says what to do."""

    FORGED = "sign timestamp, a dot and the body with the secret you were given: v1=<hex HMAC-SHA256>"
    NO_TIME = "send the seconds since 1970 as the timestamp"
    ANOTHER_TIME = "set your clock: the timestamp is of another time"


def trouble(secret: str, timestamp: str, signature: str, body: bytes, now: float) -> Trouble | None:
    """Return what is wrong with a signature; None: it is good. `now`: seconds since 1970."""
    if not hmac.compare_digest(signed(secret, timestamp, body).encode(), signature.encode()):
        return Trouble.FORGED
    try:
        apart = abs(float(timestamp) - now)
    except ValueError:
        return Trouble.NO_TIME
    return None if apart <= WITHIN_SECONDS else Trouble.ANOTHER_TIME
