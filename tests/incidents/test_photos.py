"""A photo is a JPEG, and what is kept of it is the picture alone."""

import struct
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ct112.incidents.photos import MOST_BYTES, NotAPhoto, cleaned
from tests.incidents.pictures import PHOTO, TOLD

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"
FRAME = PHOTO.index(b"\xff\xc2")


def sized(width: int, height: int) -> bytes:
    """Return the photo saying that it is this large."""
    return PHOTO[: FRAME + 5] + struct.pack(">HH", height, width) + PHOTO[FRAME + 9 :]


def test_the_picture_stays_and_what_is_beside_it_goes() -> None:
    assert TOLD in PHOTO
    found = cleaned(PHOTO + HTML)
    assert TOLD not in found
    assert HTML not in found
    assert found.startswith(b"\xff\xd8\xff\xdb")
    assert found.endswith(b"\xff\xd9")
    assert cleaned(found) == found
    scans = PHOTO[PHOTO.index(b"\xff\xdb") :]
    assert found == b"\xff\xd8" + scans


@pytest.mark.parametrize(
    ("given_", "why"),
    [
        (HTML, "no JPEG"),
        (SVG, "no JPEG"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "no JPEG"),
        (b"", "no JPEG"),
        (b"\xff\xd8" + HTML, "broken"),
        (b"\xff\xd8\xff\xd9", "no picture"),
        (b"\xff\xd8\xff\xfe" + struct.pack(">H", len(SVG) + 2) + SVG + b"\xff\xd9", "no picture"),
        (PHOTO[:-2], "breaks off"),
        (PHOTO[: FRAME + 6], "broken"),
        (b"\xff\xd8" + b"\xff" * 50, "breaks off"),
        (sized(0, 12), "pixels"),
        (sized(60000, 60000), "pixels"),
        (sized(8192, 8192), "pixels"),
        (PHOTO + b"\0" * MOST_BYTES, "larger"),
    ],
)
def test_what_is_none_is_refused(given_: bytes, why: str) -> None:
    with pytest.raises(NotAPhoto, match=why):
        cleaned(given_)


def test_a_photo_of_fill_bytes_holds_nobody_up() -> None:
    """One of an agency's photos stopped the whole of `ct112 web` for an hour."""
    scan = PHOTO.index(b"\xff\xda")
    behind = scan + 2 + int.from_bytes(PHOTO[scan + 2 : scan + 4], "big")
    began = time.process_time()
    found = cleaned(PHOTO[:behind] + b"\xff" * (MOST_BYTES - behind - 3) + b"\0\xff\xd9")
    assert found.endswith(b"\xff\0\xff\xd9")
    assert time.process_time() - began < 20


@given(st.data())
def test_whatever_comes_is_refused_or_holds_nothing_beside_the_picture(data: st.DataObject) -> None:
    broken = bytearray(PHOTO)
    for at in data.draw(st.lists(st.integers(0, len(PHOTO) - 1), max_size=5)):
        broken[at] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(PHOTO)))
    try:
        found = cleaned(bytes(broken[:cut]))
    except NotAPhoto:
        return
    assert found.startswith(b"\xff\xd8")
    assert found.endswith(b"\xff\xd9")
    assert cleaned(found) == found
