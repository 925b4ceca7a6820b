"""Stays as the API shows them; who sits where now is in GET /api/v1/floor."""

from uuid import UUID

from ct112.web.values import Cursor, Given, Instant, Name, PageSize, Shown


class StayView(Shown):
    """One person at one position, from log-in to log-out; `until` null: still there."""

    id: UUID
    operator: str
    position: str
    since: Instant
    until: Instant | None
    ready: bool
    reason: str | None


class StayPage(Shown):
    """Some of the stays, the newest first. `total` in all, or more when not `exact`."""

    stays: tuple[StayView, ...]
    total: int
    exact: bool
    next: str | None


class StayQuery(Given):
    """Whose stays, or where."""

    limit: PageSize = 50
    after: Cursor | None = None
    operator: Name | None = None
    position: Name | None = None
