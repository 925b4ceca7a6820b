"""How long it takes, at worst, until a caller who does not choose waits for an emergency operator.

The clock starts when the call is picked up, and again at each choice: whoever presses a key the menu has is
there, and knows how. Two callers are followed: one presses nothing; the other presses only wrong keys,
each at the last moment. Every prompt counts in the language in which it lasts longest, every schedule
both ways.
"""

from dataclasses import dataclass
from typing import assert_never

from ct112.core.ivr import Announce, Information, IvrDocument, Language, Menu, Queue, Schedule, Spoken
from ct112.core.ivr_run import seconds
from ct112.core.record import ServiceClass

Legs = tuple[tuple[str, float], ...]
"""What takes time, and how many seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One caller's longest way into the emergency queue. `since`: pick-up, or the choice made before."""

    since: str
    caller: str
    legs: Legs

    @property
    def seconds(self) -> float:
        """Return how long it takes in all."""
        return sum(duration for _, duration in self.legs)

    def __str__(self) -> str:
        """Return the way as text: the whole, then its parts."""
        parts = " + ".join(f"{what} {duration:.1f}" for what, duration in self.legs)
        return f"{self.caller}, from {self.since}: {self.seconds:.1f} s = {parts or 'at once'}"


def ways_to_emergency(document: IvrDocument) -> list[Way]:
    """Return the longest way of each caller from pick-up and from each choice, the worst first.

    The document must have no circle for idle callers, as `check` makes sure.
    """
    starts = {"pick-up": document.start}
    for menu in document.nodes.values():
        if isinstance(menu, Menu):
            starts |= {f"'{key}' in {menu.name}": target for key, target in menu.choices.items()}
    ways = [way for since, start in starts.items() for way in _ways(document, since, start)]
    return sorted(ways, key=lambda way: way.seconds, reverse=True)


def _ways(document: IvrDocument, since: str, start: str) -> list[Way]:
    if isinstance(document.nodes[start], Queue) and since != "pick-up":
        return []
    silent = _Caller(document, wrong_keys=False).legs(start)
    wrong = _Caller(document, wrong_keys=True).legs(start)
    found = [] if silent is None else [Way(since=since, caller="silent caller", legs=silent)]
    if wrong is not None and wrong != silent:
        found.append(Way(since=since, caller="caller with wrong keys", legs=wrong))
    return found


class _Caller:
    """Follows one kind of caller; each node is looked at once."""

    def __init__(self, document: IvrDocument, *, wrong_keys: bool) -> None:
        self._document = document
        self._wrong_keys = wrong_keys
        self._known: dict[str, Legs | None] = {}

    def legs(self, name: str) -> Legs | None:
        """Return the longest way from here into an emergency queue; None when there is none."""
        if name not in self._known:
            self._known[name] = self._legs(name)
        return self._known[name]

    def _legs(self, name: str) -> Legs | None:
        node = self._document.nodes[name]
        match node:
            case Queue():
                return () if node.service_class is ServiceClass.EMERGENCY else None
            case Announce():
                return self._longest(((f"{name} said", longest(node.say)),), node.next)
            case Information():
                return self._longest(
                    ((f"{name} said", longest(node.say)), ("wait", node.wait_seconds)), node.next
                )
            case Language():
                return self._longest((), node.next)
            case Schedule():
                return self._longest((), node.open, node.closed)
            case Menu():
                return self._of_menu(node)
            case _:
                assert_never(node)

    def _of_menu(self, menu: Menu) -> Legs | None:
        legs: Legs = ((f"{menu.name} said", longest(menu.say)), ("wait", menu.wait_seconds))
        if not self._wrong_keys:
            return self._longest(legs, menu.on_silence)
        again = longest(menu.again) or longest(menu.say)
        legs += ((f"{menu.name} said again", again), ("wait", menu.wait_seconds)) * (menu.tries - 1)
        return self._longest(legs, menu.on_invalid, menu.on_silence)

    def _longest(self, legs: Legs, *targets: str) -> Legs | None:
        further = [way for way in map(self.legs, targets) if way is not None]
        return legs + max(further, key=lambda way: sum(part for _, part in way)) if further else None


def longest(say: Spoken) -> float:
    """Return how long this lasts, in the language in which it lasts longest."""
    return max(map(seconds, say.values()), default=0.0)
