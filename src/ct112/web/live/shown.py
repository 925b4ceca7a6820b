"""What a role may see of the floor: everything, or everything but who calls."""

from collections.abc import Callable, Mapping
from typing import Any

from ct112.control.feed import SNAPSHOT
from ct112.web.access.principal import STAFF, Principal

PERSONAL = {"calls": ("ani", "dialled", "location"), "callbacks": ("number",)}
WHOLE, UNNAMED = "whole", "unnamed"
View = Callable[[Mapping[str, Any]], dict[str, Any]]


def view_of(who: Principal) -> str:
    """Return the name of the view this principal gets."""
    return WHOLE if who.role in STAFF else UNNAMED


def unnamed(message: Mapping[str, Any]) -> dict[str, Any]:
    """Return a message of the feed without what tells who calls, and from where."""
    shown = dict(message)
    for part, fields in PERSONAL.items():
        things = message.get(part)
        if not things:
            continue
        if message["kind"] == SNAPSHOT:
            shown[part] = [_without(thing, fields) for thing in things]
        else:
            shown[part] = {name: thing and _without(thing, fields) for name, thing in things.items()}
    return shown


def _without(thing: Mapping[str, Any], fields: tuple[str, ...]) -> dict[str, Any]:
    return {name: None if name in fields else value for name, value in thing.items()}
