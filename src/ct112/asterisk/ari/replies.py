"""A reply's status and body become a value or an AriError, whatever Asterisk sends. Shared by both ways."""

from typing import Any

import orjson

from ct112.asterisk.ari.errors import AriError, Unreadable, refusal

LONGEST_REASON = 200  # characters kept of what Asterisk says


def parse(status: int, body: str | bytes, phrase: str = "") -> Any:
    """Return the parsed body, None for an empty one, or the AriError that the reply means. Never raises."""
    if not 200 <= status < 300:
        return refusal(status, _reason(body) or phrase[:LONGEST_REASON])
    if not body:
        return None
    try:
        return orjson.loads(body)
    except ValueError:
        return Unreadable(f"{status}, and a body of {len(body)} that is no JSON")


def value_of(answer: Any) -> Any:
    """Return the answer; raise it when it is an AriError."""
    if isinstance(answer, AriError):
        raise answer
    return answer


def _reason(body: str | bytes) -> str:
    """Return Asterisk's own words from an error body, if there are any."""
    try:
        error = orjson.loads(body)
    except ValueError:
        return ""
    words = (error.get("message") or error.get("error") or "") if isinstance(error, dict) else ""
    return str(words)[:LONGEST_REASON]
