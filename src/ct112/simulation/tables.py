"""The tables of the simulated store: records, facts and tasks in memory, and taking back what failed."""

import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from ct112.core.callback_rules import CallbackPolicy
from ct112.core.facts import Closed, fact_of
from ct112.core.fallback import Begun
from ct112.core.ids import CallId
from ct112.core.record import CallRecord, ClassSource, EndedBy, Fact, Outcome, ServiceClass
from ct112.simulation.storable import check
from ct112.simulation.tasks import Tasks
from ct112.store import clean
from ct112.store.calls import StoredCall, stored
from ct112.store.calls_writing import row_of
from ct112.store.facts import StoredFact
from ct112.store.facts import row_of as fact_values

TAKEN = (Outcome.FALLBACK_ANSWERED, Outcome.FALLBACK_ABANDONED)
FACT_COLUMNS = ("call_id", "seq", "at", "kind", "data")
BEGINNINGS = ("arrived_at", "picked_up_at", "queued_at", "answered_at")
Row = dict[str, Any]


class Tables:
    """`call_record`, `call_fact` and the call-back tasks."""

    def __init__(self, policy: CallbackPolicy) -> None:
        """All empty."""
        self.calls: dict[uuid.UUID, Row] = {}
        self.facts: dict[tuple[uuid.UUID, int], Row] = {}
        self.tasks = Tasks(policy)
        self._undo: list[Callable[[], None]] = []  # what the transaction has written, to be taken back

    @contextmanager
    def all_or_nothing(self) -> Iterator[None]:
        """Be as before when what is done inside fails."""
        self._undo, tasks = [], self.tasks.copy()
        try:
            yield
        except BaseException:
            for undo in reversed(self._undo):
                undo()
            self.tasks = tasks
            raise

    def write(self, records: Sequence[CallRecord], facts: Sequence[Fact]) -> None:
        """Write records and facts, and let call-backs follow. Raises RowRefused."""
        rows = [row_of(record) for record in records]
        for row in rows:
            check(row)
            self._upsert(row)
        for fact in facts:
            self._append(fact)
        self.tasks.follow([self.calls[row["id"]] for row in rows], self.calls.values())

    def _upsert(self, new: Row) -> None:
        old = self.calls.get(new["id"])
        if old is None:
            self._set(self.calls, new["id"], new)
        elif new["revision"] > old["revision"]:
            self._set(self.calls, new["id"], _merged(old, new))

    def _append(self, fact: Fact) -> None:
        """A fact that is there is not written again; a different one with its number gets the next free."""
        call, *values = fact_values(fact)
        row = dict(zip(FACT_COLUMNS, (uuid.UUID(call), *values), strict=True))
        check({**row, "at": clean.exact(fact.at)})
        seq = fact.seq
        while (there := self.facts.get((row["call_id"], seq))) is not None:
            if all(there[name] == row[name] for name in ("at", "kind", "data")):
                return
            seq += 1
        self._set(self.facts, (row["call_id"], seq), {**row, "seq": seq})

    def _set(self, table: dict[Any, Row], key: Any, row: Row) -> None:
        """Write a row, so that it can be undone."""
        before = table.get(key)

        def undo() -> None:
            if before is None:
                table.pop(key, None)
            else:
                table[key] = before

        self._undo.append(undo)
        table[key] = row

    def closed(self, row: Row, at: datetime) -> Fact:
        """Close a record; return the fact that it was closed without its call."""
        answered = row["answered_at"] is not None
        outcome = Outcome.ANSWERED if answered else Outcome.FALLBACK
        closed = row | {
            "ended_at": max(at, *(row[name] for name in BEGINNINGS if row[name] is not None)),
            "ended_by": EndedBy.SYSTEM,
            "outcome": outcome,
            "service_class": row["service_class"] or ServiceClass.EMERGENCY,
            "class_source": row["class_source"] or ClassSource.FALLBACK,
        }
        self._set(self.calls, row["id"], closed)
        age = max(0, int((at - row["arrived_at"]).total_seconds() * 1000))
        call = CallId(str(row["id"]))
        return fact_of(call, age, at.timestamp(), Closed(outcome))

    def begun(self, row: Row) -> Begun:
        """Return what is known of a call that the fallback may have had."""
        told = [fact for fact in self.facts.values() if fact["call_id"] == row["id"]]
        legs = [fact["data"].get("leg") for fact in told if fact["kind"] == "fallback_entered"]
        times = [row[name] for name in ("arrived_at", "picked_up_at", "queued_at") if row[name] is not None]
        return Begun(
            call=CallId(str(row["id"])),
            revision=row["revision"],
            arrived_at=row["arrived_at"].timestamp(),
            last_at=max(times).timestamp(),
            classed=row["service_class"] is not None,
            sip_call_id=row["sip_call_id"],
            ani=row["ani"],
            taken=row["outcome"] in TAKEN,
            leg=legs[0] if legs else None,
        )

    def newest(self) -> list[StoredCall]:
        """Return all calls, the newest first."""
        newest = sorted(self.calls.values(), key=lambda row: (row["arrived_at"], row["id"]), reverse=True)
        return [_stored(row) for row in newest]

    def stored(self, call: uuid.UUID) -> StoredCall:
        """Return one call. Raises KeyError."""
        return _stored(self.calls[call])

    def facts_of(self, call: uuid.UUID) -> list[StoredFact]:
        """Return what happened to a call, in order."""
        rows = [row for row in self.facts.values() if row["call_id"] == call]
        return [
            StoredFact(seq=row["seq"], at=clean.exact(row["at"]), kind=row["kind"], data=row["data"])
            for row in sorted(rows, key=lambda row: int(row["seq"]))
        ]


def _stored(row: Row) -> StoredCall:
    return stored({name: value for name, value in row.items() if name != "revision"})


def _merged(old: Row, new: Row) -> Row:
    """The newer one wins, but what it does not know is kept; not an end, for what has none lives."""
    kept = {name: old[name] if value is None else value for name, value in new.items()}
    kept |= {name: new[name] for name in ("ended_at", "ended_by", "outcome")}
    for name in BEGINNINGS:
        kept[name] = min((row[name] for row in (old, new) if row[name] is not None), default=None)
    kept["dialled"] = new["dialled"] or old["dialled"]
    kept["ivr_path"] = new["ivr_path"] or old["ivr_path"]
    if kept["ended_at"] is not None:
        kept["ended_at"] = max(
            kept["ended_at"], *(kept[name] for name in BEGINNINGS if kept[name] is not None)
        )
    return kept
