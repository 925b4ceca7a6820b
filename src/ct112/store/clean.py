"""What callers and carriers send may hold what PostgreSQL cannot: made storable here, nothing refused."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

EARLIEST, LATEST = -62_135_596_800.0, 253_402_300_799.0
"""Epoch seconds of the years 1 to 9999: what PostgreSQL holds beyond, the driver cannot read back."""
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def text(value: str) -> str:
    """Return `value` without NUL characters and lone surrogates."""
    return value.replace("\0", REPLACEMENT).encode("utf-8", "replace").decode("utf-8")


def maybe(value: str | None) -> str | None:
    """Return `value` cleaned; None stays None."""
    return None if value is None else text(value)


def texts(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values by their names, each text cleaned."""
    return {name: text(value) if isinstance(value, str) else value for name, value in values.items()}


def json(value: Any) -> Any:
    """Return `value` as JSON can hold it: keys as text, no NaN, anything unknown as its text."""
    match value:
        case None | bool():
            return value
        case str():
            return text(value)
        case int():
            return int(value)
        case float():
            return value if math.isfinite(value) else None
        case Mapping():
            return {text(str(key)): json(item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [json(item) for item in value]
        case _:
            return text(str(value))


def moment(seconds: float | None) -> datetime | None:
    """Return epoch seconds as a time in UTC; None stays None. Raises ValueError when it is no time."""
    return None if seconds is None else exact(seconds)


def is_time(seconds: float) -> bool:
    """Return whether these epoch seconds can be written, and read again."""
    return EARLIEST <= seconds < LATEST


def exact(seconds: float) -> datetime:
    """Return epoch seconds as a time in UTC. Raises ValueError when it is no time."""
    if not is_time(seconds):
        raise ValueError("not a time")
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError) as error:
        raise ValueError("not a time") from error
