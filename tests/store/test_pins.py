"""A PIN is kept as its argon2 hash; what is no PIN is refused without being repeated."""

import pytest

from ct112.store import pins


def test_the_hash_fits_its_pin_alone() -> None:
    kept = pins.hashed("4711")
    assert kept.startswith("$argon2id$")
    assert "4711" not in kept
    assert pins.fits("4711", kept)
    assert not pins.fits("4712", kept)
    assert pins.hashed("4711") != kept


@pytest.mark.parametrize(
    "pin", ["", "123", "12a4", "1" * 13, " 4711", "4711\n", "\u0664\u0667\u0661\u0661", "1111", "1234"]
)
def test_what_is_no_pin_is_refused_and_not_repeated(pin: str) -> None:
    with pytest.raises(pins.PinError) as refused:
        pins.hashed(pin)
    assert not pin or pin not in str(refused.value)


def test_nothing_fits_no_hash_and_a_damaged_one() -> None:
    assert not pins.fits("4711", None)
    assert not pins.fits("4711", "not a hash")
    assert not pins.fits("", pins.hashed("4711"))
