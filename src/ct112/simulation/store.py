"""A store without PostgreSQL that refuses what PostgreSQL refuses: for the simulator and for tests.

`tests/store/test_both_stores.py` plays one suite over this and over the real one.
"""

import time
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from ct112.core.callback_rules import CallbackPolicy, CallbackResult, TaskState, is_forgotten
from ct112.core.fallback import Begun, FallbackCall, begun_of, facts_of, record_of
from ct112.core.ids import CallId
from ct112.core.record import CallRecord, ClassSource, EndedBy, Fact, Outcome, ServiceClass
from ct112.simulation.storable import check
from ct112.simulation.tasks import Tasks
from ct112.store import CallbackError, RowRefused, StoreUnavailable, Task, TaskPage, UnknownCall, clean
from ct112.store.aside import Aside
from ct112.store.calls import StoredCall, stored
from ct112.store.calls_writing import row_of
from ct112.store.facts import StoredFact
from ct112.store.facts import row_of as fact_values

TAKEN = (Outcome.FALLBACK_ANSWERED, Outcome.FALLBACK_ABANDONED)
FACT_COLUMNS = ("call_id", "seq", "at", "kind", "data")
BEGINNINGS = ("arrived_at", "picked_up_at", "queued_at", "answered_at")
Row = dict[str, Any]


class FakeStore:
    """What `Store` promises, in memory. `away`: every method raises StoreUnavailable, as the real one would.

    `now`: epoch seconds; only call-backs look at it. `operators`: who sits at which position.
    """

    def __init__(
        self,
        now: Callable[[], float] = time.time,
        policy: CallbackPolicy = CallbackPolicy(),  # noqa: B008 - a value that never changes
        operators: Mapping[str, str] | None = None,
    ) -> None:
        """Nothing is stored yet."""
        self.away = False
        self.aside = Aside()
        self.operators = dict(operators or {})
        self._now = now
        self._rows: dict[uuid.UUID, Row] = {}
        self._facts: dict[tuple[uuid.UUID, int], Row] = {}
        self._tasks = Tasks(policy)
        self._undo: list[Callable[[], None]] = []  # what the transaction has written, to be taken back

    async def write(self, records: Sequence[CallRecord], told: Sequence[Fact]) -> None:
        """Write records and facts, all or none. Raises RowRefused."""
        with self._transaction():
            self._write(records, told)

    async def take_fallback(self, found: FallbackCall) -> None:
        """Complete or make the record of a call the fallback had; repeatable. Raises RowRefused."""
        with self._transaction():
            clean.exact(found.entered_at)
            begun = begun_of(
                found, [self._begun(row) for row in self._rows.values() if row["node"] == found.node]
            )
            record = record_of(found, begun, self.operators.get(found.position or ""))
            self._write([record], facts_of(found, begun, record))

    async def close_open_records(self, node: str, live: Collection[str], now: float) -> int:
        """Close the node's records from before `now`, `live` calls apart; return how many."""
        with self._transaction():
            at = clean.exact(now)
            open_ = [
                row
                for row in self._rows.values()
                if row["ended_at"] is None
                and row["node"] == node
                and row["arrived_at"] < at
                and str(row["id"]) not in live
            ]
            self._write([], [self._closed(row, at) for row in open_])
            return len(open_)

    async def callbacks(self, *, all_: bool = False, limit: int = 200) -> list[Task]:
        """Return the first call-backs of the list."""
        return list((await self.callback_page(all_=all_, limit=limit)).tasks)

    async def callback_page(
        self, *, all_: bool = False, limit: int = 50, after: int | None = None
    ) -> TaskPage:
        """Return call-backs in order, and how many there are. Raises CallbackError."""
        with self._transaction():
            listed = self._tasks.listed(self._time(), all_=all_)
            places = {task.id: at for at, task in enumerate(listed)}
            if after is not None and after not in places:
                raise CallbackError(f"there is no call-back {after}")
            first = 0 if after is None else places[after] + 1
            found = listed[first : first + limit]
            more = first + limit < len(listed)
            return TaskPage(tasks=found, total=len(listed), next=found[-1].id if more else None)

    async def withheld(self, since: datetime) -> int:
        """Return how many callers without a number nobody answered since then."""
        with self._transaction():
            return sum(
                is_forgotten(row["outcome"], row["ended_by"])
                and row["ani"] is None
                and row["arrived_at"] >= since
                for row in self._rows.values()
            )

    async def take_callback(self, number: int, operator: str) -> Task:
        """Give a call-back to an operator. Raises CallbackError."""
        with self._transaction():
            check({"taken_by": operator})
            return self._tasks.take(number, operator, self._time())

    async def finish_callback(self, number: int, result: CallbackResult, *, tried: bool = True) -> Task:
        """Note how a call-back went. Raises CallbackError."""
        with self._transaction():
            return self._tasks.finish(number, result, self._time(), tried=tried)

    async def call(self, call_id: str) -> StoredCall:
        """Return one call. Raises UnknownCall."""
        try:
            return _stored(self._rows[uuid.UUID(call_id)])
        except (KeyError, ValueError) as error:
            raise UnknownCall(call_id) from error

    async def calls(self) -> list[StoredCall]:
        """Return all calls, the newest first."""
        newest = sorted(self._rows.values(), key=lambda row: (row["arrived_at"], row["id"]), reverse=True)
        return [_stored(row) for row in newest]

    def called_back(self) -> frozenset[str]:
        """Return the calls whose callers are, or were, on the list of call-backs."""
        return frozenset(map(str, self._tasks.made_by))

    def taken(self) -> dict[int, float]:
        """Return since when (epoch seconds) each call-back is with an operator that is with one."""
        tasks = self._tasks.all.values()
        return {
            task.id: self._tasks.taken_at[task.id].timestamp()
            for task in tasks
            if task.state is TaskState.TAKEN
        }

    async def facts(self, call_id: str) -> list[StoredFact]:
        """Return what happened to a call, in order."""
        wanted = uuid.UUID(call_id)
        rows = [row for row in self._facts.values() if row["call_id"] == wanted]
        return [
            StoredFact(seq=row["seq"], at=clean.exact(row["at"]), kind=row["kind"], data=row["data"])
            for row in sorted(rows, key=lambda row: int(row["seq"]))
        ]

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        if self.away:
            raise StoreUnavailable("away")
        self._undo, tasks = [], self._tasks.copy()
        try:
            yield
        except BaseException as error:
            for undo in reversed(self._undo):
                undo()
            self._tasks = tasks
            if isinstance(error, (ValueError, OverflowError)) and not isinstance(
                error, (CallbackError, RowRefused)
            ):
                raise RowRefused(type(error).__name__) from None
            raise

    def _write(self, calls: Sequence[CallRecord], facts: Sequence[Fact]) -> None:
        rows = [row_of(record) for record in calls]
        for row in rows:
            check(row)
            self._upsert(row)
        for fact in facts:
            self._append(fact)
        self._tasks.follow([self._rows[row["id"]] for row in rows], self._rows.values())

    def _upsert(self, new: Row) -> None:
        old = self._rows.get(new["id"])
        if old is None:
            self._set(self._rows, new["id"], new)
        elif new["revision"] > old["revision"]:
            self._set(self._rows, new["id"], _merged(old, new))

    def _append(self, fact: Fact) -> None:
        """A fact that is there is not written again; a different one with its number gets the next free."""
        call, *values = fact_values(fact)
        row = dict(zip(FACT_COLUMNS, (uuid.UUID(call), *values), strict=True))
        check({**row, "at": clean.exact(fact.at)})
        seq = fact.seq
        while (there := self._facts.get((row["call_id"], seq))) is not None:
            if all(there[name] == row[name] for name in ("at", "kind", "data")):
                return
            seq += 1
        self._set(self._facts, (row["call_id"], seq), {**row, "seq": seq})

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

    def _closed(self, row: Row, at: datetime) -> Fact:
        answered = row["answered_at"] is not None
        outcome = Outcome.ANSWERED if answered else Outcome.FALLBACK
        closed = row | {
            "ended_at": max(at, *(row[name] for name in BEGINNINGS if row[name] is not None)),
            "ended_by": EndedBy.SYSTEM,
            "outcome": outcome,
            "service_class": row["service_class"] or ServiceClass.EMERGENCY,
            "class_source": row["class_source"] or ClassSource.FALLBACK,
        }
        self._set(self._rows, row["id"], closed)
        age = max(0, int((at - row["arrived_at"]).total_seconds() * 1000))
        call = CallId(str(row["id"]))
        return Fact(call=call, seq=age, at=at.timestamp(), kind="closed", data={"outcome": outcome.value})

    def _begun(self, row: Row) -> Begun:
        told = [fact for fact in self._facts.values() if fact["call_id"] == row["id"]]
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

    def _time(self) -> datetime:
        return datetime.fromtimestamp(self._now(), UTC)


def _stored(row: Row) -> StoredCall:
    return stored({name: value for name, value in row.items() if name != "revision"})


def _merged(old: Row, new: Row) -> Row:
    """The newer one wins, but what it does not know is kept; not an end, for what has none lives."""
    kept = {name: old[name] if value is None else value for name, value in new.items()}
    kept |= {name: new[name] for name in ("ended_at", "ended_by", "outcome")}
    kept["arrived_at"] = min(old["arrived_at"], new["arrived_at"])
    kept["dialled"] = new["dialled"] or old["dialled"]
    kept["ivr_path"] = new["ivr_path"] or old["ivr_path"]
    if kept["ended_at"] is not None:
        kept["ended_at"] = max(
            kept["ended_at"], *(kept[name] for name in BEGINNINGS if kept[name] is not None)
        )
    return kept
