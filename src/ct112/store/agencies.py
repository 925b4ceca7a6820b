"""Agencies, with their contacts and duty. One version for all of an agency: it is changed as a whole."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select, update

from ct112 import logs
from ct112.core.callback_rules import NotDialled
from ct112.incidents.agencies import (
    CODE_PATTERN,
    Agency,
    Contact,
    DutyException,
    Shift,
    Way,
    WayKind,
)
from ct112.incidents.hours import DAYS, Hours
from ct112.store import clean, numbers
from ct112.store.agency_tables import AgencyRow, ContactRow, DutyRow
from ct112.store.engine import Connection
from ct112.store.faults import Stale

log = logs.get("agencies")

LONGEST_NAME = 120  # characters
MOST_CONTACTS = 50
MOST_DUTIES = 200  # shifts and exceptions of a contact
FIELDS = ("kind", "url", "secret", "address", "number", "within_seconds")
DIALLED_ANYWAY = frozenset({None, NotDialled.EMERGENCY})
"""An agency's own short number (113, 119) may be rung; what costs the city money may not."""


class AgencyError(ValueError):
    """What was asked of an agency cannot be; the text says why and what to do."""


class AgencyUnknown(AgencyError):
    """There is no agency of this code."""


class AgencyTaken(AgencyError):
    """There is one of this code already."""


async def agencies(connection: Connection) -> list[Agency]:
    """Return every agency with all that belongs to it, by code."""
    rows = await connection.execute(select(AgencyRow.__table__).order_by(AgencyRow.code))
    contacts = await _contacts(connection, None)
    return [_agency(row, contacts.get(row["code"], ())) for row in rows.mappings()]


async def get(connection: Connection, code: str) -> Agency:
    """Return an agency. Raises AgencyUnknown."""
    query = select(AgencyRow.__table__).where(AgencyRow.code == clean.text(code))
    row = (await connection.execute(query)).mappings().first()
    if row is None:
        raise await _unknown(connection, code)
    return _agency(row, (await _contacts(connection, code)).get(code, ()))


async def codes(connection: Connection) -> dict[str, bool]:
    """Return the codes of all agencies, True for those that act."""
    rows = await connection.execute(select(AgencyRow.code, AgencyRow.active).order_by(AgencyRow.code))
    return {row.code: row.active for row in rows}


async def add(connection: Connection, code: str, name: str) -> Agency:
    """Make an agency, with its page as its only way. Raises AgencyError."""
    if not re.fullmatch(CODE_PATTERN, code):
        raise AgencyError(f"{ascii(code)[:80]} is no code: small letters, digits and '_', 31 at most")
    _check_name(name)
    if code in await codes(connection):
        raise AgencyTaken(f"agency {code} is there already: change it, or choose another code")
    ways = [{"kind": WayKind.PAGE.value}]
    await connection.execute(insert(AgencyRow).values(code=code, name=name, ways=ways))
    return await get(connection, code)


async def change(
    connection: Connection,
    code: str,
    version: int | None,
    *,
    name: str | None = None,
    active: bool | None = None,
    ways: Sequence[Way] | None = None,
    contacts: Sequence[Contact] | None = None,
) -> Agency:
    """Change some of an agency; ways and contacts as a whole, None leaves what is there.

    A way without a secret keeps the one that was there for the same kind and URL. `version` None: whatever
    it is at. Raises AgencyError, Stale.
    """
    before = await _locked(connection, code)
    if version is not None and version != before.version:
        raise Stale
    values: dict[str, Any] = {"version": before.version + 1}
    if name is not None:
        _check_name(name)
        values["name"] = name
    if active is not None:
        values["active"] = active
    if ways is not None:
        values["ways"] = [_way_json(way, number) for number, way in enumerate(with_secrets(ways, before))]
    await connection.execute(update(AgencyRow).where(AgencyRow.code == code).values(**values))
    if contacts is not None:
        await _replace_contacts(connection, before, contacts)
    return await get(connection, code)


def with_secrets(ways: Iterable[Way], before: Agency) -> list[Way]:
    """Return the ways, each that has no secret with the one that was there for the same kind and URL."""
    kept = {(way.kind, way.url): way.secret for way in before.ways if way.secret}
    return [_with(way, kept[way.kind, way.url]) if _keeps(way, kept) else way for way in ways]


def _keeps(way: Way, kept: Mapping[tuple[WayKind, str | None], str | None]) -> bool:
    return way.secret is None and way.url is not None and (way.kind, way.url) in kept


def _with(way: Way, secret: str | None) -> Way:
    return Way(kind=way.kind, url=way.url, secret=secret, within_seconds=way.within_seconds)


async def _locked(connection: Connection, code: str) -> Agency:
    """Return an agency that nobody else changes until the transaction ends."""
    await connection.execute(
        select(AgencyRow.code).where(AgencyRow.code == clean.text(code)).with_for_update()
    )
    return await get(connection, code)


async def _unknown(connection: Connection, code: str) -> AgencyUnknown:
    known = ", ".join(await codes(connection)) or "none"
    return AgencyUnknown(f"there is no agency {ascii(code)[:80]}; there is: {known}")


async def _replace_contacts(connection: Connection, before: Agency, contacts: Sequence[Contact]) -> None:
    if len(contacts) > MOST_CONTACTS:
        raise AgencyError(f"{len(contacts)} contacts: {MOST_CONTACTS} at most")
    if len({contact.id for contact in contacts}) != len(contacts):
        raise AgencyError("two contacts have the same id: leave the id of a new one out")
    for at, contact in enumerate(contacts):
        _check_contact(f"contacts.{at}", contact)
    await connection.execute(delete(ContactRow).where(ContactRow.agency == before.code))
    taken = select(ContactRow.id).where(ContactRow.id.in_([contact.id for contact in contacts]))
    if (await connection.execute(taken)).first() is not None:
        raise AgencyError("a contact has an id of another agency's: leave the id of a new one out")
    for place, contact in enumerate(contacts):
        await connection.execute(insert(ContactRow).values(_contact_row(before.code, place, contact)))
        rows = [*map(_shift_row, contact.shifts), *map(_exception_row, contact.exceptions)]
        for row in rows:
            await connection.execute(insert(DutyRow).values(contact=contact.id, **row))


def _check_contact(where: str, contact: Contact) -> None:
    _check_name(contact.name)
    if len(contact.title) > LONGEST_NAME or not contact.title.isprintable():
        raise AgencyError(f"{where}: a title has at most {LONGEST_NAME} printable characters")
    if contact.number is not None:
        check_dialled(where, contact.number)
    if len(contact.shifts) + len(contact.exceptions) > MOST_DUTIES:
        raise AgencyError(f"{where}: more than {MOST_DUTIES} shifts and exceptions: remove what is over")
    if any(one.start >= one.end for one in contact.exceptions):
        raise AgencyError(f"{where}: an exception ends before it begins: correct its times")


def check_dialled(where: str, number: str) -> None:
    """Raise AgencyError when a number would cost the city money, or is a code of the exchange."""
    why = numbers.not_dialled(number)
    if why not in DIALLED_ANYWAY:
        raise AgencyError(f"{where}: this number is not dialled ({why}): give one that is")


def _check_name(name: str) -> None:
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise AgencyError(f"a name has 1 to {LONGEST_NAME} printable characters: send such a one")


def _way_json(way: Way, number: int) -> dict[str, Any]:
    if way.number is not None:
        check_dialled(f"ways.{number}", way.number)
    return {name: getattr(way, name) for name in FIELDS if getattr(way, name) is not None}


def _contact_row(agency: str, place: int, contact: Contact) -> dict[str, Any]:
    return {
        "id": contact.id,
        "agency": agency,
        "place": place,
        "name": contact.name,
        "title": contact.title,
        "number": contact.number,
        "email": contact.email,
    }


def _shift_row(shift: Shift) -> dict[str, Any]:
    days = [DAYS[day] for day in sorted(shift.hours.days)]
    return {"days": days, "start_minute": shift.hours.start, "end_minute": shift.hours.end}


def _exception_row(one: DutyException) -> dict[str, Any]:
    note = clean.text(one.note)
    return {"starts_at": one.start, "ends_at": one.end, "on_duty": one.on_duty, "note": note}


async def _contacts(connection: Connection, code: str | None) -> dict[str, list[Contact]]:
    """Return the contacts by agency, of one or of all, in their order."""
    query = select(ContactRow.__table__).order_by(ContactRow.agency, ContactRow.place)
    duties = select(DutyRow.__table__).order_by(DutyRow.id)
    if code is not None:
        query = query.where(ContactRow.agency == clean.text(code))
        duties = duties.join(ContactRow, ContactRow.id == DutyRow.contact).where(
            ContactRow.agency == clean.text(code)
        )
    rows = (await connection.execute(query)).mappings().all()
    shifts: dict[UUID, list[Shift]] = {}
    exceptions: dict[UUID, list[DutyException]] = {}
    for row in (await connection.execute(duties)).mappings():
        if row["days"] is not None:
            shifts.setdefault(row["contact"], []).append(_shift(row))
        else:
            exceptions.setdefault(row["contact"], []).append(_exception(row))
    found: dict[str, list[Contact]] = {}
    for row in rows:
        made = Contact(
            id=row["id"],
            name=row["name"],
            title=row["title"],
            number=row["number"],
            email=row["email"],
            shifts=tuple(shifts.get(row["id"], ())),
            exceptions=tuple(exceptions.get(row["id"], ())),
        )
        found.setdefault(row["agency"], []).append(made)
    return found


def _shift(row: Mapping[Any, Any]) -> Shift:
    days = frozenset(DAYS.index(day) for day in row["days"] if day in DAYS)
    return Shift(hours=Hours(days=days, start=row["start_minute"], end=row["end_minute"]))


def _exception(row: Mapping[Any, Any]) -> DutyException:
    return DutyException(start=row["starts_at"], end=row["ends_at"], on_duty=row["on_duty"], note=row["note"])


def _agency(row: Mapping[Any, Any], contacts: Iterable[Contact]) -> Agency:
    ways, damaged = _ways(row["ways"])
    if damaged:
        log.warning("ways in the table are none: they are left out", agency=row["code"], ways=damaged)
    return Agency(
        code=row["code"],
        name=row["name"],
        active=row["active"],
        ways=ways,
        contacts=tuple(contacts),
        version=row["version"],
        damaged=damaged,
    )


def _ways(stored: Any) -> tuple[tuple[Way, ...], tuple[str, ...]]:
    """Return the ways, and those that somebody wrote by hand and are none."""
    if not isinstance(stored, list):
        return (), ("ways",)
    found, damaged = [], []
    for at, one in enumerate(stored):
        way = _way(one)
        if way is None:
            damaged.append(f"ways.{at}")
        else:
            found.append(way)
    return tuple(found), tuple(damaged)


def _way(one: Any) -> Way | None:
    """Return a way, or None for what is none: a field that is not there, or a value that is no text."""
    if not isinstance(one, dict) or not one.keys() <= set(FIELDS):
        return None
    within = one.get("within_seconds")
    texts = all(isinstance(one.get(name), str | None) for name in FIELDS if name != "within_seconds")
    if not texts or (within is not None and (not isinstance(within, int) or isinstance(within, bool))):
        return None
    try:
        return Way(**{**one, "kind": WayKind(one["kind"])})
    except (KeyError, ValueError):
        return None
