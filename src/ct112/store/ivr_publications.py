"""Which version of the menu is live: every publishing is a row, the last one decides."""

from dataclasses import dataclass
from datetime import datetime

from ct112.store.publications import InForce, Publications, UnknownVersion
from ct112.store.tables import IvrPublication, IvrVersion

__all__ = ["InForce", "StoredVersion", "UnknownVersion", "add", "get", "live", "page", "publish"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredVersion:
    """A version as a list shows it. `published_at`, `published_by`: the last time; None: it never was."""

    number: int
    note: str
    stored_at: datetime
    published_at: datetime | None
    published_by: str | None


MENUS = Publications(
    "ivr",
    StoredVersion,
    IvrVersion.metadata.tables["ivr_version"],
    IvrPublication.metadata.tables["ivr_publication"],
    "version",
    stored_at="published_at",
)
add, publish, live, get, page = MENUS.add, MENUS.publish, MENUS.in_force, MENUS.get, MENUS.page
