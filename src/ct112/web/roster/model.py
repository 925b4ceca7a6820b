"""The duty roster as the API shows it; times in UTC."""

from typing import Annotated

from pydantic import Field

from ct112.web.values import Given, Instant, Name, Shown


class Duty(Shown):
    """One planned duty. Without `operator` it says how many `people` should be there."""

    id: int
    starts_at: Instant
    ends_at: Instant
    operator: str | None
    people: int


class DutyList(Shown):
    """What is planned in a span of time, in order."""

    duties: tuple[Duty, ...]
    total: int


class Span(Given):
    """Which span of time, at most 62 days."""

    since: Instant
    until: Instant


class NewDuty(Given):
    """A duty to be planned; within two days."""

    starts_at: Instant
    ends_at: Instant
    operator: Name | None = None
    people: Annotated[int, Field(ge=1, le=999)] = 1


class Plan(Given):
    """Duties to be planned, all or none; one that is planned already stays."""

    duties: Annotated[tuple[NewDuty, ...], Field(min_length=1, max_length=500)]


class Planned(Shown):
    """How many duties are new."""

    planned: int
