"""The day so far, as a wallboard shows it."""

from ct112.core.record import ServiceClass
from ct112.web.values import Instant, Shown


class HourView(Shown):
    """The calls that arrived in an hour of the local day (0 to 23)."""

    hour: int
    calls: int
    answered: int
    abandoned: int
    within_15_s: int


class OpenIncidentsView(Shown):
    """Open incidents of a class in a kelurahan; `area` null: it is not known where."""

    service_class: ServiceClass
    area: str | None
    area_name: str | None
    incidents: int
    oldest_at: Instant


class WallView(Shown):
    """The local day since midnight. Of `calls`, `within_15_s` are wanted at `target_percent`.

    `hours`: those in which calls arrived; they add up to the totals. `at`: when it was read.
    """

    at: Instant
    since: Instant
    target_percent: int
    calls: int
    answered: int
    abandoned: int
    within_15_s: int
    hours: tuple[HourView, ...]
    incidents: tuple[OpenIncidentsView, ...]
