"""An incident as others are told of it: webhooks, telephone calls, e-mails and exports are made of this."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from ct112.core.record import ServiceClass
from ct112.incidents.incident import Content
from ct112.incidents.states import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchView:
    """How far an agency is. `status` as in `incidents.dispatches`; `what` of it is sent; UTC."""

    id: UUID
    agency: str
    status: str
    asked_at: datetime
    changed_at: datetime
    reason: str | None = None
    what: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentView:
    """All there is to tell of an incident; times in UTC. `version` grows with every change."""

    id: UUID
    number: str
    version: int
    status: Status
    content: Content
    category_name: str
    service_class: ServiceClass
    kelurahan_name: str | None = None
    opened_at: datetime
    opened_by: str
    changed_at: datetime
    closed_at: datetime | None = None
    close_reason: str | None = None
    merged_into: UUID | None = None
    calls: tuple[UUID, ...] = ()
    dispatches: tuple[DispatchView, ...] = ()

    def without_caller(self) -> "IncidentView":
        """Return it as an agency gets it when the caller asked to stay unknown."""
        return replace(self, content=replace(self.content, caller_name=None, caller_number=None))
