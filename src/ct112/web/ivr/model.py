"""The menu as the API shows it."""

from typing import Annotated, Literal

from pydantic import Field

from ct112.core.record import ClassSource, ServiceClass
from ct112.web.values import LARGEST_ID, Cursor, Given, Instant, Line, PageSize, Serial, Shown

LARGEST_DOCUMENT = 64_000  # characters; the built-in one has 1,600, and a check takes time with them
SpokenLanguage = Annotated[
    str, Field(pattern=r"^[a-z]{2,3}(-[a-z0-9]{2,8}){0,3}$", max_length=40, description="id, en-gb")
]
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


class IvrSource(Shown):
    """A document as it is written."""

    source_yaml: str


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


class IvrLeg(Shown):
    """A part of a way: "NODE said", "NODE said again" or "wait"."""

    what: str
    seconds: float


class IvrWay(Shown):
    """One way to the emergency queue, and how long it takes. `since`: "pick-up", or "'KEY' in NODE"."""

    seconds: float
    told: str
    since: str
    caller: str
    legs: tuple[IvrLeg, ...]


class IvrReport(Shown):
    """What the check found: whether it may be live, the first 200 problems, and the ways to the emergency."""

    ok: bool
    problems: tuple[IvrProblem, ...]
    ways: tuple[IvrWay, ...]


class Preview(Given):
    """A text to be heard as a caller would."""

    text: Annotated[str, Field(min_length=1, max_length=2000, pattern=r"[^\s\x00-\x1f]")]
    language: SpokenLanguage = "id"


class IvrPress(Given):
    """A key, so many seconds after pick-up."""

    at: Annotated[float, Field(ge=0, le=3600, allow_inf_nan=False)]
    key: Annotated[str, Field(pattern=r"^[0-9*#]$")]


class IvrTrial(IvrDocument):
    """A document, and what a caller presses in it. `picked_up_at`: for its hours; null: now."""

    presses: Annotated[tuple[IvrPress, ...], Field(max_length=60)] = ()
    picked_up_at: Instant | None = None


class IvrCall(IvrDocument):
    """A document, and the position whose phone plays it."""

    position: Annotated[str, Field(min_length=1, max_length=64)]


class IvrPrompt(Shown):
    """A piece of sound: `GET /api/v1/ivr/prompts/{key}`."""

    key: str
    seconds: float
    text: str


class IvrTurn(Shown):
    """What happens `at` seconds after pick-up. `service_class`, `class_source`: how the caller is queued."""

    at: float
    node: str
    kind: Literal["enters", "says", "presses", "silence", "queued"]
    key: str | None
    prompts: tuple[IvrPrompt, ...]
    service_class: ServiceClass | None
    class_source: ClassSource | None


class IvrCourse(Shown):
    """What such a caller hears and does until queued; after the last key the caller stays silent."""

    turns: tuple[IvrTurn, ...]


class ByPrompt(Given):
    """The path of a piece of sound."""

    key: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$", max_length=32)]


class IvrCallsQuery(Given):
    """Calls that ran which version (0: the built-in menu), from when on."""

    number: Annotated[int, Field(ge=0, le=LARGEST_ID)]
    since: Instant


class IvrNodeCalls(Shown):
    """How many calls came through a node, and how many callers hung up in it."""

    node: str
    calls: int
    left: int


class IvrCalls(Shown):
    """Calls per node of one version."""

    number: int
    calls: int
    nodes: tuple[IvrNodeCalls, ...]
