"""Writing a batch to the database so that one bad entry never holds up the others."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ct112.core.record import CallRecord, Fact
from ct112.store.database import Store
from ct112.store.faults import StoreUnavailable
from ct112.store.pending import Entry


@dataclass(slots=True)
class Delivered:
    """What became of a batch; what is in neither list was not tried, because of `error`."""

    written: list[Entry] = field(default_factory=list)
    refused: list[tuple[Entry, Exception]] = field(default_factory=list)
    error: Exception | None = None


async def deliver(store: Store, batch: Sequence[Entry]) -> Delivered:
    """Write the batch in one transaction; if an entry may be to blame, each for itself. Never raises."""
    error = await _try(store, batch)
    match error:
        case None:
            return Delivered(written=list(batch))
        case StoreUnavailable(refused=False):
            return Delivered(error=error)
        case _:
            return await _one_by_one(store, batch)


async def _one_by_one(store: Store, batch: Sequence[Entry]) -> Delivered:
    found = Delivered()
    for entry in batch:
        error = await _try(store, [entry])
        match error:
            case None:
                found.written.append(entry)
            case StoreUnavailable(refused=False):
                found.error = error
                return found
            case StoreUnavailable():
                found.error = error
            case _:
                found.refused.append((entry, error))
    return found


async def _try(store: Store, entries: Sequence[Entry]) -> Exception | None:
    """Write the entries in one transaction, or return why not."""
    records = [entry for entry in entries if isinstance(entry, CallRecord)]
    facts = [entry for entry in entries if isinstance(entry, Fact)]
    try:
        await store.write(records, facts)
    except Exception as error:  # noqa: BLE001 - whatever an entry does to the writer, the others go on
        return error
    return None
