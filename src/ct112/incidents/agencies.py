"""The bodies that act, how each is reached, and who of it is on duty: who is off duty is never chosen."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from ct112.core.value import value
from ct112.incidents import hours
from ct112.incidents.hours import Hours

CODE_PATTERN = "^[a-z][a-z0-9_]{0,30}$"
"""What an agency's code may be; the accounts' `agency` has the same."""


class WayKind(StrEnum):
    """How an agency is told of a dispatch."""

    PAGE = "page"  # its own page and API: it looks, nothing is sent
    WEBHOOK = "webhook"
    EMAIL = "email"
    PHONE = "phone"
    CENTRE = "centre"  # a neighbouring city's centre


@value(frozen=True, slots=True, kw_only=True)
class Way:
    """One way to an agency. Which field says where is the kind's; `secret` signs, and is never shown.

    A phone or e-mail way without a number or address of its own is tried with each contact on duty.
    `within_seconds`: how long an acknowledgement is waited for; None: as the incident's priority says.
    """

    kind: WayKind
    url: str | None = None
    secret: str | None = None
    address: str | None = None
    number: str | None = None
    within_seconds: int | None = None

    def __repr__(self) -> str:
        """Leave out the secret, and where: a number or an address is somebody's."""
        return f"Way({self.kind})"


@value(frozen=True, slots=True, kw_only=True)
class Shift:
    """Hours of the week in which a contact is on duty."""

    hours: Hours


@value(frozen=True, slots=True, kw_only=True)
class DutyException:
    """A span in which a contact is on duty, or is not, whatever the shifts say. UTC, until before `end`."""

    start: datetime
    end: datetime
    on_duty: bool
    note: str = ""


@value(frozen=True, slots=True, kw_only=True)
class Contact:
    """A person or desk of an agency, in the order they are tried. Without a shift: never on duty."""

    id: UUID
    name: str
    title: str = ""
    number: str | None = None
    email: str | None = None
    shifts: tuple[Shift, ...] = ()
    exceptions: tuple[DutyException, ...] = ()

    def __repr__(self) -> str:
        """Leave out who it is."""
        return f"Contact({self.id})"

    def on_duty(self, at: datetime) -> bool:
        """Return whether they may be rung. `at`: aware, local. Of two exceptions, being off counts."""
        spans = [one.on_duty for one in self.exceptions if one.start <= at < one.end]
        if spans:
            return all(spans)
        return any(hours.holds(shift.hours.mask(), at) for shift in self.shifts)


@value(frozen=True, slots=True, kw_only=True)
class Agency:
    """An agency: `ways` and `contacts` in the order they are tried. Not `active`: it is asked no more.

    `damaged`: what of its row cannot be read, as "ways.1": somebody wrote it by hand.
    """

    code: str
    name: str
    active: bool = True
    ways: tuple[Way, ...] = ()
    contacts: tuple[Contact, ...] = ()
    version: int = 1
    damaged: tuple[str, ...] = ()


@value(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to try: a way, and with which contact of those on duty (None: the way's own desk)."""

    way: WayKind
    within_seconds: int | None
    url: str | None = None
    secret: str | None = None
    address: str | None = None
    number: str | None = None
    contact: UUID | None = None

    def __repr__(self) -> str:
        """Leave out the secret and where."""
        return f"Step({self.way}, contact={self.contact})"


def on_duty(agency: Agency, at: datetime) -> tuple[Contact, ...]:
    """Return the contacts who are on duty, in order. `at`: aware, local."""
    return tuple(contact for contact in agency.contacts if contact.on_duty(at))


def steps(agency: Agency, at: datetime) -> tuple[Step, ...]:
    """Return what to try, in order. `at`: aware, local. None: nobody can be reached now."""
    if not agency.active:
        return ()
    people = on_duty(agency, at)
    return tuple(step for way in agency.ways for step in _steps(way, people))


def _steps(way: Way, people: tuple[Contact, ...]) -> tuple[Step, ...]:
    match way.kind:
        case WayKind.PHONE if way.number is None:
            return tuple(
                Step(way=way.kind, within_seconds=way.within_seconds, number=one.number, contact=one.id)
                for one in people
                if one.number
            )
        case WayKind.EMAIL if way.address is None:
            return tuple(
                Step(way=way.kind, within_seconds=way.within_seconds, address=one.email, contact=one.id)
                for one in people
                if one.email
            )
        case _:
            return (
                Step(
                    way=way.kind,
                    within_seconds=way.within_seconds,
                    url=way.url,
                    secret=way.secret,
                    address=way.address,
                    number=way.number,
                ),
            )


def troubles(agency: Agency, at: datetime) -> tuple[str, ...]:
    """Return why an agency cannot be reached as it should, in words: for the doctor and the book."""
    if not agency.active:
        return ()
    found = [f"{field} cannot be read: write it anew" for field in agency.damaged]
    if not any(way.kind is not WayKind.PAGE for way in agency.ways):
        found.append("no way but its page: nothing rings there")
    wants_people = [
        way for way in agency.ways if way.kind in (WayKind.PHONE, WayKind.EMAIL) and not _own(way)
    ]
    if wants_people and not on_duty(agency, at):
        found.append("nobody is on duty now" if agency.contacts else "no contacts are filled in")
    if not steps(agency, at):
        found.append("nobody can be reached now")
    return tuple(found)


def _own(way: Way) -> bool:
    return way.number is not None or way.address is not None
