"""What two neighbouring centres say to each other: how it is signed, and the words of an answer. Pure."""

import hashlib
import hmac
import re
from enum import StrEnum

FRESH_SECONDS = 300
"""What was signed longer ago, or so far ahead of us, is refused: somebody may have kept it."""
TIMESTAMP = re.compile(r"[0-9]{1,12}", re.ASCII)


class Cause(StrEnum):
    """Why a centre refuses an incident that was offered to it."""

    NO_UNITS = "no_units"  # nobody is free
    OUTSIDE_AREA = "outside_area"
    WRONG_SERVICE = "wrong_service"  # none of its agencies does this
    ALREADY_KNOWN = "already_known"
    LOOP = "loop"  # it came from there
    OTHER = "other"  # the words say it


CAUSES = {
    Cause.NO_UNITS: "nobody is free there",
    Cause.OUTSIDE_AREA: "the place is outside their area",
    Cause.WRONG_SERVICE: "none of their agencies does this",
    Cause.ALREADY_KNOWN: "they know of it already",
    Cause.LOOP: "it came from there",
    Cause.OTHER: "they refuse it",
}


def signed(secret: str, timestamp: str, body: bytes) -> str:
    """Return the signature as the header has it: of the timestamp, a dot, and the body."""
    digest = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
    return f"v1={digest.hexdigest()}"


def is_signed(secret: str, timestamp: str, body: bytes, signature: str) -> bool:
    """Return whether somebody who has this secret signed it; an empty secret signs nothing."""
    right = signed(secret, timestamp, body).encode()
    return bool(secret) and hmac.compare_digest(right, signature.encode("utf-8", "replace"))


def is_fresh(timestamp: str, now: float) -> bool:
    """Return whether this was signed lately. `now`: epoch seconds."""
    return bool(TIMESTAMP.fullmatch(timestamp)) and abs(int(timestamp) - now) <= FRESH_SECONDS


def refusal(cause: Cause, words: str | None) -> str:
    """Return why a centre refuses, as the dispatch's reason."""
    return ": ".join(filter(None, (CAUSES[cause], words)))[:500]
