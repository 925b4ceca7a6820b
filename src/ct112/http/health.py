"""How a process is, part by part."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """One component's health. `needed`: without it the process cannot do its work."""

    name: str
    ok: bool
    detail: str
    needed: bool = False


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the process does its work now (serve: whether calls would be handled), and each component."""

    ready: bool
    parts: tuple[Part, ...]


def health(parts: Iterable[Part]) -> Health:
    """Return the health of a process that has these parts."""
    known = tuple(parts)
    return Health(ready=all(part.ok for part in known if part.needed), parts=known)
