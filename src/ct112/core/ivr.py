"""The IVR as a pure machine: a document of nodes, and a run of one caller through it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ct112.core.record import ServiceClass


@dataclass(frozen=True, slots=True)
class Prompt:
    """One piece of audio: its content key (names the file) and how long it lasts, in seconds."""

    key: str
    seconds: float


Spoken = Mapping[str, tuple[Prompt, ...]]
"""Prompts by language code, for example {"id": (…), "en": (…)}."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu:
    """Say, then wait for a key. A key during the prompt counts (barge-in)."""

    name: str
    say: Spoken
    wait_seconds: float
    choices: Mapping[str, str]  # digit → node
    on_silence: str  # node when nothing is pressed
    on_invalid: str  # node after `tries` wrong keys
    tries: int = 2  # wrong keys until `on_invalid`; each one before that says the menu again
    again: Spoken = field(default_factory=dict)  # said after a wrong key instead of `say`, when not empty


@dataclass(frozen=True, slots=True, kw_only=True)
class Announce:
    """Say something, then go on. A key skips it."""

    name: str
    say: Spoken
    next: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Information:
    """Say something, then wait `wait_seconds` for a key; 0 says it again, any other key or none goes on."""

    name: str
    say: Spoken
    wait_seconds: float
    next: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """Change the language the caller hears, then go on."""

    name: str
    language: str
    next: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Days (0 = Monday) and minutes of the day [start, end) in the document's time zone."""

    days: frozenset[int]
    start_minute: int
    end_minute: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Go one way while open, another while closed."""

    name: str
    openings: tuple[Opening, ...]
    open: str
    closed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """The end of every path: the caller waits for an operator as this class."""

    name: str
    service_class: ServiceClass


Node = Menu | Announce | Information | Language | Schedule | Queue


@dataclass(frozen=True, slots=True, kw_only=True)
class IvrDocument:
    """A checked document, ready to run. `waiting`: what a queued caller hears, by language."""

    version: int
    start: str
    nodes: Mapping[str, Node]
    language: str  # the first language
    time_zone: str
    waiting: Spoken

    def prompt_keys(self) -> frozenset[str]:
        """Return the content keys of every prompt a caller may hear."""
        spoken = [self.waiting]
        for node in self.nodes.values():
            if isinstance(node, Menu | Announce | Information):
                spoken.append(node.say)
            if isinstance(node, Menu):
                spoken.append(node.again)
        return frozenset(prompt.key for say in spoken for prompts in say.values() for prompt in prompts)
