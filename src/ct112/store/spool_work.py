"""What goes to the spool's thread, and how its answers come back to the loop."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from ct112.store.pending import Entry
from ct112.store.spool_file import SpoolFile

T = TypeVar("T")
Told = Callable[[Sequence[Entry]], None]


@dataclass(slots=True)
class Work(Generic[T]):
    """Something to do with the file, and who waits for it."""

    do: Callable[[SpoolFile], T]
    reply: "asyncio.Future[T]"


@dataclass(slots=True, eq=False)
class Batch:
    """Entries that go to the disk together. `given_back`: the disk hung, so they were told as failed."""

    entries: list[Entry]
    since: float
    given_back: bool = False


def unless_given_back(told: Told, batch: Batch) -> None:
    """Tell of a batch, unless its entries were told as failed: nobody hears of an entry twice."""
    if not batch.given_back and batch.entries:
        told(batch.entries)


def resolve(reply: "asyncio.Future[Any]", result: Any) -> None:
    if not reply.done():
        reply.set_result(result)


def refuse(reply: "asyncio.Future[Any]", error: Exception) -> None:
    if not reply.done():
        reply.set_exception(error)
