"""Facts: typed, free of personal data, readable again, and their pages true to the code."""

from dataclasses import fields
from typing import Any, get_args

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ct112.core import fact_schema, facts
from ct112.core.facts import KINDS, Happening, Unreadable, read
from ct112.core.record import Fact
from ct112.core.stays import StayKind
from ct112.store.entries import from_text, to_text
from tests.core import draw_facts
from tests.core.floor_events import Move, moves
from tests.core.floor_world import FIRST_OFFER, ONE, POS_1, STATES
from tests.core.test_floor_properties import MODERATE, Game

FIELDS = {
    "node": "an Asterisk node's, or a menu node's, name in the settings",
    "language": "of the prompts",
    "reason": "one of our own words, or the type of an error",
    "service_class": "a word of ours",
    "was": "a word of ours",
    "source": "a word of ours",
    "outcome": "a word of ours",
    "result": "a word of ours",
    "agency": "an agency's code",
    "contact": "the id of an agency's contact in the book",
    "ended_by": "a word of ours",
    "first": "yes or no",
    "seen": "yes or no",
    "ready": "yes or no",
    "since": "a time",
    "offer": "a name we made",
    "trunk": "a name in the settings",
    "leg": "a name Asterisk made",
    "position": "a workstation",
    "operator": "an account",
    "by": "an account",
}
"""Every field a fact may have, and why it says nothing about a caller. Think twice before adding one."""

SCHEMA = fact_schema.schema()

TIMES = {"since": st.floats(0, 1e11)}


def of_kind(kind: type[Happening]) -> st.SearchStrategy[Happening]:
    """Return any fact of this kind."""
    times = {field.name: TIMES[field.name] for field in fields(kind) if field.name in TIMES}
    return st.builds(kind, **times)


happenings = st.sampled_from([*KINDS.values()]).flatmap(of_kind)


def test_no_fact_has_a_field_that_may_be_personal() -> None:
    assert {field.name for kind in KINDS.values() for field in fields(kind)} == set(FIELDS)


def test_every_kind_has_its_word_once() -> None:
    assert len(KINDS) == len(get_args(Happening))
    assert {kind.value for kind in StayKind} <= set(KINDS)


@given(happenings, st.integers(0, 10**9))
def test_a_fact_is_the_same_after_the_disk(what: Happening, seq: int) -> None:
    fact = facts.fact_of(ONE, seq, 1.5, what)
    again = from_text("fact", to_text(fact))
    assert isinstance(again, Fact)
    assert again == fact
    assert read(again.kind, again.data) == what


@given(happenings)
def test_every_fact_keeps_to_the_schema(what: Happening) -> None:
    assert jsonschema_rs.is_valid(SCHEMA, {"kind": what.KIND, "data": dict(facts.plain(what))})


@pytest.mark.parametrize(
    ("kind", "data", "what"),
    [
        ("digit", {"digit": "1"}, facts.KeyPressed()),
        ("ended", {"outcome": "answered", "ended_by": "caller"}, None),
        ("accepted", {"offer": FIRST_OFFER, "position": POS_1}, facts.Accepted(FIRST_OFFER, POS_1)),
        ("adopted", {"offer": FIRST_OFFER, "position": POS_1}, facts.Adopted(FIRST_OFFER, POS_1)),
    ],
)
def test_facts_of_earlier_versions_are_readable(kind: str, data: dict[str, Any], what: Any) -> None:
    assert what is None or read(kind, data) == what
    assert kind == read(kind, data).KIND


@pytest.mark.parametrize(
    ("kind", "data"), [("unheard_of", {}), ("ended", {"outcome": "answered"}), ("queued", {"source": 1})]
)
def test_what_is_no_fact_says_so(kind: str, data: dict[str, Any]) -> None:
    with pytest.raises(Unreadable):
        read(kind, data)


@MODERATE
@given(st.sampled_from(sorted(STATES)), moves)
def test_whatever_happens_no_fact_holds_what_is_personal(start: str, script: list[Move]) -> None:
    game = Game(start)
    for move in script:
        game.make(move)
    for fact in game.world.log:
        if isinstance(fact, Fact):
            assert dict(facts.plain(read(fact.kind, fact.data))) == dict(fact.data)
            assert not {"+62811", "112", "0812"} & {str(value) for value in fact.data.values()}


def test_the_pages_are_up_to_date() -> None:
    """If this fails: PYTHONPATH=src:. python -m tests.core.draw_facts, and look at what changed."""
    assert draw_facts.SCHEMA.read_text() == draw_facts.schema()
    assert draw_facts.PAGE.read_text() == draw_facts.page()
