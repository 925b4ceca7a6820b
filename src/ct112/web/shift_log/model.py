"""The shift log as the API shows it and takes it."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from ct112.web.values import Cursor, Given, Instant, PageSize, Shown

Note = Annotated[
    str,
    Field(
        min_length=1,
        max_length=4000,
        pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x08\x0b-\x1f\x7f]*$",
    ),
]
"""Text of several lines for people, which says something."""


class EntryView(Shown):
    """An entry of the shift log. `hands_over`: for the next shift, which has it since `taken_at`."""

    id: UUID
    written_at: Instant
    written_by: str
    note: str
    hands_over: bool
    taken_at: Instant | None
    taken_by: str | None


class EntryPage(Shown):
    """Some of the entries, the newest first."""

    entries: tuple[EntryView, ...]
    total: int
    exact: bool
    next: str | None


class EntryQuery(Given):
    """Which entries."""

    limit: PageSize = 50
    after: Cursor | None = None
    since: Annotated[Instant | None, Field(description="written at this time or later")] = None
    until: Annotated[Instant | None, Field(description="written before this time")] = None
    open: Annotated[bool, Field(description="handed over and not taken yet, alone")] = False


class NewEntry(Given):
    """What is written down; `hands_over`: for the next shift."""

    note: Note
    hands_over: bool = False
