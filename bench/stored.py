"""Lists and searches with a million calls stored: how long each takes, page and total together."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import asyncpg

from bench.quantiles import quantile
from ct112.core.record import Outcome, ServiceClass
from ct112.store import CallQuery, Connection, Store, callbacks, calls, facts
from lab.throwaway import Server, migrated

LAST = datetime(2026, 11, 25, tzinfo=UTC)  # when the newest call arrived
DAY = LAST - timedelta(days=120)
LOAD_SECONDS = 600.0
PRANKSTER = "+6281234500001"  # one caller in twenty
FACTS = 5  # of each call

# A year of a city's calls: 30 % reach an operator, one in ten hides the number, one caller rings day and
# night, the first hundredth came over a node that is gone since. Random by number: each run loads the same.
LOAD_CALLS = """
INSERT INTO call_record (id, revision, node, sip_call_id, ani, ani_e164, dialled, arrived_at, picked_up_at, queued_at,
    answered_at, ended_at, service_class, class_source, ivr_version, ivr_path, operator, position, outcome, ended_by)
SELECT
    CAST(lpad(to_hex(CAST(extract(epoch FROM at) * 1000 AS bigint)), 12, '0') || '7' || substr(h, 1, 3) || '8'
        || substr(h, 4, 15) AS uuid),
    6, CASE WHEN n <= $1 / 100 THEN 'old' WHEN d % 2 = 0 THEN 'a' ELSE 'b' END, h, replace(number, '+62', '0'),
    number, '112', at, at + interval '200 ms', at + interval '8 s', CASE WHEN answered THEN at + interval '15 s' END,
    CASE WHEN n <= $1 - 20 THEN at + make_interval(secs => 20 + d % 200) END,
    CASE WHEN d % 1000 < 850 THEN 'emergency' WHEN d % 1000 < 995 THEN 'urgent' ELSE 'information' END,
    CASE WHEN d % 3 = 0 THEN 'silence' ELSE 'digit' END, 3, ARRAY['greeting', 'main'],
    CASE WHEN answered THEN 'operator-' || (1 + e % 12) END, CASE WHEN answered THEN 'pos-' || (1 + e % 9) END,
    CASE WHEN answered AND e % 1000 = 0 THEN 'dropped' WHEN answered THEN 'answered'
        WHEN e % 500 = 1 THEN 'fallback_abandoned' ELSE 'abandoned' END,
    CASE WHEN answered THEN 'operator' ELSE 'caller' END
FROM (
    SELECT n, md5(n::text) AS h, d, e, d % 10 < 3 AS answered,
        timestamptz '2026-11-25 00:00:00Z' - make_interval(secs => ($1 - n) * 31.5 + d % 31) AS at,
        CASE WHEN d % 10 = 9 THEN NULL WHEN d % 20 = 0 THEN '+6281234500001'
            ELSE '+62812' || lpad(CAST(e::bigint * e % 12000000 AS text), 8, '0') END AS number
    FROM (SELECT n, abs(hashint8(n)) % 1000000 AS d, abs(hashint8(n + 77777777)) % 1000000 AS e
        FROM generate_series(CAST(1 AS bigint), CAST($1 AS bigint)) AS n) AS numbers
) AS calls
"""
LOAD_FACTS = """
INSERT INTO call_fact SELECT id, seq, arrived_at + make_interval(secs => seq),
    (ARRAY['arrived', 'picked_up', 'queued', 'offered', 'ended'])[seq], '{"node": "a"}'
FROM call_record, generate_series(1, $1) AS seq
"""
LOAD_TASKS = """
INSERT INTO callback_task (number, ani, service_class, reason, state, calls, attempts, first_call_at, last_call_at,
    next_try_at, closed_at, result)
SELECT ani_e164, ani, service_class, outcome, state, 1, 0, arrived_at, ended_at, ended_at,
    CASE WHEN state = 'closed' THEN ended_at END, CASE WHEN state = 'closed' THEN 'reached' END
FROM (
    SELECT *, CASE WHEN arrived_at > timestamptz '2026-11-24 00:00:00Z' THEN 'open' ELSE 'closed' END AS state
    FROM call_record
    WHERE outcome = 'abandoned' AND ani_e164 <> '+6281234500001' AND ended_at IS NOT NULL
) AS forgotten
"""
SEARCHES: dict[str, CallQuery] = {
    "all, the newest": CallQuery(),
    "an emergency": CallQuery(service_class=ServiceClass.EMERGENCY),
    "information (1 in 200)": CallQuery(service_class=ServiceClass.INFORMATION),
    "answered": CallQuery(outcome=Outcome.ANSWERED),
    "dropped (1 in 3,000)": CallQuery(outcome=Outcome.DROPPED),
    "an outcome nobody had": CallQuery(outcome=Outcome.FALLBACK_ANSWERED),
    "one operator's": CallQuery(operator="operator-5"),
    "nobody's": CallQuery(operator="nobody"),
    "one operator's dropped information": CallQuery(
        operator="operator-5", service_class=ServiceClass.INFORMATION, outcome=Outcome.DROPPED
    ),
    "a node's that is gone": CallQuery(node="old"),
    "who calls day and night": CallQuery(number=PRANKSTER),
    "a number of one call": CallQuery(number="+6281200000001"),
    "last four digits": CallQuery(digits="4321"),
    "last four of who calls day and night": CallQuery(digits="0001"),
    "last eight digits": CallQuery(digits="12345678"),
    "under way": CallQuery(live=True),
    "over": CallQuery(live=False),
    "a day's": CallQuery(since=DAY, until=DAY + timedelta(days=1)),
    "a day's dropped": CallQuery(since=DAY, until=DAY + timedelta(days=1), outcome=Outcome.DROPPED),
    "half a year's information": CallQuery(
        since=LAST - timedelta(days=200),
        until=LAST - timedelta(days=17),
        service_class=ServiceClass.INFORMATION,
    ),
}
LISTS = {"call-backs to be done": False, "all call-backs": True}


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFigure:
    """One list or search. Times of a transaction in ms: page and total, from asking to the last row read."""

    what: str
    stored: int
    found: int
    exact: bool
    p50_ms: float
    p95_ms: float
    p99_ms: float


async def load(url: str, stored: int) -> None:
    """Fill the tables: calls, their facts, the call-backs of those nobody answered."""
    connection = await asyncpg.connect(url, command_timeout=LOAD_SECONDS)
    try:
        await connection.execute(LOAD_CALLS, stored)
        await connection.execute(LOAD_FACTS, FACTS)
        await connection.execute(LOAD_TASKS)
        await connection.execute("VACUUM ANALYZE call_record, call_fact, callback_task")
    finally:
        await connection.close()


async def searched(store: Store, what: str, wanted: CallQuery, stored: int, times: int) -> StoredFigure:
    """Ask for the first page, and those behind it in turn."""
    spent, after, total, exact = [], None, 0, True
    for _ in range(times):
        began = time.perf_counter()
        async with store.transaction() as connection:
            page = await calls.page(connection, wanted, limit=50, after=after)
        spent.append((time.perf_counter() - began) * 1000)
        total, exact, after = page.total, page.exact, page.next
    return _figure(what, stored, total, exact, spent)


async def others(store: Store, stored: int, times: int) -> list[StoredFigure]:
    """Ask for one call with its facts, and for the call-backs."""
    async with store.transaction() as connection:
        ids = [call.id for call in (await calls.page(connection, limit=500)).items]
    spent: dict[str, list[float]] = {what: [] for what in ("one call and its facts", *LISTS)}
    found = dict.fromkeys(spent, (1, True))
    for number in range(times):
        async with timed(store, spent["one call and its facts"]) as connection:
            await calls.get(connection, ids[number % len(ids)])
            await facts.page(connection, ids[number % len(ids)])
        for what, all_ in LISTS.items():
            async with timed(store, spent[what]) as connection:
                page = await callbacks.page(connection, all_=all_)
            found[what] = page.total, page.exact
    return [_figure(what, stored, *found[what], spent[what]) for what in spent]


@asynccontextmanager
async def timed(store: Store, spent: list[float]) -> AsyncIterator[Connection]:
    """Give a transaction, and note how many ms it took."""
    began = time.perf_counter()
    async with store.transaction() as connection:
        yield connection
    spent.append((time.perf_counter() - began) * 1000)


def _figure(what: str, stored: int, found: int, exact: bool, spent: list[float]) -> StoredFigure:
    p50, p95, p99 = (quantile(spent, part) for part in (0.5, 0.95, 0.99))
    return StoredFigure(
        what=what, stored=stored, found=found, exact=exact, p50_ms=p50, p95_ms=p95, p99_ms=p99
    )


async def measure(url: str, stored: int, times: int) -> list[StoredFigure]:
    """Load so many calls; ask everything so many times."""
    await load(url, stored)
    store = await Store.create(url)
    try:
        found = [await searched(store, what, wanted, stored, times) for what, wanted in SEARCHES.items()]
        return found + await others(store, stored, times)
    finally:
        await store.close()


def played(stored: int, times: int) -> list[StoredFigure]:
    """Play the case on a server of its own."""
    server = Server()
    try:
        server.start()
        url = asyncio.run(server.create("stored", migrated(server)))
        return asyncio.run(measure(url, stored, times))
    finally:
        server.remove()
