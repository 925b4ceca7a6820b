"""Writing a batch to the database so that one bad entry never holds up the others."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ct112.core.record import CallRecord, Fact
from ct112.store.faults import StoreUnavailable
from ct112.store.pending import Entry
from ct112.store.ports import TelephoneStore

GOOD = 5  # so many batches in time, one after the other, and the next may be larger
LESS = 4  # a batch that took too long is tried in parts of this
NO_USE = 8  # so many entries refused by the server, none written: it is not the entries


@dataclass(slots=True)
class Delivered:
    """What became of a batch; what is in neither list was not tried, because of `error`."""

    written: list[Entry] = field(default_factory=list)
    refused: list[tuple[Entry, Exception]] = field(default_factory=list)
    error: StoreUnavailable | None = None
    stuck: int = 0  # entries the server would not take now, each alone

    @property
    def slow(self) -> bool:
        """Whether the database took too long over it: less at a time may do."""
        return self.error is not None and self.error.slow


async def deliver(store: TelephoneStore, batch: Sequence[Entry]) -> Delivered:
    """Write the batch in one transaction; if an entry may be to blame, each half for itself. Never raises."""
    found = Delivered()
    await _deliver(store, batch, found)
    return found


class BatchSize:
    """How many entries to take at a time: fewer after a batch that took too long, and more again in time."""

    def __init__(self, most: int) -> None:
        """Begin with the most."""
        self._most = most
        self._good = 0
        self.now = most

    def after(self, delivered: Delivered, tried: int) -> None:
        """Take in how a batch of `tried` entries went."""
        if delivered.slow:
            self.now, self._good = max(1, tried // LESS), 0
        elif delivered.error is None and self.now < self._most:
            self._good += 1
            if self._good >= GOOD:
                self.now, self._good = min(self._most, self.now * 2), 0


async def _deliver(store: TelephoneStore, batch: Sequence[Entry], found: Delivered) -> bool:
    """Return whether to go on."""
    error = await _try(store, batch)
    if error is None:
        found.written += batch
        return True
    if isinstance(error, StoreUnavailable) and not error.refused:
        found.error = error
        return False
    if len(batch) > 1:
        middle = len(batch) // 2
        return await _deliver(store, batch[:middle], found) and await _deliver(store, batch[middle:], found)
    if not isinstance(error, StoreUnavailable):
        found.refused.append((batch[0], error))
        return True
    found.error = error
    found.stuck += 1
    return bool(found.written) or found.stuck < NO_USE


async def _try(store: TelephoneStore, entries: Sequence[Entry]) -> Exception | None:
    """Write the entries in one transaction, or return why not."""
    records = [entry for entry in entries if isinstance(entry, CallRecord)]
    facts = [entry for entry in entries if isinstance(entry, Fact)]
    try:
        async with store.transaction() as connection:
            await store.calls.write(connection, records, facts)
    except Exception as error:  # noqa: BLE001 - whatever an entry does to the writer, the others go on
        return error
    return None
