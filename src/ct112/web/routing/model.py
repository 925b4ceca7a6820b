"""Routing as the API shows it."""

from typing import Annotated

from pydantic import Field

from ct112.web.values import Cursor, Given, Instant, Line, PageSize, Serial, Shown

LARGEST_DOCUMENT = 64_000  # characters; a check takes time with them
Source = Annotated[str, Field(max_length=LARGEST_DOCUMENT, description="the document, YAML")]
CategoryCode = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$", max_length=40)]
AreaCode = Annotated[str, Field(pattern=r"^[0-9][0-9.]{0,29}$", max_length=30, description="33.75.01.1003")]


class RoutingNow(Shown):
    """Which version is in force. `version` counts what was published: send it as If-Match to publish."""

    version: int
    number: int | None
    unmatched_last_day: int


class RoutingVersion(Shown):
    """A version; never changed. `published_at`: the last time it came into force; null: never."""

    number: int
    in_force: bool
    note: str
    stored_by: str
    stored_at: Instant
    published_at: Instant | None
    published_by: str | None


class RoutingVersionWhole(RoutingVersion):
    """A version with its document."""

    source_yaml: str


class RoutingVersionPage(Shown):
    """Some of the versions, the newest first."""

    versions: tuple[RoutingVersion, ...]
    total: int
    next: str | None


class RoutingVersionQuery(Given):
    """Which versions."""

    limit: PageSize = 50
    after: Cursor | None = None


class ByRoutingNumber(Given):
    """The path of a version."""

    number: Serial


class RoutingDiffQuery(Given):
    """Compared with which version."""

    against: Annotated[Serial, Field(description="the older version")]


class RoutingDiff(Shown):
    """What changes from `against` to `number`: lines that begin with +, -, a space or @@."""

    number: int
    against: int
    lines: tuple[str, ...]


class RoutingDocument(Given):
    """A document to be judged."""

    source_yaml: Source


class RoutingDraft(RoutingDocument):
    """A document to be stored as a version."""

    note: Line = ""


class RoutingPublishing(Given):
    """Why this version comes into force."""

    note: Line


class RoutingProblem(Shown):
    """One thing that is wrong. `line` counts from 1; null: the whole. `fatal`: it cannot be in force."""

    line: int | None
    message: str
    remedy: str
    fatal: bool


class RoutingReport(Shown):
    """What the check found: whether it may be in force, and the first 200 problems."""

    ok: bool
    problems: tuple[RoutingProblem, ...]


class SentView(Shown):
    """An agency, and in words what of it is sent."""

    agency: str
    what: str


class RunCardView(Shown):
    """What one alarm level of a category sends on top of the level below."""

    category: str
    level: int
    sent: tuple[SentView, ...]


class ExplainQuery(Given):
    """An incident as it might be. `at` left out: now."""

    category: CategoryCode
    kelurahan: AreaCode | None = None
    at: Instant | None = None
    alarm_level: Annotated[int, Field(ge=1, le=9)] = 1


class PassedOver(Shown):
    """A rule of the category that stands before the one that fits, and why it does not fit."""

    rule: str
    why: str


class Explanation(Shown):
    """Who would be asked, by which rule, and why. `rule` null: none fits; `alarm`: somebody has to look.

    `local_time`: the moment on the centre's clock. `as_of`: set when the database is away, and a copy of
    then was asked.
    """

    routing_version: int
    rule: str | None
    alarm: bool
    agencies: tuple[str, ...]
    first: tuple[str, ...]
    supporting: tuple[str, ...]
    card: tuple[SentView, ...]
    level: int
    why: tuple[str, ...]
    passed_over: tuple[PassedOver, ...]
    local_time: str
    as_of: Instant | None
