"""The shape of a routing document: which fields it has, and which values they take."""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from ct112.incidents.agencies import CODE_PATTERN
from ct112.incidents.hours import DAY
from ct112.incidents.routing import FIRST_LEVEL, MOST_LEVELS
from ct112.ivr.shape import Minute, Shape

MOST_RULES = 300
MOST_WORDS = 120  # characters of a name or of what is sent
AREA = re.compile(r"[0-9]{1,4}(\.[0-9]{1,6}){0,4}")
GROUP = re.compile(r"[a-z][a-z0-9_-]{0,39}")
CODE = re.compile(CODE_PATTERN)
CATEGORY = re.compile(r"[a-z][a-z0-9_]{0,39}")


def _a_code(value: str) -> str:
    if not CODE.fullmatch(value):
        raise ValueError(f"'{value[:40]}' is no code; use small letters, digits and _, a letter first")
    return value


def _a_category(value: str) -> str:
    if not CATEGORY.fullmatch(value):
        raise ValueError(f"'{value[:40]}' is no code; use small letters, digits and _, a letter first")
    return value


def _an_area(value: str) -> str:
    if not AREA.fullmatch(value):
        raise ValueError(f"'{value[:40]}' is no area; write a code such as 33.75.01.1003")
    return value


def _a_place(value: str) -> str:
    """Let an area or a group's name be."""
    if not AREA.fullmatch(value) and not GROUP.fullmatch(value):
        raise ValueError(f"'{value[:40]}' is no area; write a code such as 33.75.01 or a name under areas:")
    return value


def _a_name(value: str) -> str:
    if not GROUP.fullmatch(value):
        raise ValueError(f"'{value[:40]}' is no name; use small letters, digits, - and _, a letter first")
    return value


def _words(value: str) -> str:
    clean = " ".join(value.split())
    if not clean or len(clean) > MOST_WORDS or not clean.isprintable():
        raise ValueError(f"the words do not fit; write 1 to {MOST_WORDS} printable characters")
    return clean


def _a_level(value: str) -> str:
    if not re.fullmatch(r"[1-9]", value) or not FIRST_LEVEL < int(value) <= MOST_LEVELS:
        raise ValueError(f"'{value[:40]}' is no alarm level; write 2 to {MOST_LEVELS}")
    return value


def _an_entry(value: Any) -> Any:
    return {"agency": value} if isinstance(value, str) else value


Code = Annotated[str, AfterValidator(_a_code)]
Category = Annotated[str, AfterValidator(_a_category)]
Area = Annotated[str, AfterValidator(_an_area)]
Place = Annotated[str, AfterValidator(_a_place)]
Name = Annotated[str, AfterValidator(_a_name)]
Words = Annotated[str, AfterValidator(_words)]
Level = Annotated[str, AfterValidator(_a_level)]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class AgenciesShape(Shape):
    """Who is asked first, and who supports them."""

    first: Annotated[list[Code], Field(min_length=1, max_length=20)]
    supporting: Annotated[list[Code], Field(default_factory=list, max_length=20)]


class HoursShape(Shape):
    """Days and a time from-to; a `to` that is not behind `from` lies on the next day."""

    days: Annotated[list[Day], Field(min_length=1, max_length=7)]
    start: Annotated[Minute, Field(alias="from", le=DAY - 1)]
    end: Annotated[Minute, Field(alias="to")]


class RuleShape(AgenciesShape):
    """A rule: what has to hold (left out: anything), and who is asked."""

    name: Words
    categories: Annotated[list[Category], Field(default_factory=list, max_length=100)]
    areas: Annotated[list[Place], Field(default_factory=list, max_length=300)]
    hours: Annotated[list[Name], Field(default_factory=list, max_length=20)]


class SentShape(Shape):
    """An agency, and in words what of it is sent."""

    agency: Code
    send: Words | None = None


Entry = Annotated[SentShape, BeforeValidator(_an_entry)]
Card = Annotated[dict[Level, Annotated[list[Entry], Field(min_length=1, max_length=20)]], Field(min_length=1)]


class DocumentShape(Shape):
    """A whole document."""

    default: AgenciesShape
    areas: Annotated[
        dict[Name, Annotated[list[Area], Field(min_length=1, max_length=500)]],
        Field(default_factory=dict, max_length=100),
    ]
    hours: Annotated[
        dict[Name, Annotated[list[HoursShape], Field(min_length=1, max_length=50)]],
        Field(default_factory=dict, max_length=50),
    ]
    rules: Annotated[list[RuleShape], Field(min_length=1, max_length=MOST_RULES)]
    run_cards: Annotated[dict[Category, Card], Field(default_factory=dict, max_length=200)]
