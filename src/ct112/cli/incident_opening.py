"""Opening an incident at the command line, with what the rules propose."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from ct112.cli.audited import who
from ct112.cli.edge import CannotDo
from ct112.incidents.incident import Content, Place
from ct112.incidents.routing import propose
from ct112.incidents.view import IncidentView
from ct112.store import Connection, categories, incidents, routing
from ct112.store.categories import CategoryUnknown, StoredCategory
from ct112.store.incidents import Draft


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What was told of it; `priority` None: the category's."""

    category: str
    priority: int | None
    kelurahan: str | None
    landmark: str | None
    place_text: str | None
    description: str | None
    people_in_danger: int | None
    caller_name: str | None
    caller_number: str | None
    call: UUID | None


async def open_incident(
    connection: Connection, id_: UUID, told: Told, zone: ZoneInfo
) -> tuple[IncidentView, tuple[str, ...]]:
    """Open an incident; return it and the agencies proposed. Ends the command when it cannot be opened."""
    category = await _category(connection, told.category)
    here = datetime.now(zone)
    calls = () if told.call is None else (told.call,)
    draft = Draft(id=id_, content=_content(told, category), calls=calls)
    view, _ = await incidents.open_(connection, draft, by=who(), day=here.date())
    proposal = propose(await routing.book(connection), category.code, told.kelurahan, here)
    if proposal.alarm:
        await routing.unmatched(connection, view.id, category.code, told.kelurahan, proposal.version)
    return view, proposal.agencies


async def _category(connection: Connection, code: str) -> StoredCategory:
    try:
        found = await categories.get(connection, code)
    except CategoryUnknown as error:
        raise CannotDo(str(error)) from None
    if found.retired_at is not None:
        raise CannotDo(f"the category {code} is retired: choose another one")
    return found


def _content(told: Told, category: StoredCategory) -> Content:
    return Content(
        category=category.code,
        priority=told.priority or category.priority,
        place=Place(kelurahan=told.kelurahan, landmark=told.landmark, place_text=told.place_text),
        description=told.description,
        people_in_danger=told.people_in_danger,
        caller_name=told.caller_name,
        caller_number=told.caller_number,
    )
