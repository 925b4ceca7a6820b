"""The routes of agencies."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from ct112.incidents.agencies import Agency
from ct112.store import Connection, Stale, agencies
from ct112.store.agencies import AgencyError, AgencyTaken, AgencyUnknown
from ct112.web import kinds, versions
from ct112.web.access.principal import LEADERS, STAFF, Principal, Role
from ct112.web.agencies import shown
from ct112.web.agencies.model import (
    AgencyBookView,
    AgencyChange,
    AgencyList,
    AgencyView,
    ByAgency,
    NewAgency,
)
from ct112.web.house import House
from ct112.web.problems import Problem
from ct112.web.routes import Reply, Route
from ct112.web.routing.shown import cards

ADMINS = frozenset({Role.ADMIN})
WHO_SEES = STAFF | {Role.AGENCY}
NONE_YET = "the database has not been there since this web was first started: see docs/runbook.md"


async def list_agencies(house: House, who: Principal, connection: Connection) -> AgencyList:
    """List agencies: ways, contacts, who is on duty now; an agency sees itself alone."""
    found = [_view(house, one) for one in await agencies.agencies(connection) if may_see(who, one.code)]
    return AgencyList(agencies=tuple(found), total=len(found))


async def read_agency(house: House, who: Principal, connection: Connection, path: ByAgency) -> AgencyView:
    """Read one agency; an agency itself alone."""
    own(who, path.code)
    with _problems():
        return _view(house, await agencies.get(connection, path.code))


async def add_agency(house: House, connection: Connection, body: NewAgency) -> Reply[AgencyView]:
    """Make an agency; it has its page alone at first."""
    with _problems():
        made = await agencies.add(connection, body.code, body.name)
    return Reply(_view(house, made), 201, {"Location": f"/api/v1/agencies/{made.code}"})


async def change_agency(
    house: House, who: Principal, connection: Connection, path: ByAgency, body: AgencyChange, version: int
) -> AgencyView:
    """Change an agency: name, contacts and their duty; an admin its ways and whether it acts as well."""
    for name in body.model_fields_set:
        if getattr(body, name) is None:
            raise Problem(kinds.REFUSED, f"{name} cannot be null: leave it out to keep it")
    if who.role is not Role.ADMIN and body.model_fields_set & {"ways", "active"}:
        raise Problem(kinds.NOT_ALLOWED, "ways, and whether an agency acts, are an admin's to change")
    changes: dict[str, Any] = body.model_dump(include={"name", "active"} & body.model_fields_set)
    with _problems():
        if body.ways is not None:
            before = await agencies.get(connection, path.code)
            changes["ways"] = agencies.with_secrets(shown.ways(body.ways), before)
            shown.check_ways(changes["ways"], house.networks)
        if body.contacts is not None:
            changes["contacts"] = shown.contacts(body.contacts)
        return _view(house, await agencies.change(connection, path.code, version, **changes))


async def read_agency_book(house: House) -> AgencyBookView:
    """Read agencies, who is on duty now and the run cards, with the database away as well; says how old."""
    copy = house.agency_book.copy
    if copy is None:
        raise Problem(kinds.AWAY, NONE_YET, title="no agency book yet")
    book = copy.book()
    return AgencyBookView(
        as_of=copy.as_of,
        age_seconds=max(0.0, (datetime.now(UTC) - copy.as_of).total_seconds()),
        agencies=tuple(_view(house, agency) for agency in copy.agencies),
        routing_version=book.version,
        default_first=book.default.first,
        run_cards=cards(book),
    )


def may_see(who: Principal, code: str) -> bool:
    """Return whether this is somebody of the centre, or of just this agency."""
    return who.role is not Role.AGENCY or who.agency == code


def own(who: Principal, code: str) -> None:
    """Refuse an agency what is another's, as if it were not there. Raises Problem."""
    if not may_see(who, code):
        raise Problem(kinds.NOT_FOUND, "an agency sees itself alone", title="no such agency")


@contextmanager
def _problems() -> Iterator[None]:
    """Turn what the store raises into problems."""
    try:
        yield
    except Stale:
        raise versions.stale() from None
    except AgencyUnknown as error:
        raise Problem(kinds.NOT_FOUND, str(error), title="no such agency") from None
    except AgencyTaken as error:
        raise Problem(kinds.CONFLICT, str(error)) from None
    except AgencyError as error:
        raise Problem(kinds.REFUSED, str(error)) from None


def _view(house: House, agency: Agency) -> AgencyView:
    return shown.view(agency, datetime.now(house.zone))


PATH = "/api/v1/agencies/{code}"
ROUTES = (
    Route("GET", "/api/v1/agencies", list_agencies, WHO_SEES, audit="agency.list"),
    Route(
        "POST",
        "/api/v1/agencies",
        add_agency,
        ADMINS,
        status=201,
        problems=frozenset({kinds.CONFLICT, kinds.REFUSED}),
        keyed=True,
        audit="agency.add",
    ),
    Route("GET", PATH, read_agency, WHO_SEES, audit="agency.read"),
    Route(
        "PATCH",
        PATH,
        change_agency,
        LEADERS,
        problems=frozenset({kinds.NOT_ALLOWED, kinds.REFUSED}),
        audit="agency.change",
        largest_body=256 * 1024,
    ),
    Route("GET", "/api/v1/agency-book", read_agency_book, STAFF, audit="agency.book"),
)
