"""The phone of a page in a browser: a position's second account, beside its softphone's (decision 36)."""

import base64
import hmac

from ct112.core.ids import PositionName

BEHIND = ".web"
"""Behind the position's name; no position has a dot in its name."""


def account(position: str) -> str:
    """Return the SIP user name of a position's page."""
    return position + BEHIND


def position_of(name: str) -> PositionName:
    """Return the position an account of either kind belongs to."""
    return PositionName(name.removesuffix(BEHIND))


def password(position: str, sip_password: str) -> str:
    """Return the password of a position's page: the softphone's cannot be told from it."""
    made = hmac.digest(sip_password.encode(), f"ct112 browser phone of {position}".encode(), "sha256")
    return base64.urlsafe_b64encode(made).decode().rstrip("=")
