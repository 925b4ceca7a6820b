"""Whatever is written into a routing document, the check answers; what it lets pass can be asked anything."""

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from ct112 import routing
from ct112.incidents.routing import passed_over, propose
from ct112.incidents.routing_document import BadDocument, read_book
from tests.routing.test_checking import GOOD, WORLD

PIECES = st.sampled_from(
    [
        *(
            "[",
            "]",
            "{",
            "}",
            ":",
            ",",
            "-",
            "*",
            "&a",
            "'",
            '"',
            "#",
            "!!int ",
            "|",
            ">",
            "\n",
            "\t",
            "\0",
            "~",
        ),
        *(
            "null",
            "true",
            "[]",
            "{}",
            "22:00",
            "24:00",
            "06:00",
            "1e999",
            "bpbd",
            "kebakaran",
            "coast",
            "night",
        ),
        *("first: ", "areas: ", "hours: ", "rules:", "run_cards:", "2: ", "33.75.01", "\U0001f525", "\udc00"),
    ]
)
EDIT = st.tuples(st.integers(0, len(GOOD)), st.integers(0, 12), PIECES | st.text(max_size=5))
EDITS = st.lists(EDIT, max_size=4)
KEYS = ("default", "rules", "areas", "hours", "run_cards", "name", "first", "days", "from", "to", "2")
MOMENTS = st.datetimes(timezones=st.just(UTC))


def edited(edits: list[tuple[int, int, str]]) -> str:
    text = GOOD
    for place, length, new in edits:
        text = text[:place] + new + text[place + length :]
    return text


@settings(deadline=None, max_examples=300)
@given(EDITS, MOMENTS, st.text(max_size=12), st.none() | st.text(alphabet="0123456789.", max_size=14))
def test_the_check_answers_whatever_was_written(
    edits: list[tuple[int, int, str]], at: datetime, category: str, area: str | None
) -> None:
    text = edited(edits)
    problems, report = routing.every_problem(text, WORLD, name="anything")
    assert all(problem.message and problem.remedy for problem in problems)
    assert all(problem.line is None or 1 <= problem.line <= text.count("\n") + 2 for problem in problems)
    if report is None:
        assert any(problem.fatal for problem in problems)
        return
    book = read_book(report.draft.to_json(), version=1, agencies=WORLD.agencies)
    for one in (category, "kebakaran", "rob"):
        found = propose(book, one, area, at, 3)
        assert found.alarm is (found.rule is None) or not set(found.first) - set(book.default.first)
        assert found.why
        assert len(set(found.agencies)) == len(found.agencies)
        assert set(found.agencies) <= book.agencies
        assert all(why for _, why in passed_over(book, one, area, at))


def inside(inner: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4)


LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=8)


@settings(deadline=None, max_examples=200)
@given(st.recursive(LEAVES, inside, max_leaves=20))
def test_a_stored_document_that_is_anything_is_a_book_or_is_refused(document: object) -> None:
    try:
        book = read_book(document, version=1, agencies=("bpbd",))  # type: ignore[arg-type]
    except BadDocument:
        return
    assert propose(book, "kebakaran", None, datetime(2026, 11, 26, tzinfo=UTC)).why
