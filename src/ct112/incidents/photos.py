"""Photos from the scene: JPEG and nothing else, without where, when and by which phone it was taken. Pure.

What a phone writes beside the picture (EXIF, XMP, comments, thumbnails, whatever lies behind its end) is left
out; only what draws the picture is kept. It is never decoded here.
"""

import re
import struct
from collections.abc import Iterator

MOST_BYTES = 1_000_000
LONGEST_SIDE = 8192  # pixels
MOST_PIXELS = 40_000_000
START, END, SCAN = 0xD8, 0xD9, 0xDA
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
DRAWN = FRAMES | {
    0xC4,
    0xDB,
    0xDD,
    SCAN,
}  # ITU-T T.81: frames, Huffman and quantization tables, restarts, scans
ADOBE = 0xEE  # says which colours they are
BEHIND_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")  # the last fill byte: with all of them, quadratic


class NotAPhoto(ValueError):
    """This is no JPEG we keep; the text says why."""


def cleaned(photo: bytes) -> bytes:
    """Return the picture alone. Raises NotAPhoto."""
    if len(photo) > MOST_BYTES:
        raise NotAPhoto(f"is larger than {MOST_BYTES} bytes")
    if photo[:2] != bytes((0xFF, START)):
        raise NotAPhoto("is no JPEG")
    kept, seen = [photo[:2]], set()
    for marker, segment, scan in _segments(photo):
        if marker in FRAMES:
            _check_size(segment)
        if marker in DRAWN or (marker == ADOBE and segment[4:9] == b"Adobe" and len(segment) == 16):
            kept.append(segment + scan)
        seen.add(marker)
    if not seen & FRAMES or SCAN not in seen:
        raise NotAPhoto("has no picture in it")
    return b"".join((*kept, bytes((0xFF, END))))


def _segments(photo: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Yield each segment up to the picture's end: its marker, itself, and of a scan the data behind it."""
    at = 2
    while True:
        if photo[at : at + 1] != b"\xff":
            raise NotAPhoto("is broken")
        while photo[at + 1 : at + 2] == b"\xff":  # fill bytes
            at += 1
        if len(photo) < at + 2:
            raise NotAPhoto("breaks off before its end")
        marker = photo[at + 1]
        if marker == END:
            return
        end = _end(photo, at)
        behind = end
        if marker == SCAN:
            found = BEHIND_SCAN.search(photo, end)
            if found is None:
                raise NotAPhoto("breaks off before its end")
            behind = found.start()
        yield marker, photo[at:end], photo[end:behind]
        at = behind


def _end(photo: bytes, at: int) -> int:
    if len(photo) < at + 4:
        raise NotAPhoto("breaks off before its end")
    (length,) = struct.unpack_from(">H", photo, at + 2)
    if length < 2 or at + 2 + length > len(photo):
        raise NotAPhoto("is broken")
    return at + 2 + int(length)


def _check_size(frame: bytes) -> None:
    if len(frame) < 10:
        raise NotAPhoto("is broken")
    height, width = struct.unpack_from(">HH", frame, 5)
    if not (0 < height <= LONGEST_SIDE and 0 < width <= LONGEST_SIDE and height * width <= MOST_PIXELS):
        raise NotAPhoto(f"is {width} x {height} pixels: send at most {LONGEST_SIDE} on a side")
