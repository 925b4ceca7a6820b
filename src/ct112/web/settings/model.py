"""The settings as the API shows them: numbers in seconds that may change while `ct112 serve` runs."""

from typing import TYPE_CHECKING

from pydantic import Field, create_model

from ct112.core.settings import SETTINGS
from ct112.web.values import Cursor, Given, Instant, Line, PageSize, Shown


class SettingView(Shown):
    """A setting, in seconds. `default`: what ct112 is started with; `changed`: it was set to `value`.

    It may be set from `minimum` to `maximum`.
    """

    name: str
    value: float
    default: float
    minimum: float
    maximum: float
    changed: bool
    meaning: str


class SettingList(Shown):
    """All settings. `version` counts the changes: send it as If-Match to change some.

    `refused`: why serve does not take this version, and goes by the one before; null when it does.
    """

    version: int
    refused: str | None
    settings: tuple[SettingView, ...]
    note: str
    changed_by: str | None
    changed_at: Instant | None


if TYPE_CHECKING:

    class SettingValues(Shown):
        """What was set, in seconds; null was at its default."""

else:
    SettingValues = create_model(
        "SettingValues",
        __base__=Shown,
        __doc__="What was set, in seconds; null was at its default.",
        **{one.name: (float | None, None) for one in SETTINGS},
    )


class SettingVersionView(Shown):
    """What was set once a change was made: all of it."""

    version: int
    values: SettingValues
    note: str
    changed_by: str
    changed_at: Instant


class SettingVersionPage(Shown):
    """Some of the changes, the newest first."""

    versions: tuple[SettingVersionView, ...]
    total: int
    next: str | None


class SettingVersionQuery(Given):
    """Which changes."""

    limit: PageSize = 50
    after: Cursor | None = None


class Why(Given):
    """The reason of a change, for those who read the history."""

    note: Line = ""


if TYPE_CHECKING:

    class SettingChange(Why):
        """What changes, in seconds; what is not sent stays, null is the default."""

else:
    SettingChange = create_model(
        "SettingChange",
        __base__=Why,
        __doc__="What changes, in seconds; what is not sent stays, null is the default.",
        **{
            one.name: (float | None, Field(None, ge=one.low, le=one.high, description=one.meaning))
            for one in SETTINGS
        },
    )
