"""Categories as the API shows them and takes them."""

from typing import Annotated

from pydantic import Field

from ct112.core.record import ServiceClass
from ct112.web.incidents.model import Code, Priority
from ct112.web.values import Given, Instant, Line, Shown

NameGiven = Annotated[
    str, Field(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$")
]
MOST_SENTENCES = 20


class Sentence(Given):
    """A question to ask, or an instruction to read to the caller."""

    indonesian: Line
    english: Line = ""


class SentenceShown(Shown):
    """A question to ask, or an instruction to read to the caller."""

    indonesian: str
    english: str


Sentences = Annotated[tuple[Sentence, ...], Field(max_length=MOST_SENTENCES)]


class CategoryView(Shown):
    """A kind of incident. `retired_at`: since then nobody opens one of it."""

    code: str
    name: str
    name_en: str
    service_class: ServiceClass
    priority: int
    questions: tuple[SentenceShown, ...]
    instructions: tuple[SentenceShown, ...]
    retired_at: Instant | None
    version: int


class CategoryList(Shown):
    """The categories, the most urgent first."""

    categories: tuple[CategoryView, ...]
    total: int


class CategoryFilter(Given):
    """Which categories."""

    retired: Annotated[bool, Field(description="true: those that are retired, too")] = False


class NewCategory(Given):
    """A kind of incident that is to be."""

    code: Code
    name: NameGiven
    name_en: NameGiven
    service_class: ServiceClass
    priority: Priority
    questions: Sentences = ()
    instructions: Sentences = ()


class CategoryChange(Given):
    """What changes; what is not sent stays."""

    name: NameGiven = "?"
    name_en: NameGiven = "?"
    service_class: ServiceClass = ServiceClass.EMERGENCY
    priority: Priority = 1
    questions: Sentences = ()
    instructions: Sentences = ()
    retired: bool = False


class ByCode(Given):
    """The path of a category."""

    code: Code
