"""A checksum in each entry on the disk: a digit that a disk changed is nobody's number to be called back.

It is the first field of the JSON, `{"crc":"1f2e3d4c",…`: programs that do not know it leave it out, and
entries of such programs have none.
"""

import zlib

FIRST = b'{"crc":"'
BEHIND = len(FIRST) + 8
SEPARATOR = b'",'


def with_checksum(text: str) -> str:
    """Return the object as text, with its checksum in it. It has a field at least."""
    return f"{FIRST.decode()}{zlib.crc32(text.encode()):08x}{SEPARATOR.decode()}{text[1:]}"


def is_whole(text: str | bytes) -> bool:
    """Return whether the text is as it was written; True for one without a checksum."""
    data = text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text
    if not data.startswith(FIRST):
        return True
    rest = b"{" + data[BEHIND + len(SEPARATOR) :]
    return data[len(FIRST) : BEHIND] == f"{zlib.crc32(rest):08x}".encode() and data[BEHIND:].startswith(
        SEPARATOR
    )
