"""Rows of the audit as the API shows them."""

from typing import Annotated, Any

from pydantic import Field

from ct112.web.values import Cursor, Given, Instant, PageSize, Shown

Word = Annotated[str, Field(pattern=r"^[a-z0-9_.:-]{1,100}$", max_length=100)]


class AuditView(Shown):
    """One row. `seq` null: not sealed yet. `personal` null: erased."""

    id: int
    seq: int | None
    at: Instant
    actor: str
    role: str
    action: str
    object_kind: str
    object_id: str | None
    detail: dict[str, Any]
    personal: dict[str, Any] | None


class AuditPage(Shown):
    """Some of the rows, the newest first. `exact` false: there are more than `total`."""

    rows: tuple[AuditView, ...]
    total: int
    exact: bool
    next: str | None


class AuditRows(Given):
    """Which rows: all that is said has to hold."""

    actor: Word | None = None
    action: Word | None = None
    object_kind: Word | None = None
    object_id: Word | None = None
    since: Instant | None = None
    until: Instant | None = None
    limit: PageSize = 50
    after: Cursor | None = None
