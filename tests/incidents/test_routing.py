"""Which agencies are asked: the first rule that fits, or the default and an alarm."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ct112.incidents.hours import DAYS
from ct112.incidents.routing import Book, passed_over, propose
from ct112.incidents.routing_document import BadDocument, empty_book, read_book

EVERYBODY = ("bpbd", "damkar", "dinkes", "pln", "pmi", "polres", "satpol_pp")
DAY = datetime(2026, 11, 26, 3, 0, tzinfo=UTC).astimezone(ZoneInfo("Asia/Jakarta"))  # Thursday 10:00
NIGHT = datetime(2026, 11, 26, 16, 0, tzinfo=UTC).astimezone(ZoneInfo("Asia/Jakarta"))  # Thursday 23:00
DOCUMENT: dict[str, Any] = {
    "default": {"first": ["bpbd"], "supporting": ["pmi"]},
    "areas": {"coast": ["33.75.03.1001", "33.75.04"]},
    "hours": {"night": [{"days": [*DAYS], "from": 1320, "to": 360}]},
    "rules": [
        {"name": "coast, night", "categories": ["rob"], "areas": ["coast"], "hours": ["night"],
         "first": ["bpbd", "polres"]},
        {"name": "coast", "categories": ["rob", "banjir"], "areas": ["coast"], "first": ["bpbd"]},
        {"name": "north", "categories": ["kebakaran"], "areas": ["33.75.03"], "first": ["damkar"]},
        {"name": "whatever, night", "hours": ["night"], "first": ["satpol_pp"]},
    ],
    "run_cards": {
        "kebakaran": {"2": [{"agency": "damkar", "send": "two engines"}, {"agency": "pln"}],
                      "3": [{"agency": "dinkes"}]}
    },
}  # fmt: skip


def book(*acting: str, **changes: Any) -> Book:
    return read_book(DOCUMENT | changes, version=7, agencies=acting or EVERYBODY)


@pytest.mark.parametrize(
    ("category", "area", "at", "rule", "first"),
    [
        ("rob", "33.75.03.1001", NIGHT, "coast, night", ("bpbd", "polres")),
        ("rob", "33.75.03.1001", DAY, "coast", ("bpbd",)),
        ("rob", "33.75.04.1009", NIGHT, "coast, night", ("bpbd", "polres")),
        ("kebakaran", "33.75.03.1001", DAY, "north", ("damkar",)),
        ("kebakaran", "33.75.03", NIGHT, "north", ("damkar",)),
        ("kebakaran", "33.75.01.1001", NIGHT, "whatever, night", ("satpol_pp",)),
        ("rob", None, NIGHT, "whatever, night", ("satpol_pp",)),
        ("unheard_of", "99", NIGHT, "whatever, night", ("satpol_pp",)),
    ],
)
def test_the_first_rule_that_fits_decides(
    category: str, area: str | None, at: datetime, rule: str, first: tuple[str, ...]
) -> None:
    proposal = propose(book(), category, area, at)
    assert (proposal.rule, proposal.first, proposal.alarm, proposal.version) == (rule, first, False, 7)
    assert repr(rule) in proposal.why[0]
    assert category in proposal.why[0]


@pytest.mark.parametrize("area", ["33.75.031.1001", "33.75.0", "33.75.03.10011", "", None])
def test_an_area_lies_only_in_those_whose_whole_code_begins_its_own(area: str | None) -> None:
    assert propose(book(), "banjir", area, DAY).rule is None


def test_what_no_rule_fits_has_the_default_and_is_an_alarm() -> None:
    proposal = propose(book(), "kecelakaan", "33.75.03.1001", DAY)
    assert (proposal.rule, proposal.first, proposal.supporting) == (None, ("bpbd",), ("pmi",))
    assert proposal.alarm
    assert proposal.why == (
        "no rule fits category kecelakaan, area 33.75.03.1001, thu 10:00: the default is proposed",
    )
    unknown = propose(book(), "kecelakaan", None, DAY)
    assert "an unknown place" in unknown.why[0]


def test_an_agency_that_does_not_act_any_more_is_left_out_and_said() -> None:
    proposal = propose(book("bpbd"), "rob", "33.75.04", NIGHT)
    assert (proposal.first, proposal.alarm) == (("bpbd",), False)
    assert "polres does not act any more and is left out" in proposal.why


def test_when_nobody_the_rule_asks_first_acts_the_default_is_proposed_and_it_is_an_alarm() -> None:
    proposal = propose(book("bpbd", "pmi"), "kebakaran", "33.75.03", DAY, 2)
    assert (proposal.rule, proposal.first, proposal.supporting) == ("north", ("bpbd",), ("pmi",))
    assert proposal.alarm


def test_a_run_card_sends_what_is_on_top_of_the_levels_below() -> None:
    second = propose(book(), "kebakaran", "33.75.03", DAY, 2)
    assert [(one.agency, one.what) for one in second.card] == [("damkar", "two engines"), ("pln", "")]
    assert second.agencies == ("damkar", "pln")
    third = propose(book(), "kebakaran", "33.75.03", DAY, 3)
    assert third.agencies == ("damkar", "pln", "dinkes")
    assert third.level == 3
    assert third.what == {"damkar": "two engines"}


def test_words_of_several_levels_stand_one_after_another() -> None:
    card = {
        "2": [{"agency": "damkar", "send": "dua mobil"}],
        "3": [{"agency": "damkar", "send": "dua mobil"}],
    }
    assert propose(book(run_cards={"kebakaran": card}), "kebakaran", "33.75.03", DAY, 3).what == {
        "damkar": "dua mobil + dua mobil"
    }


def test_a_level_the_card_has_not_and_a_category_without_a_card_are_said() -> None:
    fifth = propose(book(), "kebakaran", "33.75.03", DAY, 5)
    assert (fifth.level, fifth.agencies) == (3, ("damkar", "pln", "dinkes"))
    assert "the run card of kebakaran ends at alarm level 3" in fifth.why
    none = propose(book(), "rob", "33.75.04", DAY, 2)
    assert (none.level, none.card) == (1, ())
    assert any("has no run card" in sentence for sentence in none.why)


def test_it_says_which_rules_of_the_category_were_passed_over_and_why() -> None:
    passed = dict(passed_over(book(), "rob", "33.75.01.1001", DAY))
    assert passed == {
        "coast, night": "not its area",
        "coast": "not its area",
        "whatever, night": "not its hours: it is thu 10:00",
    }
    assert dict(passed_over(book(), "rob", "33.75.04", DAY)) == {
        "coast, night": "not its hours: it is thu 10:00"
    }
    assert "not known" in dict(passed_over(book(), "rob", None, NIGHT))["coast"]


def test_without_a_document_nobody_is_proposed_and_it_is_an_alarm() -> None:
    proposal = propose(empty_book(EVERYBODY), "kebakaran", None, NIGHT, 3)
    assert proposal.agencies == ()
    assert proposal.alarm


@pytest.mark.parametrize(
    "damage",
    [
        {"rules": None},
        {"rules": [{"name": "x"}]},
        {"rules": [{"name": "x", "first": "damkar"}]},
        {"rules": [{"name": "x", "first": ["damkar"], "hours": ["nowhere"]}]},
        {"hours": {"night": [{"days": ["someday"], "from": 0, "to": 1}]}},
        {"hours": {"night": [{"days": ["mon"], "from": 1440, "to": 1}]}},
        {"hours": []},
        {"areas": {"pesisir": []}, "rules": [{"name": "x", "first": ["bpbd"], "areas": ["pesisir"]}]},
        {"hours": {"night": []}, "rules": [{"name": "x", "first": ["bpbd"], "hours": ["night"]}]},
        {"default": []},
        {"run_cards": {"kebakaran": {"two": []}}},
        {"run_cards": {"kebakaran": {"2": [{"send": "x"}]}}},
    ],
)
def test_a_document_somebody_damaged_is_refused_as_a_whole(damage: dict[str, Any]) -> None:
    with pytest.raises(BadDocument, match="damaged"):
        book(**damage)
