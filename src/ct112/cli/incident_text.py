"""Incidents as lines of text, and what may stand in one that is typed."""

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ct112.cli.edge import CannotDo
from ct112.cli.table import local, one_line

if TYPE_CHECKING:
    from ct112.incidents.view import IncidentView
    from ct112.store.incident_changes import StoredChange

CODE = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
LONGEST_LINE, LONGEST_TEXT = 500, 4000
NOT_KNOWN = "–"


def a_code(given: str | None) -> str | None:
    """Return a category's code, or end the command."""
    if given is not None and not CODE.fullmatch(given):
        raise CannotDo(f"{ascii(given)[:60]} is no category: small letters, digits and '_', as kebakaran")
    return given


def a_line(given: str | None) -> str | None:
    """Return one line of text, or end the command."""
    return None if given is None else _checked(given, LONGEST_LINE, "\n" in given or "\t" in given)


def a_text(given: str | None) -> str | None:
    """Return text of several lines, or end the command."""
    return None if given is None else _checked(given, LONGEST_TEXT, False)


def _checked(given: str, longest: int, broken: bool) -> str:
    if broken or CONTROL.search(given) or not given.strip():
        raise CannotDo("a text is not empty and has no control characters: write it anew")
    if len(given) > longest:
        raise CannotDo(f"that is too long: {longest} characters at most")
    return given


def row(view: "IncidentView") -> tuple[str, ...]:
    """Return an incident as a row of a list."""
    content = view.content
    return (
        view.number,
        view.status,
        str(content.priority),
        content.category,
        where(view),
        local(view.opened_at),
        str(len(view.calls)),
    )


def where(view: "IncidentView") -> str:
    """Return the place in a few words."""
    place = view.content.place
    words = (place.landmark, place.place_text, view.kelurahan_name or place.kelurahan)
    return ", ".join(word for word in words if word) or NOT_KNOWN


def lines(view: "IncidentView") -> Iterator[str]:
    """Return all that is known of an incident, a line each."""
    content, place = view.content, view.content.place
    yield f"incident {view.number}: {view.status}, version {view.version}"
    degrees = None if place.latitude is None else f"{place.latitude:.6f}, {place.longitude:.6f}"
    known = {
        "category": f"{view.category_name} ({content.category}, {view.service_class})",
        "priority": content.priority,
        "where": where(view),
        "coordinates": degrees,
        "what": content.description,
        "people in danger": content.people_in_danger,
        "caller": content.caller_name,
        "number": content.caller_number,
        "withheld": "yes: agencies are not told who called" if content.caller_withheld else None,
        "opened": f"{local(view.opened_at, year=True)} by {view.opened_by}",
        "closed": None
        if view.closed_at is None
        else f"{local(view.closed_at, year=True)}: {view.close_reason}",
        "calls": ", ".join(str(call) for call in view.calls) or None,
        "agencies": ", ".join(f"{one.agency} {one.status}" for one in view.dispatches) or None,
        "merged into": view.merged_into,
    }
    for name, value in known.items():
        if value is not None:
            yield f"  {name + ':':<18}{one_line(str(value))}"


def trail(changes: "Iterable[StoredChange]") -> Iterator[str]:
    """Return what happened, a line each, the oldest first."""
    for change in changes:
        data = ", ".join(f"{name}: {value}" for name, value in change.data.items() if value not in (None, []))
        yield one_line(f"{local(change.at, year=True)}  {change.kind} by {change.by}  {data}").rstrip()
