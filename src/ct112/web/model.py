"""What the web needs to know, in its own terms; `service.py` fills it from the other parts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict

from ct112.core.record import Outcome, ServiceClass


@dataclass(frozen=True, slots=True)
class Part:
    """One component's health. `needed`: without it calls would not be handled."""

    name: str
    ok: bool
    detail: str
    needed: bool = False


@dataclass(frozen=True, slots=True)
class Health:
    """Whether calls would be handled now, and each component."""

    ready: bool
    parts: tuple[Part, ...]


class CallView(BaseModel):
    """A call as the API shows it; times in UTC."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    node: str
    sip_call_id: str | None
    ani: str | None
    ani_e164: str | None
    dialled: str
    arrived_at: datetime
    picked_up_at: datetime | None
    queued_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    service_class: str | None
    class_source: str | None
    ivr_version: int | None
    ivr_path: tuple[str, ...]
    operator: str | None
    position: str | None
    outcome: str | None
    ended_by: str | None
    location: dict[str, Any] | None
    recording: dict[str, Any] | None


class CallFact(BaseModel):
    """One thing that happened to a call."""

    model_config = ConfigDict(from_attributes=True)

    seq: int
    at: datetime
    kind: str
    data: dict[str, Any]


class NotThere(LookupError):
    """There is no such call."""


class Away(RuntimeError):
    """The database cannot be asked now."""


AWAY = Away


class CallsSource(Protocol):
    """Where calls are read. Raises NotThere and Away."""

    async def calls(
        self,
        *,
        limit: int,
        before: str | None,
        service_class: ServiceClass | None,
        outcome: Outcome | None,
    ) -> Sequence[CallView]:
        """Return calls, the newest first; `before` is the last id of the page before."""
        ...

    async def call(self, name: str) -> tuple[CallView, Sequence[CallFact]]:
        """Return one call with what happened to it."""
        ...
