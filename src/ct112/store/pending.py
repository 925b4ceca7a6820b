"""What waits for the database: bounded, and a record only in its newest form."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain, islice

from ct112.core.ids import CallId
from ct112.core.record import CallRecord, Fact

Entry = CallRecord | Fact


class Pending:
    """At most `limit` records and facts, oldest first. When full, facts go before records.

    Nothing is taken out before it is written: `head` shows it, `done` strikes it out.
    """

    def __init__(self, limit: int) -> None:
        """`limit` counts records and facts together."""
        self._limit = limit
        self._records: dict[CallId, CallRecord] = {}
        self._facts: dict[tuple[CallId, int], Fact] = {}

    def __len__(self) -> int:
        """Return how much waits."""
        return len(self._records) + len(self._facts)

    def add_record(self, record: CallRecord) -> int:
        """Keep the record in place of an older one of its call. Return how many entries had to go."""
        queued = self._records.get(record.call)
        if queued is not None:
            if record.revision >= queued.revision:
                self._records[record.call] = record
            return 0
        if len(self) >= self._limit:
            if not self._facts:
                return 1
            self._facts.popitem()  # the newest: earlier calls keep their whole story
            self._records[record.call] = record
            return 1
        self._records[record.call] = record
        return 0

    def add_fact(self, fact: Fact) -> int:
        """Keep the fact if there is room. Return how many entries had to go.

        One whose number another has takes the next number that is free.
        """
        if len(self) >= self._limit:
            return 1
        seq = fact.seq
        while (other := self._facts.get((fact.call, seq))) is not None:
            if replace(other, seq=fact.seq) == fact:
                return 0
            seq += 1
        self._facts[fact.call, seq] = fact if seq == fact.seq else replace(fact, seq=seq)
        return 0

    def head(self, size: int) -> list[Entry]:
        """Return the oldest entries, records first; they stay."""
        return list(islice(chain(self._records.values(), self._facts.values()), size))

    def done(self, entries: Sequence[Entry]) -> None:
        """Strike out what was written, or given up; a newer form of a record stays."""
        for entry in entries:
            if isinstance(entry, Fact):
                self._facts.pop((entry.call, entry.seq), None)
            elif self._records.get(entry.call) is entry:
                del self._records[entry.call]

    def to_the_end(self, entry: Entry) -> None:
        """Put an entry behind the others of its kind: what it waits for must not keep them waiting."""
        if isinstance(entry, Fact):
            self._facts[entry.call, entry.seq] = self._facts.pop((entry.call, entry.seq), entry)
        elif self._records.get(entry.call) is entry:
            self._records[entry.call] = self._records.pop(entry.call)
