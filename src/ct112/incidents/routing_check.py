"""What is wrong with a routing document whose shape is right: who is unknown, what is never reached."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field

from ct112.core.value import value
from ct112.incidents import hours
from ct112.incidents.routing import FIRST_LEVEL, Agencies, Book, Rule, area_of

Path = tuple[str | int, ...]
ANYTHING = ""  # the category no rule names, the place that lies in no area a rule names


@value(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing about the document, where it stands, and what to do. Not `fatal`: it can be published."""

    path: Path
    message: str
    remedy: str
    fatal: bool = True


@value(frozen=True, slots=True, kw_only=True)
class World:
    """What a document may name: by code, True while it is in use, False when it is retired.

    `areas` empty: none were imported, so that nobody can say which there are.
    """

    agencies: Mapping[str, bool] = field(hash=False)
    categories: Mapping[str, bool] = field(hash=False)
    areas: frozenset[str] = frozenset()
    areas_and_above: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Reckon once what the areas lie in: a rule may name that as well."""
        above = {
            ".".join(code.split(".")[:end]) for code in self.areas for end in range(1, code.count(".") + 2)
        }
        object.__setattr__(self, "areas_and_above", frozenset(above))


def findings(book: Book, world: World) -> list[Finding]:
    """Return all that is wrong, and what may be meant otherwise."""
    found = [*_asked(("default",), book.default, world)]
    for at, rule in enumerate(book.rules):
        found += _asked(("rules", at), rule.agencies, world)
        found += _categories(("rules", at, "categories"), rule.categories, world)
        found += _areas(("rules", at, "areas"), rule, world)
    found += _cards(book, world)
    found += _same_names(book.rules)
    found += _never_reached(book.rules)
    found += _gaps(book, world)
    return found


def _asked(path: Path, agencies: Agencies, world: World) -> Iterator[Finding]:
    for part, codes in (("first", agencies.first), ("supporting", agencies.supporting)):
        for at, code in enumerate(codes):
            yield from _agency((*path, part, at), code, world)
    everyone = (*agencies.first, *agencies.supporting)
    for code in sorted({code for code in everyone if everyone.count(code) > 1}):
        yield Finding(path=path, message=f"agency {code} stands twice", remedy="name it once")
    if agencies.first and not any(world.agencies.get(code, True) for code in agencies.first):
        remedy = "ask one that acts first, or let one of them act again"
        yield Finding(path=(*path, "first"), message="nobody who is asked first acts any more", remedy=remedy)


def _agency(path: Path, code: str, world: World) -> Iterator[Finding]:
    if code not in world.agencies:
        remedy = f"use one of {', '.join(sorted(world.agencies)) or 'none'}, or make it: ct112 agencies add"
        yield Finding(path=path, message=f"no agency '{code}'", remedy=remedy)
    elif not world.agencies[code]:
        remedy = "name another, or let it act again: ct112 agencies"
        yield Finding(path=path, message=f"agency {code} does not act any more", remedy=remedy, fatal=False)


def _categories(path: Path, codes: Iterable[str], world: World) -> Iterator[Finding]:
    for code in sorted(codes):
        if code not in world.categories:
            known = ", ".join(sorted(code for code, used in world.categories.items() if used))
            yield Finding(path=path, message=f"no category '{code}'", remedy=f"use one of {known}")
        elif not world.categories[code]:
            remedy = "nothing new has it; remove it when no open incident has it"
            yield Finding(path=path, message=f"category {code} is retired", remedy=remedy, fatal=False)


def _areas(path: Path, rule: Rule, world: World) -> Iterator[Finding]:
    if not rule.areas:
        return
    if not world.areas:
        remedy = "import them to have the codes checked: ct112 places import"
        yield Finding(path=path, message="no areas are known here", remedy=remedy, fatal=False)
        return
    for code in sorted(rule.areas - world.areas_and_above):
        group = rule.groups.get(code)
        where = f" (in group {group})" if group else ""
        remedy = "use a code of an imported area, such as 33.75.01 or 33.75.01.1003"
        yield Finding(path=path, message=f"no area '{code}'{where}", remedy=remedy)


def _cards(book: Book, world: World) -> Iterator[Finding]:
    for category, levels in book.cards.items():
        path: Path = ("run_cards", category)
        yield from _categories(path, [category], world)
        wanted = list(range(FIRST_LEVEL + 1, FIRST_LEVEL + 1 + len(levels)))
        if sorted(levels) != wanted:
            remedy = f"number them from {FIRST_LEVEL + 1} on without a gap: what the first sends, a rule says"
            yield Finding(path=path, message="the alarm levels have a gap", remedy=remedy)
        for level, sent in levels.items():
            for at, one in enumerate(sent):
                yield from _agency((*path, str(level), at), one.agency, world)


def _same_names(rules: tuple[Rule, ...]) -> Iterator[Finding]:
    first: dict[str, int] = {}
    for at, rule in enumerate(rules):
        if rule.name in first:
            message = f"two rules are called '{rule.name}': who asks why could not tell them apart"
            yield Finding(path=("rules", at, "name"), message=message, remedy="rename one of them")
        first.setdefault(rule.name, at)


def _never_reached(rules: tuple[Rule, ...]) -> Iterator[Finding]:
    """Name each rule that others before it leave nothing, and whether they say the contrary."""
    by_category = _deciding(rules, (code for rule in rules for code in rule.categories), _of_category)
    by_area = _deciding(rules, (code for rule in rules for code in rule.areas), _of_area)
    for at, rule in enumerate(rules):
        before = (1 << at) - 1
        categories = {by_category[code] & before for code in rule.categories or {ANYTHING}}
        areas = {by_area[code] & before for code in rule.areas or {ANYTHING}}
        used = _used_up(rule, rules, {one & other for one in categories for other in areas})
        if used is None:
            continue
        names = ", ".join(f"'{other.name}'" for other in used[:3])
        differ = any(other.agencies != rule.agencies for other in used)
        what = "contradicts what is decided before it" if differ else "says again what is said before it"
        remedy = f"it is never reached because of {names}: put it before, or remove it"
        yield Finding(path=("rules", at), message=f"rule '{rule.name}' {what}", remedy=remedy)


def _used_up(rule: Rule, rules: tuple[Rule, ...], deciding: Iterable[int]) -> list[Rule] | None:
    """Return which rules before one leave it nothing; None when something is left to it.

    `deciding`: for each category and area of it, which rules decide there; many are the same.
    """
    used: set[int] = set()
    for numbers in deciding:
        left = rule.minutes
        for number in _numbers(numbers):
            if left & rules[number].minutes:
                used.add(number)
            left &= ~rules[number].minutes
        if left:
            return None
    return [rules[number] for number in sorted(used)]


def _deciding(
    rules: tuple[Rule, ...], codes: Iterable[str], decides: Callable[[Rule, str], bool]
) -> dict[str, int]:
    """Return, for each code and for ANYTHING, which rules decide for all of it: a bit a rule."""
    return {
        code: sum(1 << number for number, rule in enumerate(rules) if decides(rule, code))
        for code in {ANYTHING, *codes}
    }


def _of_category(rule: Rule, code: str) -> bool:
    return not rule.categories or code in rule.categories


def _of_area(rule: Rule, code: str) -> bool:
    return not rule.areas or area_of(rule, code) is not None


def _numbers(bits: int) -> Iterator[int]:
    """Yield which bits are set, the lowest first."""
    while bits:
        yield (bits & -bits).bit_length() - 1
        bits &= bits - 1


def _gaps(book: Book, world: World) -> Iterator[Finding]:
    """Name each category in use for which somewhere, sometime, the default decides."""
    everywhere = _deciding(book.rules, (), _of_area)[ANYTHING]
    deciding = _deciding(book.rules, world.categories, _of_category)
    for category in sorted(code for code, used in world.categories.items() if used):
        missing = hours.ALWAYS
        for number in _numbers(deciding[category] & everywhere):
            missing &= ~book.rules[number].minutes
        if not missing:
            continue
        start, end = hours.first_span(missing)
        when = "at any time" if missing == hours.ALWAYS else f"on {hours.spoken(start)} for {end - start} min"
        yield Finding(
            path=("rules",),
            message=f"category {category} has no rule {when} where no area is named or known",
            remedy="each such incident is an alarm and goes to the default: add a rule without areas",
            fatal=False,
        )
