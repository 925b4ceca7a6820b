"""The cursor of a list: opaque, exact, and harmless whatever somebody makes of it."""

import base64
import json
import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ct112.store import BadCursor, Store, calls, pages

KINDS = (datetime, uuid.UUID, int, str)
ROW = (datetime(2026, 11, 25, 18, 19, 20, 123457, UTC), uuid.UUID(int=7), -5, "pos-1")


def made(*told: Any) -> str:
    """Return a cursor somebody made."""
    return base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")


@given(
    st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30), timezones=st.just(UTC)),  # noqa: DTZ001
    st.uuids(),
    st.integers(-(2**63), 2**63 - 1),
)
def test_what_is_written_is_read_again_to_the_microsecond(at: datetime, call: uuid.UUID, number: int) -> None:
    cursor = pages.write("calls", (at, call, number))
    assert pages.read(cursor, "calls", (datetime, uuid.UUID, int)) == [at, call, number]


@given(st.text() | st.binary().map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_any_text_is_a_cursor_or_a_clear_error(text: str) -> None:
    with pytest.raises(BadCursor, match="leave it out"):
        pages.read(text, "calls", KINDS)


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x" * 401,
        "=",
        "ü",
        made(),
        made("calls"),
        made("others", 1, str(ROW[1]), 2, "a"),
        made("calls", 1, str(ROW[1]), 2, "a", 5),
        made("calls", True, str(ROW[1]), 2, "a"),
        made("calls", 1.5, str(ROW[1]), 2, "a"),
        made("calls", 2**62, str(ROW[1]), 2, "a"),
        made("calls", -(2**70), str(ROW[1]), 2, "a"),
        made("calls", 1, 7, 2, "a"),
        made("calls", 1, "no uuid", 2, "a"),
        made("calls", 1, str(ROW[1]), 2**63, "a"),
        made("calls", 1, str(ROW[1]), None, "a"),
        made("calls", 1, str(ROW[1]), 2, "a\0"),
        made("calls", 1, str(ROW[1]), 2, ["a"]),
        base64.urlsafe_b64encode(b"[" * 200).decode(),
        base64.urlsafe_b64encode(b'{"calls": 1}').decode(),
        base64.urlsafe_b64encode(b"7").decode(),
    ],
)
def test_a_cursor_that_is_none_of_ours_is_refused(cursor: str) -> None:
    with pytest.raises(BadCursor):
        pages.read(cursor, "calls", KINDS)


def test_a_cursor_fits_into_an_address() -> None:
    assert pages.write("calls", ROW).isascii()
    assert pages.read(pages.write("calls", ROW), "calls", KINDS) == list(ROW)


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00", "9999-12-31T23:59:58", "1970-01-01T00:00:00"])
async def test_the_ends_of_time_are_a_place_in_the_list(store: Store, at: str) -> None:
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    async with store.transaction() as connection:
        page = await calls.page(connection, after=pages.write("calls", (moment, ROW[1])))
    assert page.items == []
