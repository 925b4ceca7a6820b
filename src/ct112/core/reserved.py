"""Names no position may have: they are names of something else in Asterisk, a carrier's trunk above all."""

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


def reserved(name: str, trunk: str = "trunk") -> bool:
    """Return whether a position may not have this name; `trunk` is the endpoint of the carrier."""
    return name in RESERVED or name == trunk or name.startswith(PREFIXES)
