"""Which kelurahan a point is in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ct112.incidents.places import Area
from ct112.places.atlas import Atlas
from tests.places.conftest import KELURAHAN, SOUTH, STEP, WEST, features, square

ATLAS = Atlas(
    [
        *((Area(code=f["properties"]["code"], name=""), f["geometry"]) for f in features()),
        (Area(code="99.01", name="Kota"), square(WEST - 1, SOUTH - 1, 3)),
        (Area(code="99.01.01", name="no outline"), None),
        (Area(code="99.01.01.1009", name="broken"), {"type": "Polygon", "coordinates": [[["x"]]]}),
    ]
)


@pytest.mark.parametrize(("at", "code"), list(enumerate(KELURAHAN)))
def test_the_middle_of_each_is_in_it(at: int, code: str) -> None:
    row, column = divmod(at, 4)
    latitude, longitude = SOUTH + (2.5 - row) * STEP, WEST + (column + 0.5) * STEP
    found = ATLAS.at(latitude, longitude)
    assert found is not None
    assert found.code == code


def test_the_city_where_there_is_no_kelurahan_and_nothing_elsewhere() -> None:
    found = ATLAS.at(SOUTH - 0.5, WEST)
    assert found is not None
    assert found.code == "99.01"
    assert ATLAS.at(50, 8) is None
    assert Atlas(()).at(0, 0) is None


def test_a_point_on_a_border_is_in_one_of_both_and_always_the_same() -> None:
    found = {area.code for _ in range(5) if (area := ATLAS.at(SOUTH + 2.5 * STEP, WEST + STEP)) is not None}
    assert len(found) == 1
    assert found <= {"99.01.01.1001", "99.01.01.1002"}


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_any_point_has_an_answer(latitude: float, longitude: float) -> None:
    found = ATLAS.at(latitude, longitude)
    assert found is None or found.code.startswith("99.01")
