"""The menu as the API shows it."""

from typing import Annotated

from pydantic import Field

from ct112.web.values import Cursor, Given, Instant, Line, PageSize, Serial, Shown

LARGEST_DOCUMENT = 64_000  # characters; the built-in one has 1,600, and a check takes time with them
Source = Annotated[str, Field(max_length=LARGEST_DOCUMENT, description="the document, YAML")]


class IvrNow(Shown):
    """What is live (null: the built-in menu), and what a menu is judged by here.

    `version` counts what was published: send it as If-Match to publish.
    """

    version: int
    live: int | None
    recordings_dir: str | None
    state_dir: str
    emergency_limit_seconds: float


class IvrVersion(Shown):
    """A version of the menu; never changed. `published_at`: the last time it went live; null: never."""

    number: int
    live: bool
    note: str
    stored_at: Instant
    published_at: Instant | None
    published_by: str | None


class IvrVersionWhole(IvrVersion):
    """A version with its document."""

    source_yaml: str


class IvrVersionPage(Shown):
    """Some of the versions, the newest first."""

    versions: tuple[IvrVersion, ...]
    total: int
    next: str | None


class IvrVersionQuery(Given):
    """Which versions."""

    limit: PageSize = 50
    after: Cursor | None = None


class ByNumber(Given):
    """The path of a version."""

    number: Serial


class DiffQuery(Given):
    """Compared with which version."""

    against: Annotated[Serial, Field(description="the older version")]


class IvrDiff(Shown):
    """What changes from `against` to `number`: lines that begin with +, -, a space or @@."""

    number: int
    against: int
    lines: tuple[str, ...]


class IvrDocument(Given):
    """A document to be judged."""

    source_yaml: Source


class IvrDraft(IvrDocument):
    """A document to be stored as a version."""

    note: Line = ""


class Publishing(Given):
    """Why this version goes live."""

    note: Line


class IvrProblem(Shown):
    """One thing that is wrong. `line` counts from 1; null concerns the whole. `fatal`: it cannot be live."""

    line: int | None
    message: str
    remedy: str
    fatal: bool


class IvrWay(Shown):
    """One way to the emergency queue, and how long it takes."""

    seconds: float
    told: str


class IvrReport(Shown):
    """What the check found: whether it may be live, the first 200 problems, and the ways to the emergency."""

    ok: bool
    problems: tuple[IvrProblem, ...]
    ways: tuple[IvrWay, ...]


class Preview(Given):
    """A text to be heard as a caller would."""

    text: Annotated[str, Field(min_length=1, max_length=2000, pattern=r"[^\s\x00-\x1f]")]
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[a-z0-9]{2,8}){0,3}$", description="id, en-gb")] = (
        "id"
    )
