"""Codes of an authenticator app (RFC 6238): six digits, new every 30 s, each good once."""

import time

import pyotp
from pyotp.exceptions import OTPVerificationError

ISSUER = "ct112"
WINDOW = 1  # steps of 30 s before and after: telephones' clocks are wrong


def new_secret() -> str:
    """Return a seed no one can guess (160 bits), in base 32."""
    return pyotp.random_base32()


def address(secret: str, name: str) -> str:
    """Return the otpauth:// address that an app reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)


def step(secret: str, code: str, now: float | None = None) -> int | None:
    """Return the time step this is the code of; None when it is none. `now` in epoch seconds."""
    digits = code.replace(" ", "")
    if not (len(digits) == 6 and digits.isascii() and digits.isdigit()):
        return None
    at = time.time() if now is None else now
    try:
        return pyotp.TOTP(secret).verify_and_get_timecode(digits, for_time=at, valid_window=WINDOW)
    except OTPVerificationError:
        return None
