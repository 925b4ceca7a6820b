"""Which agencies are asked to act: the first rule that fits decides, and says why.

A book holds the rules in order, a default, and the run cards. What no rule fits has the default, and is an
alarm: it is never silent. Local time comes in; nothing here reads a clock.
"""

from collections.abc import Iterator, Mapping
from dataclasses import field
from datetime import datetime

from ct112.core.value import value
from ct112.incidents import hours
from ct112.incidents.hours import Hours

FIRST_LEVEL = 1  # the alarm level every incident begins with; run cards are for those above it
MOST_LEVELS = 9
MORE = " + "  # between what is sent and what is sent on top of it


@value(frozen=True, slots=True, kw_only=True)
class Agencies:
    """Who is asked first, and who supports them; codes, each once."""

    first: tuple[str, ...]
    supporting: tuple[str, ...] = ()


@value(frozen=True, slots=True, kw_only=True)
class Rule:
    """What has to hold, and who is asked then. No categories, areas or hours: any.

    An area stands for what lies in it, by its code: 33.75.01 for 33.75.01.1003. `groups` has, for an area
    that came from a group, the group's name. `minutes`: the mask of `hours`.
    """

    name: str
    agencies: Agencies
    categories: frozenset[str] = frozenset()
    areas: frozenset[str] = frozenset()
    hours: tuple[Hours, ...] = ()
    groups: Mapping[str, str] = field(default_factory=dict, hash=False, compare=False)
    minutes: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Reckon the mask once: a rule is asked often."""
        object.__setattr__(self, "minutes", hours.mask(self.hours))


@value(frozen=True, slots=True, kw_only=True)
class Sent:
    """What a run card sends: an agency, and in words what of it ("two engines")."""

    agency: str
    what: str = ""


Cards = Mapping[str, Mapping[int, tuple[Sent, ...]]]
"""Run cards: by category and alarm level, what is sent on top of the level below."""


@value(frozen=True, slots=True, kw_only=True)
class Book:
    """A published document, ready to be asked. `agencies`: those that act; others are left out."""

    version: int
    rules: tuple[Rule, ...]
    default: Agencies
    cards: Cards = field(hash=False)
    agencies: frozenset[str]


@value(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Who should be asked, and why. `rule` None: no rule fits, the default is proposed, and `alarm` is set.

    `card`: what the run card of this category sends at `level`; without it, `level` is the first.
    """

    version: int
    rule: str | None
    first: tuple[str, ...]
    supporting: tuple[str, ...]
    card: tuple[Sent, ...]
    level: int
    why: tuple[str, ...]
    alarm: bool

    @property
    def agencies(self) -> tuple[str, ...]:
        """Return all who should be asked, each once: the first, the supporting, those of the card."""
        return tuple(dict.fromkeys((*self.first, *self.supporting, *(sent.agency for sent in self.card))))

    @property
    def what(self) -> dict[str, str]:
        """Return what of each agency is sent, by the card's words: of a lower alarm level first."""
        words: dict[str, list[str]] = {}
        for sent in self.card:
            if sent.what:
                words.setdefault(sent.agency, []).append(sent.what)
        return {agency: MORE.join(parts) for agency, parts in words.items()}


def propose(
    book: Book, category: str, area: str | None, at: datetime, alarm_level: int = FIRST_LEVEL
) -> Proposal:
    """Return who should be asked. `area`: a code, None when it is not known; `at`: aware, local."""
    rule, why = _first_that_fits(book, category, area, at)
    wanted = book.default if rule is None else rule.agencies
    acting = _acting(book, wanted, why)
    alarm = rule is None
    if not acting.first and not alarm:
        why.append("nobody whom the rule asks first acts any more: the default is proposed as well")
        acting, alarm = _joined(acting, _acting(book, book.default, why)), True
    card, level = _card(book, category, alarm_level, why)
    return Proposal(
        version=book.version,
        rule=None if rule is None else rule.name,
        first=acting.first,
        supporting=acting.supporting,
        card=card,
        level=level,
        why=tuple(why),
        alarm=alarm,
    )


def passed_over(book: Book, category: str, area: str | None, at: datetime) -> Iterator[tuple[str, str]]:
    """Yield each rule of this category that stands before the one that fits, and why it does not fit."""
    for rule in book.rules:
        reason = _misfit(rule, category, area, at)
        if reason is None:
            return
        if _of_category(rule, category):
            yield rule.name, reason


def area_of(rule: Rule, area: str | None) -> str | None:
    """Return the rule's area that this one is, or lies in."""
    while area:
        if area in rule.areas:
            return area
        area = area.rpartition(".")[0]
    return None


def _first_that_fits(
    book: Book, category: str, area: str | None, at: datetime
) -> tuple[Rule | None, list[str]]:
    for rule in book.rules:
        if _misfit(rule, category, area, at) is None:
            return rule, [_reason(rule, category, area, at)]
    place = "an unknown place" if area is None else f"area {area}"
    moment = hours.spoken(hours.minute_of_week(at))
    return None, [f"no rule fits category {category}, {place}, {moment}: the default is proposed"]


def _misfit(rule: Rule, category: str, area: str | None, at: datetime) -> str | None:
    """Return why a rule does not fit; None: it does."""
    if not _of_category(rule, category):
        return f"it is not for category {category}"
    if rule.areas and area_of(rule, area) is None:
        return "it is for certain areas, and the place is not known" if area is None else "not its area"
    if not hours.holds(rule.minutes, at):
        return f"not its hours: it is {hours.spoken(hours.minute_of_week(at))}"
    return None


def _of_category(rule: Rule, category: str) -> bool:
    return not rule.categories or category in rule.categories


def _reason(rule: Rule, category: str, area: str | None, at: datetime) -> str:
    parts = [f"category {category}" if rule.categories else f"any category ({category})"]
    if rule.areas:
        fitting = area_of(rule, area) or ""
        group = rule.groups.get(fitting)
        parts.append(
            f"area {area}" + (f" in {group}" if group else "" if fitting == area else f" in {fitting}")
        )
    else:
        parts.append("anywhere")
    moment = hours.spoken(hours.minute_of_week(at))
    parts.append(f"{moment} is in its hours" if rule.hours else "at any time")
    return f"rule {rule.name!r} is the first that fits: {', '.join(parts)}"


def _acting(book: Book, wanted: Agencies, why: list[str]) -> Agencies:
    """Return those who act, and say who is left out."""
    for code in (*wanted.first, *wanted.supporting):
        if code not in book.agencies:
            why.append(f"{code} does not act any more and is left out")
    return Agencies(
        first=tuple(code for code in wanted.first if code in book.agencies),
        supporting=tuple(code for code in wanted.supporting if code in book.agencies),
    )


def _joined(rule: Agencies, default: Agencies) -> Agencies:
    first = tuple(dict.fromkeys((*rule.first, *default.first)))
    others = dict.fromkeys((*rule.supporting, *default.supporting))
    return Agencies(first=first, supporting=tuple(code for code in others if code not in first))


def _card(book: Book, category: str, level: int, why: list[str]) -> tuple[tuple[Sent, ...], int]:
    """Return what the run card sends up to a level, and the level it has."""
    if level <= FIRST_LEVEL:
        return (), FIRST_LEVEL
    card = book.cards.get(category)
    if not card:
        why.append(f"category {category} has no run card: alarm level {level} sends nobody else")
        return (), FIRST_LEVEL
    highest = min(level, max(card))
    if highest < level:
        why.append(f"the run card of {category} ends at alarm level {highest}")
    sent = [one for step in sorted(card) if step <= highest for one in card[step]]
    gone = [one.agency for one in sent if one.agency not in book.agencies]
    why.extend(f"{code} does not act any more and is left out" for code in dict.fromkeys(gone))
    why.append(f"run card of {category}, alarm level {highest}")
    return tuple(one for one in sent if one.agency in book.agencies), highest
