"""The types that paths, queries and bodies are made of; each refuses what the database could not take."""

import re
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)")
LARGEST_ID = 2**63 - 1


def _rfc3339(value: object) -> object:
    if isinstance(value, datetime):
        return value
    if isinstance(value, str) and RFC3339.fullmatch(value):
        return datetime.fromisoformat(value.upper())
    raise ValueError("not a time as in RFC 3339")


def _utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("a time before the first or after the last year") from None


Instant = Annotated[AwareDatetime, BeforeValidator(_rfc3339), AfterValidator(_utc)]
"""A moment with its offset (RFC 3339), kept in UTC."""
Serial = Annotated[int, Field(ge=1, le=LARGEST_ID)]
"""A number the database gave."""
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,30}$", max_length=31)]
"""What an operator or a position may be called."""
Line = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]*$", max_length=500)]
"""One line of text for people, without control characters."""
Cursor = Annotated[str, Field(min_length=1, max_length=400, description="`next` of the page before")]
"""Where a page begins: opaque."""
PageSize = Annotated[int, Field(ge=1, le=500, description="how many at most")]


class Given(BaseModel):
    """What a client sends: nothing that is not asked for, no type for another."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Shown(BaseModel):
    """What a client gets: made from the attributes of what the store or the floor returns."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


class ById(Given):
    """The path of a thing with an id of ours."""

    id: UUID


class BySerial(Given):
    """The path of a thing with a number of the database's."""

    id: Serial


class ByName(Given):
    """The path of an operator or a position."""

    name: Name
