"""The busy hour, and what it needs. Bounded: at most a few seconds of arithmetic."""

from typing import Annotated

from pydantic import Field

from ct112.web.values import Given, Shown

Share = Annotated[float, Field(ge=0.01, le=0.9999)]
Seconds = Annotated[float, Field(ge=0, le=3600)]


class BusyHour(Given):
    """The traffic, and what is promised. Shares between 0 and 1, times in seconds."""

    calls_per_hour: Annotated[float, Field(ge=0.01, le=1000)]
    handle_seconds: Annotated[float, Field(ge=10, le=1800, description="talk and wrap-up, mean")]
    target_share: Annotated[Share, Field(description="of callers answered within target_seconds")] = 0.9
    target_seconds: Annotated[float, Field(ge=0, le=120)] = 15
    patience_seconds: Annotated[
        float | None, Field(ge=1, le=300, description="mean wait before giving up; without: for ever")
    ] = None
    operators: Annotated[int | None, Field(ge=1, le=500, description="say what so many give, too")] = None
    shrinkage: Annotated[float, Field(ge=0, le=0.9, description="share of time not at the phone")] = 0.0
    wrap_up_seconds: Annotated[Seconds, Field(description="of the handle time, with no caller")] = 10
    ivr_seconds: Annotated[Seconds, Field(description="on the line before the queue")] = 12
    blocking: Annotated[
        float, Field(ge=1e-6, le=0.5, description="share of calls that may find all lines taken")
    ] = 0.01


class ServiceGiven(Shown):
    """What callers get from so many operators. `wait_seconds` null: the queue grows for ever."""

    operators: int
    within_target: float
    waiting: float
    wait_seconds: float | None
    abandoned: float
    occupancy: float
    overloaded: bool


class Capacity(Shown):
    """What the busy hour needs; the lines are for the `service` shown. null: no number is enough."""

    erlangs: float
    operators_needed: int
    on_the_roster: int
    lines_needed: int | None
    line_erlangs: float | None
    service: ServiceGiven
