"""Names no position may have: they are names of something else in Asterisk, a carrier's trunk above all."""

import re

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,30}")  # as the database has it

RESERVED = frozenset(
    {
        "anonymous",
        "artificial",
        "carrier",
        "ct112",
        "default",
        "dialplan",
        "fallback",
        "general",
        "global",
        "globals",
        "parkedcalls",
        "queue",
        "system",
        "transport",
        "trunk",
    }
)
PREFIXES = ("ct112-", "from-", "to-", "transport-", "trunk-")


def is_name(name: str) -> bool:
    """Return whether a position may be called so at all: the name becomes a SIP user and a dialled string."""
    return NAME.fullmatch(name) is not None


def reserved(name: str, trunk: str = "trunk") -> bool:
    """Return whether a position may not have this name; `trunk` is the endpoint of the carrier."""
    return name in RESERVED or name == trunk or name.startswith(PREFIXES)
