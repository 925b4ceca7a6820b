"""Statistics as the API shows them."""

from typing import Annotated

from pydantic import Field

from ct112.web.values import Given, Instant, Shown


class CallFiguresView(Shown):
    """Calls of a class; `key` "all": every call, "none": without a class."""

    key: str
    calls: int
    answered: int
    abandoned: int
    within_10_s: int
    within_15_s: int
    within_20_s: int
    answer_mean_seconds: float | None
    answer_p90_seconds: float | None


class IncidentFiguresView(Shown):
    """Incidents of a class ("all": every one), a category or a kelurahan ("none": not known)."""

    key: str
    incidents: int
    closed: int
    dispatched: int
    dispatched_within_60_s: int
    dispatched_after_answer: int
    reached: int
    reached_within_15_min: int
    response_mean_seconds: float | None
    response_p90_seconds: float | None


class AgencyFiguresView(Shown):
    """What an agency was asked, and how quick it was."""

    key: str
    asked: int
    acknowledged: int
    declined: int
    reached: int
    acknowledged_mean_seconds: float | None
    acknowledged_p90_seconds: float | None
    on_scene_mean_seconds: float | None
    on_scene_p90_seconds: float | None


class DefinitionView(Shown):
    """What a figure means, and who says so."""

    figure: str
    meaning: str
    source: str


class StatisticsView(Shown):
    """A span's figures: `since` ≤ … < `until`. A mean of nothing is null."""

    since: Instant
    until: Instant
    calls: tuple[CallFiguresView, ...]
    classes: tuple[IncidentFiguresView, ...]
    categories: tuple[IncidentFiguresView, ...]
    kelurahan: tuple[IncidentFiguresView, ...]
    agencies: tuple[AgencyFiguresView, ...]
    definitions: tuple[DefinitionView, ...]


class ByMonth(Given):
    """A local month, as 2026-11."""

    month: Annotated[str, Field(pattern=r"^2[0-9]{3}-(0[1-9]|1[0-2])$", max_length=7)]


class SpanQuery(Given):
    """Which span."""

    since: Instant
    until: Instant
