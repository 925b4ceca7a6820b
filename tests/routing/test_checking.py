"""The check of a routing document: every problem with its line and a remedy, all at once."""

import textwrap

import pytest

from ct112 import routing
from ct112.incidents.routing_check import World

WORLD = World(
    agencies={"bpbd": True, "damkar": True, "pmi": True, "pln": False},
    categories={"kebakaran": True, "rob": True, "pengamen": False},
    areas=frozenset({"33.75.01", "33.75.01.1001", "33.75.02.1001"}),
)
GOOD = """\
default: {first: [bpbd]}
areas:
  coast: [33.75.01.1001]
hours:
  night:
    - {days: [mon, tue, wed, thu, fri, sat, sun], from: 22:00, to: 06:00}
rules:
  - {name: fire, categories: [kebakaran], first: [damkar]}
  - {name: tide, categories: [rob], areas: [coast], hours: [night], first: [bpbd], supporting: [pmi]}
  - {name: tide by day, categories: [rob], first: [bpbd]}
run_cards:
  kebakaran:
    2: [pmi, {agency: damkar, send: two engines}]
"""


def problems(text: str, world: World = WORLD) -> list[str]:
    found, _ = routing.every_problem(textwrap.dedent(text), world, name="test")
    return [f"{'' if one.fatal else '! '}{one}" for one in found]


def changed(old: str, new: str, world: World = WORLD) -> list[str]:
    assert old in GOOD
    return problems(GOOD.replace(old, new), world)


def test_a_good_document_has_no_problem_and_is_read() -> None:
    found, report = routing.every_problem(GOOD, WORLD, name="test")
    assert found == ()
    assert report is not None
    assert report.ok
    assert [rule.name for rule in report.book.rules] == ["fire", "tide", "tide by day"]
    assert report.book.rules[1].minutes.bit_count() == 7 * 8 * 60


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "there is no document here"),
        ("- x", "there is no document here"),
        ("just words", "there is no document here"),
        ("default: {first: [bpbd]}", "`rules` is missing"),
        ("rules: []", "`default` is missing"),
        ("default: {first: [bpbd", "that open here are not closed"),
        ("a: &x [*x]", "used twice through an alias"),
        ("default: &x\n  first: *x\nrules: []", "used twice through an alias"),
        ("default: &d {first: [bpbd]}\nrules:\n  - &r {name: a, first: *d}\n", "used twice through an alias"),
        ("default:\n\tfirst: x", "use spaces"),
        ("default: {first: [bpbd]}\ndefault: {first: [pmi]}\nrules: []", "stands twice"),
    ],
)
def test_what_is_no_document_is_said_with_a_remedy(text: str, said: str) -> None:
    found = problems(text)
    assert any(said in one for one in found), found
    assert all(": " in one for one in found)


def test_deep_and_large_texts_end_in_a_problem() -> None:
    assert problems("rules: " + "[" * 5000)
    assert problems("default: {first: [bpbd]}\nrules: " + "[" * 30 + "]" * 30)
    assert "too large" in problems("x" * 300_000)[0]
    many = "\n".join(f"  - {{name: r{n}, categories: [kebakaran], first: [bpbd]}}" for n in range(301))
    assert any("300" in one for one in problems("default: {first: [bpbd]}\nrules:\n" + many))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("first: [damkar]", "first: [dampar]", "line 8: no agency 'dampar'"),
        ("first: [damkar]", "first: []", "line 8: `rules.first` does not fit"),
        ("first: [damkar]", "first: damkar", "`rules.first` does not fit: write it as a list"),
        ("first: [damkar]", "frist: [damkar]", "`rules.first` is missing"),
        ("first: [damkar]", "first: [damkar, damkar]", "line 8: agency damkar stands twice"),
        ("supporting: [pmi]", "supporting: [bpbd]", "line 9: agency bpbd stands twice"),
        ("first: [damkar]", "first: [pln]", "line 8: nobody who is asked first acts any more"),
        ("[kebakaran], first", "[kebakarn], first", "line 8: no category 'kebakarn'"),
        ("areas: [coast]", "areas: [cost]", "line 9: no group of areas 'cost': did you mean 'coast'?"),
        ("areas: [coast]", "areas: [33.75.09]", "line 9: no area '33.75.09'"),
        ("[33.75.01.1001]", "[33.75.01.1009]", "line 9: no area '33.75.01.1009' (in group coast)"),
        ("[33.75.01.1001]", "[coast]", "'coast' is no area"),
        ("hours: [night]", "hours: [nihgt]", "line 9: no hours 'nihgt': did you mean 'night'?"),
        ("from: 22:00", "from: 24:00", "`hours.night.from` does not fit"),
        ("from: 22:00", "from: 25:00", "no time of day"),
        ("to: 06:00", "to: 6", "no time of day"),
        ("days: [mon, tue, wed", "days: [senin, tue, wed", "`hours.night.days` does not fit"),
        ("days: [mon, tue, wed, thu, fri, sat, sun]", "days: []", "`hours.night.days` does not fit"),
        ("name: fire", "name: tide", "line 9: two rules are called 'tide'"),
        ("    2: [pmi", "    3: [pmi", "line 12: the alarm levels have a gap"),
        ("    2: [pmi", "    1: [pmi", "'1' is no alarm level"),
        ("    2: [pmi", "    two: [pmi", "'two' is no alarm level"),
        ("    2: [pmi", "    2: [pmj", "line 13: no agency 'pmj'"),
        ("  kebakaran:", "  kebakarn:", "line 12: no category 'kebakarn'"),
        ("default: {first: [bpbd]}", "default: {first: [nobody]}", "line 1: no agency 'nobody'"),
        ("default: {first: [bpbd]}", "default: {}", "`default.first` is missing"),
        ("run_cards:", "run_card:", "no field `run_card` here: did you mean 'run_cards'?"),
    ],
)
def test_each_mistake_is_named_at_its_line(old: str, new: str, said: str) -> None:
    found = changed(old, new)
    assert any(said in one and not one.startswith("!") for one in found), found


def test_many_mistakes_are_named_at_once() -> None:
    text = GOOD.replace("[damkar]", "[dampar]").replace("areas: [coast]", "areas: [33.99]")
    assert len(problems(text)) == 2


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        (
            "- {name: a, first: [bpbd]}\n- {name: b, categories: [rob], first: [damkar]}",
            "line 4: rule 'b' contradicts what is decided before it: it is never reached because of 'a'",
        ),
        (
            "- {name: a, first: [bpbd]}\n- {name: b, areas: [33.75.01], hours: [night], first: [bpbd]}",
            "line 4: rule 'b' says again what is said before it",
        ),
        (
            "- {name: a, areas: [33.75.01], first: [bpbd]}\n"
            "- {name: b, areas: [33.75.01.1001], first: [damkar]}",
            "rule 'b' contradicts",
        ),
        (
            "- {name: a, categories: [rob], hours: [night], first: [bpbd]}\n"
            "- {name: b, categories: [rob], hours: [day], first: [bpbd]}\n"
            "- {name: c, categories: [rob], first: [damkar]}",
            "line 5: rule 'c' contradicts what is decided before it: it is never reached because of 'a', 'b'",
        ),
    ],
)
def test_a_rule_that_is_never_reached_is_refused(rules: str, said: str) -> None:
    head = (
        "default: {first: [bpbd]}\n"
        "hours: {night: [{days: [mon, tue, wed, thu, fri, sat, sun], from: '22:00', to: '06:00'}],"
        " day: [{days: [mon, tue, wed, thu, fri, sat, sun], from: '06:00', to: '22:00'}]}\n"
    )
    found = problems(head + "rules:" + "".join(f"\n {line}" for line in rules.splitlines()))
    assert any(said.replace("line 4", "line 5").replace("line 5: rule 'c'", "line 6: rule 'c'") in one
               for one in found), found  # fmt: skip


@pytest.mark.parametrize(
    "rules",
    [
        "[{name: a, areas: [33.75.01.1001], first: [bpbd]}, {name: b, areas: [33.75.01], first: [damkar]}]",
        "[{name: a, categories: [rob], first: [bpbd]}, {name: b, first: [damkar]}]",
        "[{name: a, hours: [night], first: [bpbd]}, {name: b, first: [damkar]}]",
    ],
)
def test_a_rule_that_is_reached_sometimes_is_not_refused(rules: str) -> None:
    head = "default: {first: [bpbd]}\nhours: {night: [{days: [fri], from: '22:00', to: '06:00'}]}\nrules: "
    assert not [one for one in problems(head + rules) if not one.startswith("!")]


def test_a_gap_is_a_warning_that_says_when() -> None:
    found = changed("  - {name: tide by day, categories: [rob], first: [bpbd]}\n", "")
    assert [one[:2] for one in found] == ["! "]
    assert "category rob has no rule at any time where no area is named or known" in found[0]
    found = changed("{name: fire, categories", "{name: fire, hours: [night], categories")
    assert "category kebakaran has no rule on mon 06:00 for 960 min" in found[0]


def test_what_is_retired_or_not_yet_known_is_a_warning() -> None:
    assert "! line 8: category pengamen is retired" in changed(
        "[kebakaran], first", "[kebakaran, pengamen], first"
    )[0]  # fmt: skip
    assert "! line 9: agency pln does not act any more" in changed(
        "supporting: [pmi]", "supporting: [pmi, pln]"
    )[0]  # fmt: skip
    nowhere = World(agencies=WORLD.agencies, categories=WORLD.categories)
    (only,) = problems(GOOD, nowhere)
    assert only.startswith("! line 9: no areas are known here")
