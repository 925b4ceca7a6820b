"""Agencies between the rules' values and the API's models."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from ipaddress import IPv4Network, IPv6Network

from ct112.incidents import destinations
from ct112.incidents.agencies import Agency, Contact, DutyException, Shift, Way, troubles
from ct112.incidents.hours import DAY, DAYS, Hours
from ct112.web import kinds
from ct112.web.agencies.model import (
    AgencyView,
    ContactView,
    ExceptionView,
    GivenContact,
    GivenWay,
    ShiftView,
    WayView,
)
from ct112.web.problems import FieldProblem, Place, Problem


def view(agency: Agency, at: datetime) -> AgencyView:
    """Return an agency as it is at a moment (aware, local)."""
    return AgencyView(
        code=agency.code,
        name=agency.name,
        active=agency.active,
        version=agency.version,
        ways=tuple(_way(way) for way in agency.ways),
        contacts=tuple(_contact(contact, at) for contact in agency.contacts),
        troubles=troubles(agency, at),
    )


def ways(given: Sequence[GivenWay]) -> list[Way]:
    """Return the ways as the rules have them; whether they may be is another question."""
    return [
        Way(
            kind=one.kind,
            url=one.url,
            secret=None if one.secret is None else one.secret.get_secret_value(),
            address=one.address,
            number=one.number,
            within_seconds=one.within_seconds,
        )
        for one in given
    ]


def check_ways(found: Sequence[Way], networks: Sequence[IPv4Network | IPv6Network]) -> None:
    """Refuse ways that lead nowhere, or where nothing may be sent. Raises Problem."""
    wrong = destinations.ways_trouble(found, networks)
    if wrong:
        _refuse(wrong)


def contacts(given: Sequence[GivenContact]) -> list[Contact]:
    """Return the contacts as the rules have them. Raises Problem for a number or an address that is none."""
    wrong: list[tuple[str, str, str]] = []
    for at, one in enumerate(given):
        trouble = None if one.number is None else destinations.number_trouble(one.number)
        if trouble is not None:
            wrong.append((f"contacts.{at}.number", *trouble))
        if one.email is not None and not destinations.is_email(one.email):
            wrong.append((f"contacts.{at}.email", "is no e-mail address", "send one like piket@example.org"))
        for number, shift in enumerate(one.shifts):
            if shift.start == "24:00":
                wrong.append((f"contacts.{at}.shifts.{number}.start", "is a day's end", "send 00:00"))
    if wrong:
        _refuse(wrong)
    return [_given_contact(one) for one in given]


def _refuse(wrong: Sequence[tuple[str, str, str]]) -> None:
    fields = [
        FieldProblem(place=Place.BODY, field=field, message=message, remedy=remedy)
        for field, message, remedy in wrong
    ]
    said = "; ".join(f"{one.field} {one.message}: {one.remedy}" for one in fields)
    raise Problem(kinds.REFUSED, said, fields=fields)


def _way(way: Way) -> WayView:
    return WayView(
        kind=way.kind,
        url=way.url,
        address=way.address,
        number=way.number,
        within_seconds=way.within_seconds,
        has_secret=way.secret is not None,
    )


def _contact(contact: Contact, at: datetime) -> ContactView:
    return ContactView(
        id=contact.id,
        name=contact.name,
        title=contact.title,
        number=contact.number,
        email=contact.email,
        on_duty=contact.on_duty(at),
        shifts=tuple(_shift(shift.hours) for shift in contact.shifts),
        exceptions=tuple(ExceptionView.model_validate(one) for one in contact.exceptions),
    )


def _shift(hours: Hours) -> ShiftView:
    days = [DAYS[day] for day in sorted(hours.days)]
    return ShiftView.model_validate({"days": days, "start": clock(hours.start), "end": clock(hours.end)})


def clock(minute: int) -> str:
    """Return a minute of the day as a clock shows it; the day's end is 24:00."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _minute(text: str) -> int:
    return min(int(text[:2]) * 60 + int(text[3:]), DAY)


def _given_contact(given: GivenContact) -> Contact:
    return Contact(
        id=given.id or uuid.uuid4(),
        name=given.name,
        title=given.title,
        number=given.number,
        email=given.email,
        shifts=tuple(
            Shift(
                hours=Hours(
                    days=frozenset(DAYS.index(day) for day in one.days),
                    start=_minute(one.start),
                    end=_minute(one.end),
                )
            )
            for one in given.shifts
        ),
        exceptions=tuple(
            DutyException(start=one.start, end=one.end, on_duty=one.on_duty, note=one.note)
            for one in given.exceptions
        ),
    )
