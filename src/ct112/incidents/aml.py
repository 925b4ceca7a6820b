"""Advanced Mobile Location over HTTPS (ETSI TS 103 625): a telephone's own position, signed, as a form.

Every field is optional and may be damaged: what cannot be read is left out. A message without a point is
still a message. `hmac` is over the body as it was sent, without the pair of that name.

The fields are those of Android's public specification, developers.google.com/android/els/reference/http-spec.
No public text that we found fixes how `hmac` is made: HMAC-SHA256 in hex, with the key as it is written, is
our choice, and has to be agreed with the sender (docs/security.md).
"""

import hmac
import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from urllib.parse import parse_qsl

from ct112.incidents.locations import on_earth

MOST_FIELDS = 100
WINDOW = timedelta(hours=24)
"""A message of another day is of another call, or was sent again by somebody."""
LATE, AHEAD = timedelta(hours=1), timedelta(minutes=5)
"""What is said to be older or newer was long on its way, or comes from a telephone whose clock is off."""
LARGEST_M = 100_000.0
METHODS = frozenset({"gps", "wifi", "cell", "unknown"})


class NotSigned(ValueError):
    """The message has no signature, or a wrong one."""


class TooOld(ValueError):
    """The message is about another time than now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AmlMessage:
    """What a telephone says. `at`: when it knew its place, never after now; `clock_off`: doubt that."""

    digest: bytes
    at: datetime
    number: str | None
    latitude: float | None
    longitude: float | None
    accuracy_m: float | None
    confidence: float | None
    method: str
    clock_off: bool


def unsigned(body: bytes) -> tuple[bytes, str]:
    """Return the body without its signature, and that. Raises NotSigned: there is none, or more than one."""
    pairs = body.strip().split(b"&")
    signatures = [pair[5:] for pair in pairs if pair.startswith(b"hmac=")]
    if len(signatures) != 1:
        raise NotSigned
    return b"&".join(pair for pair in pairs if not pair.startswith(b"hmac=")), signatures[0].decode("latin-1")


def check(body: bytes, key: bytes) -> bytes:
    """Return what was signed, when it was signed with this key. Raises NotSigned."""
    signed, signature = unsigned(body)
    right = hmac.new(key, signed, sha256).hexdigest()
    if not hmac.compare_digest(right.encode(), signature.strip().lower().encode("utf-8", "replace")):
        raise NotSigned
    return signed


def read(signed: bytes, now: datetime) -> AmlMessage:
    """Return what a message says. Raises TooOld. `now`: aware."""
    fields: dict[str, str] = {}
    try:
        for name, value in parse_qsl(signed.decode("latin-1"), max_num_fields=MOST_FIELDS, errors="replace"):
            fields.setdefault(name, value.strip())
    except ValueError:  # more fields than that
        fields = {}
    said = _moment(fields.get("location_time")) or _moment(fields.get("time"))
    if said is not None and not now - WINDOW <= said <= now + WINDOW:
        raise TooOld
    latitude, longitude = _number(fields, "location_latitude"), _number(fields, "location_longitude")
    point = latitude is not None and longitude is not None and on_earth(latitude, longitude)
    if latitude == longitude == 0.0:  # what a telephone sends that knows nothing
        point = False
    return AmlMessage(
        digest=sha256(signed).digest(),
        at=now if said is None else min(said, now),
        number=fields.get("device_number") or None,
        latitude=latitude if point else None,
        longitude=longitude if point else None,
        accuracy_m=_between(_number(fields, "location_accuracy"), 0.0, LARGEST_M),
        confidence=_confidence(_number(fields, "location_confidence")),
        method=_method(fields.get("location_source", "")),
        clock_off=said is None or not now - LATE <= said <= now + AHEAD,
    )


def _method(said: str) -> str:
    return said.lower() if said.lower() in METHODS else "unknown"


def _confidence(given: float | None) -> float | None:
    """Return it in percent: some say 0.68, some 68."""
    found = _between(given, 0.0, 100.0)
    return found * 100 if found is not None and 0 < found <= 1 else found


def _between(given: float | None, low: float, high: float) -> float | None:
    return given if given is not None and low <= given <= high else None


def _number(fields: dict[str, str], name: str) -> float | None:
    try:
        number = float(fields.get(name, "")[:40])
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _moment(text: str | None) -> datetime | None:
    """Return a time given in milliseconds since 1970."""
    if text is None or not (text.isascii() and text.isdigit() and len(text) <= 14):
        return None
    return datetime.fromtimestamp(int(text) / 1000, UTC)
