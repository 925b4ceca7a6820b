"""The shape of a document: which fields each node has, and which values they take."""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from ct112.core.record import ServiceClass

KEYS = "0123456789*#"
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST_NODES = 200
MOST_TEXT = 1000  # characters in one text


def _a_name(value: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_-]{0,39}", value):
        raise ValueError(f"'{value}' is no name; use small letters, digits, - and _, a letter first")
    return value


def _a_language(value: str) -> str:
    if not re.fullmatch(r"[a-z]{2,3}(-[a-z0-9]{2,8})?", value):
        raise ValueError(f"'{value}' is no language code; write for example id or en")
    return value


def _a_text(value: str) -> str:
    clean = " ".join(value.split())
    if not any(character.isalnum() for character in clean):
        raise ValueError("the text is empty; write what the caller shall hear")
    if len(clean) > MOST_TEXT or not clean.isprintable():
        raise ValueError(
            f"the text has more than {MOST_TEXT} letters, or signs that cannot be spoken; shorten it"
        )
    return clean


def _a_minute(value: Any) -> Any:
    """Read 08:30 as a minute of the day; 24:00 is its end."""
    found = re.fullmatch(r"(\d{1,2}):(\d{2})", str(value))
    if not found:
        raise ValueError(f"'{value}' is no time of day; write for example 08:00")
    minute = int(found[1]) * 60 + int(found[2])
    if int(found[2]) > 59 or minute > 24 * 60:
        raise ValueError(f"'{value}' is no time of day; use 00:00 to 24:00")
    return minute


def _pieces(value: Any) -> Any:
    """Let a text stand for a list of one piece, and a piece for a list of itself."""
    items = value if isinstance(value, list) else [value]
    return [{"text": item} if isinstance(item, str) else {} if item is None else item for item in items]


Name = Annotated[str, AfterValidator(_a_name)]
LanguageCode = Annotated[str, AfterValidator(_a_language)]
Minute = Annotated[int, BeforeValidator(_a_minute)]
Reference = str  # a node's name; whether it exists is checked over the whole document


class Shape(BaseModel):
    """Unknown fields are errors: a misspelled one would silently do nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class PieceShape(Shape):
    """A text, a recording, or a recording with a text in reserve. `voice`: another language's voice."""

    text: Annotated[str, AfterValidator(_a_text)] | None = None
    recording: Name | None = None
    voice: LanguageCode | None = None

    @model_validator(mode="after")
    def _something(self) -> "PieceShape":
        if self.text is None and self.recording is None:
            raise ValueError("nothing is said here; write a text, or recording: and its name")
        return self


Pieces = Annotated[list[PieceShape], BeforeValidator(_pieces), Field(min_length=1, max_length=10)]
Say = dict[LanguageCode, Pieces]
Wait = Annotated[float, Field(ge=0.5, le=30, allow_inf_nan=False)]


class MenuShape(Shape):
    """Say, then wait for a key."""

    type: Literal["menu"]
    say: Say
    again: Say | None = None
    wait: Wait = 3.0
    tries: Annotated[int, Field(ge=1, le=5)] = 2
    choices: Annotated[dict[str, Reference], Field(min_length=1)]
    silence: Reference
    invalid: Reference


class AnnounceShape(Shape):
    """Say, then go on."""

    type: Literal["announce"]
    say: Say
    next: Reference


class InformationShape(Shape):
    """Say, wait for 0 to say it again, then go on."""

    type: Literal["information"]
    say: Say
    wait: Wait = 2.0
    next: Reference


class LanguageShape(Shape):
    """Speak another language from here on."""

    type: Literal["language"]
    language: LanguageCode
    next: Reference


class HoursShape(Shape):
    """Days and a time from-to; a `to` before `from` lies on the next day."""

    days: Annotated[list[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]], Field(min_length=1)]
    start: Annotated[Minute, Field(alias="from", le=24 * 60 - 1)]
    end: Annotated[Minute, Field(alias="to")]


class ScheduleShape(Shape):
    """Go one way within the hours, another outside."""

    type: Literal["schedule"]
    hours: Annotated[list[HoursShape], Field(min_length=1, max_length=50)]
    open: Reference
    closed: Reference


class QueueShape(Shape):
    """The end of a path: wait for an operator."""

    type: Literal["queue"]
    service_class: Annotated[ServiceClass, Field(alias="class")]


NodeShape = MenuShape | AnnounceShape | InformationShape | LanguageShape | ScheduleShape | QueueShape
NODE_TYPES: dict[str, type[NodeShape]] = {
    "menu": MenuShape,
    "announce": AnnounceShape,
    "information": InformationShape,
    "language": LanguageShape,
    "schedule": ScheduleShape,
    "queue": QueueShape,
}


class DocumentShape(Shape):
    """A whole document. The first of `languages` is the one a caller starts in."""

    name: str | None = None
    languages: Annotated[list[LanguageCode], Field(min_length=1, max_length=8)]
    time_zone: str = "Asia/Jakarta"
    start: Reference
    waiting: Say
    nodes: Annotated[dict[Name, NodeShape], Field(min_length=1, max_length=MOST_NODES)]
