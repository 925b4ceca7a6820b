"""One try to tell an agency something, and the hands it is done with."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import aiohttp

from ct112.incidents.agencies import Step
from ct112.incidents.destinations import Network
from ct112.incidents.view import IncidentView
from ct112.store.deliveries import Leased
from ct112.worker.agency_phone import Asker


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailing:
    """How mail leaves the house; `host` None: it does not. `security`: starttls, tls, or none."""

    host: str | None = None
    port: int = 587
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    sender: str = ""
    security: str = "starttls"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hands:
    """What deliverers work with: made once, given to each."""

    http: aiohttp.ClientSession
    serve: Asker
    mailing: Mailing
    networks: tuple[Network, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """A delivery with where it goes and what is told. `now`: when it is made, by the database's clock.

    `version`: the dispatch's. What a stopped worker sends late has a lower one than what overtook it.
    `what` of the agency is to be sent, in words.
    `came_by`: dispatches of other centres through which the incident came to us.
    """

    leased: Leased
    agency: str
    status: str
    version: int
    step: Step
    view: IncidentView
    now: datetime
    what: str | None = None
    came_by: tuple[str, ...] = ()

    def told(self) -> dict[str, Any]:
        """Return what is told, as a program reads it."""
        content, place = self.view.content, self.view.content.place
        return {
            "delivery": str(self.leased.id),
            "telling": self.leased.telling,
            "dispatch": {
                "id": str(self.leased.dispatch_id),
                "version": self.version,
                "agency": self.agency,
                "status": self.status,
                "what": self.what,
            },
            "incident": {
                "id": str(self.view.id),
                "number": self.view.number,
                "version": self.view.version,
                "status": self.view.status,
                "category": content.category,
                "category_name": self.view.category_name,
                "service_class": self.view.service_class,
                "priority": content.priority,
                "description": content.description,
                "people_in_danger": content.people_in_danger,
                "caller_name": content.caller_name,
                "caller_number": content.caller_number,
                "place": {
                    "kelurahan": place.kelurahan,
                    "kelurahan_name": self.view.kelurahan_name,
                    "landmark": place.landmark,
                    "text": place.place_text,
                    "latitude": place.latitude,
                    "longitude": place.longitude,
                },
                "opened_at": self.view.opened_at.isoformat(),
            },
        }
