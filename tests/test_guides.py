"""The four guides in Indonesian say what the English ones say: the same parts, pictures and commands."""

import re
from pathlib import Path

import pytest

from lab.screens import LANGUAGES, LARGEST_PICTURE, PICTURES

DOCS = Path(__file__).parents[1] / "docs"
GUIDES = ("operator", "supervisor", "admin", "agency")
PICTURE = re.compile(r"!\[[^\]]+\]\((?:\.\./)?pictures/(..)/([a-z-]+)\.png\)")
CODE = re.compile(r"^```.*?^```$", re.M | re.S)
ALL_PICTURES = 3_200_000  # bytes: each clone has them


def english(guide: str) -> str:
    """Return a guide as most read it."""
    return (DOCS / f"{guide}-guide.md").read_text("utf-8")


def indonesian(guide: str) -> str:
    """Return the same as operators read it."""
    return (DOCS / "id" / f"{guide}-guide.md").read_text("utf-8")


def shape(text: str) -> list[str]:
    """Return what is the same in every language: heads by depth, pictures, rows, steps, where code is."""
    prose = CODE.sub("CODE", text)
    marks = (re.match(r"(#+ |!|\||\d+\. |CODE)", line) for line in prose.splitlines())
    return [mark[1] for mark in marks if mark]


def commands(text: str) -> list[str]:
    """Return the code without what a language has of its own: comments, and what a person says in quotes."""
    lines = [line for block in CODE.findall(text) for line in block.splitlines()]
    return [re.sub(r"\s+#.*|\"[^\"]*\"", "", line) for line in lines]


@pytest.mark.parametrize("guide", GUIDES)
def test_both_languages_have_the_same_parts_in_the_same_order(guide: str) -> None:
    assert shape(indonesian(guide)) == shape(english(guide)), "bring docs/id into step with what you changed"


@pytest.mark.parametrize("guide", GUIDES)
def test_both_languages_have_the_same_commands(guide: str) -> None:
    assert commands(indonesian(guide)) == commands(english(guide))


@pytest.mark.parametrize("guide", GUIDES)
def test_each_guide_shows_the_screens_in_its_own_language(guide: str) -> None:
    shown = {
        language: PICTURE.findall(text(guide)) for language, text in (("en", english), ("id", indonesian))
    }
    assert {language for pictures in shown.values() for language, _ in pictures} == set(LANGUAGES)
    assert all(of == language for language, pictures in shown.items() for of, _ in pictures)
    assert [name for _, name in shown["id"]] == [name for _, name in shown["en"]] != []


def test_every_picture_is_shown_and_none_is_large() -> None:
    shown = {name for guide in GUIDES for _, name in PICTURE.findall(english(guide))}
    assert shown == set(PICTURES)
    files = sorted((DOCS / "pictures").rglob("*.png"))
    expected = [DOCS / "pictures" / language / f"{name}.png" for language in LANGUAGES for name in PICTURES]
    assert files == sorted(expected), "./run screens pictures"
    sizes = [file.stat().st_size for file in files]
    assert max(sizes) <= LARGEST_PICTURE
    assert sum(sizes) <= ALL_PICTURES
