"""What positions and operators may be called, and what a SIP password may be."""

import re
import secrets

from ct112.store.tables import NAME_PATTERN

PASSWORD = re.compile(r"[!-~]{12,80}")  # printable, without spaces: it has to survive every phone's settings
UNSAFE = re.compile(r"[;\\\[\]]")  # comment and section marks of Asterisk's configuration
FULL_NAME = 120  # characters


class PeopleError(ValueError):
    """What was asked of positions, operators or the roster cannot be; the text says why and what to do."""


class PeopleUnknown(PeopleError):
    """There is no position, operator or duty of this name."""


class PeopleTaken(PeopleError):
    """There is one of this name already."""


def check_name(what: str, name: str) -> None:
    """Raise PeopleError when this is no name of a position or operator."""
    if not re.fullmatch(NAME_PATTERN, name):
        raise PeopleError(
            f"{what} {ascii(name)[:80]} is no name: small letters, digits and '-', "
            "beginning with a letter or digit, 31 at most"
        )


def check_full_name(full_name: str) -> None:
    """Raise PeopleError when this cannot be shown as a person's name."""
    if len(full_name) > FULL_NAME or not full_name.isprintable():
        raise PeopleError(f"a full name has at most {FULL_NAME} printable characters")


def check_password(password: str) -> None:
    """Raise PeopleError when this will not do as a SIP password."""
    if not PASSWORD.fullmatch(password) or UNSAFE.search(password):
        raise PeopleError(
            "that SIP password will not do: 12 to 80 letters, digits and signs, without spaces and ; \\ [ ]"
        )


def new_password() -> str:
    """Return a password no one can guess (144 bits)."""
    return secrets.token_urlsafe(18)
