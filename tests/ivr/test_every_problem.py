"""All that is wrong is found in one round, and no document, however spoiled, is a fault of ours."""

import random
from pathlib import Path

import pytest

from ct112.ivr import every_problem
from tests.ivr.documents import SMALL, library

WORDS = (
    "x", "''", "[", "{", "\t", "*", "&a", "null", "-1", "1e9", "[]", "{}", "emergency", "main", "99:99", "'",
    '"', "!!python/object:os.system", "|", ">", "%", "@", "id", "jv", "Asia/Pekalongan", "\x07", "٣",
    "- -", ": :",
)  # fmt: skip


def spoiled(draw: random.Random) -> str:
    """Return the good document after a few accidents."""
    lines = SMALL.splitlines()
    for _ in range(draw.randint(1, 5)):
        at = draw.randrange(len(lines))
        match draw.randrange(6):
            case 0:
                del lines[at]
            case 1:
                lines.insert(at, lines[draw.randrange(len(lines))])
            case 2:
                lines[at] = " " * draw.randrange(8) + lines[at].lstrip()
            case 3:
                lines[at] = lines[at].partition(":")[0] + ": " + draw.choice(WORDS)
            case 4:
                lines[at] = draw.choice(WORDS) + ": " + lines[at].partition(":")[2]
            case _:
                lines[at] = lines[at][: draw.randrange(len(lines[at]) + 1)]
    return "\n".join(lines)


def test_no_accident_is_a_fault_of_ours(tmp_path: Path) -> None:
    draw, good = random.Random(112), 0
    for _ in range(400):
        text = spoiled(draw)
        problems, report = every_problem(text, library(tmp_path), name="menu.yaml")
        good += report is not None and report.ok
        assert (report is None) == any(
            problem.fatal
            and "waits too long" not in problem.message
            and "cannot be said" not in problem.message
            for problem in problems
        ), (text, problems)
        for problem in problems:
            assert problem.remedy, problem
            assert "\n" not in str(problem)
    assert 0 < good < 200


@pytest.mark.parametrize("text", ["", "[]", "x", "a: [", "nodes: 7", "nodes: {a: 1}", "\x00", "&a [*a]"])
def test_what_is_no_document_has_its_problems(text: str, tmp_path: Path) -> None:
    problems, report = every_problem(text, library(tmp_path), name="menu.yaml")
    assert problems
    assert report is None


def test_a_good_document_has_none(tmp_path: Path) -> None:
    problems, report = every_problem(SMALL, library(tmp_path), name="menu.yaml")
    assert problems == ()
    assert report is not None
    assert report.ways


def test_more_nodes_than_can_be_followed_are_one_problem(tmp_path: Path) -> None:
    chain = "".join(f"  n{at}: {{ type: language, language: id, next: n{at + 1} }}\n" for at in range(1000))
    source = f"languages: [id]\nstart: n0\nwaiting: {{ id: Tunggu }}\nnodes:\n{chain}"
    problems, report = every_problem(source, library(tmp_path), name="many")
    assert report is None
    assert [(problem.line, problem.message) for problem in problems] == [(4, "the menu has 1000 nodes")]
