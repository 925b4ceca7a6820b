"""PINs of operators: for logging in by telephone and for nothing else. Only their hashes are kept."""

import re

from pwdlib import PasswordHash
from pwdlib.exceptions import PwdlibError
from pwdlib.hashers.argon2 import Argon2Hasher

PIN = re.compile(r"[0-9]{4,12}")
HASHER = PasswordHash((Argon2Hasher(),))


class PinError(ValueError):
    """This is no PIN; the text says what one is, and never repeats it."""


def hashed(pin: str) -> str:
    """Return the argon2 hash of a PIN. Takes some 50 ms: never in the floor's loop. Raises PinError."""
    if not PIN.fullmatch(pin):
        raise PinError("a PIN is 4 to 12 digits: it is typed on a telephone")
    if len(set(pin)) == 1 or pin in "01234567890123" or pin in "98765432109876":
        raise PinError("that PIN is the first somebody would try: no run of digits, not one digit repeated")
    return HASHER.hash(pin)


def fits(pin: str, pin_hash: str | None) -> bool:
    """Return whether the PIN is the one that was hashed; as slow as `hashed`. No hash fits nothing."""
    if pin_hash is None or not PIN.fullmatch(pin):
        return False
    try:
        return HASHER.verify(pin, pin_hash)
    except PwdlibError:  # the hash in the database is none
        return False
