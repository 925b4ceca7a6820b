"""Calling out to the agency book: the number is looked up here, and is nothing a client can send."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from ct112.incidents.agencies import Agency, WayKind
from ct112.web import kinds
from ct112.web.access.principal import STAFF, Principal
from ct112.web.agencies.model import AgencyCode
from ct112.web.agencies.routes import NONE_YET
from ct112.web.asking import PROBLEMS, Accepted, ask
from ct112.web.house import House
from ct112.web.operators.routes import themselves
from ct112.web.problems import Problem
from ct112.web.routes import Route
from ct112.web.values import Given

DESK: Literal["desk"] = "desk"


class ByContact(Given):
    """The path of a contact; `desk`: the agency's own number, as its way by telephone has it."""

    code: AgencyCode
    contact: UUID | Literal["desk"]

    @property
    def id(self) -> str:
        """What the audit says was called."""
        return f"{self.code}/{self.contact}"


class Calling(Given):
    """Who calls: their own phone rings first."""

    operator: Annotated[str, Field(min_length=1, max_length=64)]


async def call_contact(
    house: House, who: Principal, ask_id: UUID, path: ByContact, body: Calling
) -> Accepted:
    """Ring the operator's own phone, then a contact of the agency book; operators for themselves alone.

    With the database away the last good copy of the book says the number. How far it is: the position's
    `call_out` in the live feed.
    """
    themselves(who, body.operator)
    contact = str(path.contact)
    number = _number(house, path.code, contact)
    return await ask(
        house,
        who,
        ask_id,
        "call_contact",
        operator=body.operator,
        agency=path.code,
        contact=contact,
        number=number,
    )


def _number(house: House, code: str, contact: str) -> str:
    """Return what the book has for this contact. Raises Problem."""
    copy = house.agency_book.copy
    if copy is None:
        raise Problem(kinds.AWAY, NONE_YET, title="no agency book yet")
    agency = next((one for one in copy.agencies if one.code == code), None)
    if agency is None:
        raise _unknown("there is no such agency in the book: load it again")
    if not agency.active:
        raise Problem(kinds.CONFLICT, f"{agency.name} is not active: ask an admin")
    number = _desk(agency) if contact == DESK else _of(agency, contact)
    if not number:
        raise _unknown(f"the book has no number for this contact of {agency.name}: ask a supervisor for it")
    return number


def _of(agency: Agency, contact: str) -> str | None:
    return next((one.number for one in agency.contacts if str(one.id) == contact), None)


def _desk(agency: Agency) -> str | None:
    return next((way.number for way in agency.ways if way.kind is WayKind.PHONE and way.number), None)


def _unknown(text: str) -> Problem:
    return Problem(kinds.NOT_FOUND, text, title="no such contact")


ROUTES = (
    Route(
        "POST",
        "/api/v1/agencies/{code}/contacts/{contact}/call",
        call_contact,
        STAFF,
        status=202,
        problems=PROBLEMS | {kinds.AWAY, kinds.LIVE_AWAY},
        audit="agency.call",
    ),
)
