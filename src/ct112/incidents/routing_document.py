"""From the stored document to a book that can be asked.

The document was checked before it was published; what somebody wrote into the database by hand may be
anything, and is refused as a whole.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ct112.incidents.hours import DAY, DAYS, Hours
from ct112.incidents.routing import Agencies, Book, Rule, Sent

NOBODY = Agencies(first=())


class BadDocument(ValueError):
    """The stored document cannot be used; the text says where."""


def empty_book(agencies: Iterable[str]) -> Book:
    """Return a book without rules: everything is an alarm, and nobody is proposed."""
    return Book(version=0, rules=(), default=NOBODY, cards={}, agencies=frozenset(agencies))


def read_book(document: Mapping[str, Any], *, version: int, agencies: Iterable[str]) -> Book:
    """Return the book of a document. `agencies`: the codes of those that act. Raises BadDocument."""
    try:
        groups: Mapping[str, Any] = document.get("areas") or {}
        named: Mapping[str, Any] = document.get("hours") or {}
        return Book(
            version=version,
            rules=tuple(_rule(rule, groups, named) for rule in document["rules"]),
            default=_agencies(document["default"]),
            cards={
                str(category): {int(level): _sent(sent) for level, sent in levels.items()}
                for category, levels in (document.get("run_cards") or {}).items()
            },
            agencies=frozenset(agencies),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadDocument(f"the routing document is damaged: {type(error).__name__} {error}") from error


def hours_of(given: Mapping[str, Any]) -> Hours:
    """Return hours from `{days, from, to}`, minutes of the day. Raises ValueError and the like."""
    start, end = int(given["from"]), int(given["to"])
    if not (0 <= start < DAY and 0 <= end <= DAY):
        raise ValueError("a time outside the day")
    return Hours(days=frozenset(DAYS.index(day) for day in given["days"]), start=start, end=end)


def _rule(rule: Mapping[str, Any], groups: Mapping[str, Any], named: Mapping[str, Any]) -> Rule:
    areas = {area: "" for area in rule.get("areas") or () if area not in groups}
    for group in rule.get("areas") or ():
        areas |= {str(area): group for area in groups.get(group, ()) if area not in areas}
    spans = tuple(hours_of(one) for name in rule.get("hours") or () for one in named[name])
    if (rule.get("areas") and not areas) or (rule.get("hours") and not spans):
        raise ValueError("a group without areas or hours: its rule would hold anywhere, or always")
    return Rule(
        name=str(rule["name"]),
        agencies=_agencies(rule),
        categories=frozenset(_texts(rule.get("categories") or ())),
        areas=frozenset(areas),
        hours=spans,
        groups={area: group for area, group in areas.items() if group},
    )


def _agencies(given: Mapping[str, Any]) -> Agencies:
    return Agencies(first=_texts(given["first"]), supporting=_texts(given.get("supporting") or ()))


def _sent(given: Sequence[Mapping[str, Any]]) -> tuple[Sent, ...]:
    return tuple(Sent(agency=str(one["agency"]), what=str(one.get("send") or "")) for one in given)


def _texts(given: Any) -> tuple[str, ...]:
    if isinstance(given, str):
        raise TypeError("a text where a list is wanted")
    return tuple(str(one) for one in given)
