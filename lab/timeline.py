"""What happens to the demo's calls, told line by line as it happens and in plain words."""

import asyncio
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.text import Text

from ct112.store import Store, calls, facts
from ct112.store.calls import StoredCall
from lab.phone_call import Bell
from lab.phones import PhoneCall

POLL_SECONDS = 0.15
COLOURS = ("cyan", "magenta", "yellow")
WORDS = {
    "arrived": "arrives at node {node}",
    "picked_up": "is picked up: the menu speaks",
    "said": "hears “{node}” ({language})",
    "digit": "presses a key",
    "queued": "waits as [b]{service_class}[/b] (by {source})",
    "offered": "is offered to {operator}",
    "ringing": "{position}'s phone rings",
    "accepted": "{position} picks up",
    "joined": "talks with [b]{operator}[/b]",
    "missed": "{operator} did not answer",
    "declined": "{operator} declined",
    "requeued": "waits again: {reason}",
    "fallback": "goes to the fallback queue: {reason}",
    "ivr_failed": "leaves the menu, which failed: {reason}",
    "ended": "the call is over: {outcome}, ended by {ended_by}",
}
"""A fact in words; facts without words are shown by their name."""


@dataclass
class Citizen:
    """Somebody who calls in the demo, and what is known of that call."""

    name: str
    ani: str
    colour: str
    call: PhoneCall | None = None
    row: StoredCall | None = None
    shown: set[int] = field(default_factory=set)  # facts that were told already

    def answered_by(self) -> str | None:
        """Return the position that took the call, once the row says so."""
        return self.row.position if self.row is not None and self.row.answered_at is not None else None


def in_words(kind: str, data: Mapping[str, Any]) -> str:
    """Return one fact as a piece of a sentence about the caller (rich markup)."""
    try:
        return WORDS.get(kind, kind.replace("_", " ")).format_map(data)
    except KeyError:
        return kind.replace("_", " ")


class Timeline:
    """Prints what happens; the clock starts at `start`."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._start = time.time()
        self.bell = Bell()  # rings when the rows have been read again

    def start(self) -> None:
        """Let the clock begin now."""
        self._start = time.time()

    def tell(self, citizen: Citizen, words: str, at: float | None = None) -> None:
        """Print a line about a citizen; `at` is epoch seconds, now by default."""
        seconds = (time.time() if at is None else at) - self._start
        line = Text.from_markup(f"[dim]{seconds:7.2f} s[/dim]  ")
        line.append(f"{citizen.name:<6}", style=citizen.colour)
        line.append_text(Text.from_markup(words))
        self._console.print(line, soft_wrap=True)


async def follow(store: Store, citizens: Iterable[Citizen], timeline: Timeline) -> None:
    """Tell every fact the database has about these calls, until cancelled."""
    watched = list(citizens)
    while True:
        await read_once(store, watched, timeline)
        await asyncio.sleep(POLL_SECONDS)


async def read_once(store: Store, citizens: Iterable[Citizen], timeline: Timeline) -> None:
    """Read the calls' rows and tell the facts that are new."""
    by_sip = {citizen.call.sip_call_id: citizen for citizen in citizens if citizen.call}
    fresh = []
    async with store.transaction() as connection:
        for row in (await calls.page(connection, limit=20)).items:
            citizen = by_sip.get(row.sip_call_id or "")
            if citizen is None:
                continue
            citizen.row = row
            for fact in await facts.of_call(connection, row.id):
                if fact.seq not in citizen.shown:
                    citizen.shown.add(fact.seq)
                    fresh.append((fact.at.timestamp(), citizen, in_words(fact.kind, fact.data)))
    for at, citizen, words in sorted(fresh, key=lambda entry: entry[0]):
        timeline.tell(citizen, words, at)
    timeline.bell.ring()
