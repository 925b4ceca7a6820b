"""The figures of a span against the same figures made of the rows, by other means."""

import random
import uuid
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy
import pytest
from sqlalchemy import text

from ct112.core.record import ServiceClass
from ct112.store import Store, statistics
from tests.store.once import Once

SINCE = datetime(2026, 11, 1, tzinfo=UTC)
UNTIL = datetime(2026, 12, 1, tzinfo=UTC)
MISSED = ["abandoned", "fallback_abandoned", "dropped"]
STATUSES = ["open", "dispatched", "closed", "closed"]
CATEGORIES = {"kebakaran": "emergency", "sarang_tawon": "urgent"}
INSERTS = {
    "call_record": "id, revision, node, dialled, ivr_path, arrived_at, answered_at, service_class, outcome",
    "incident": "id, number, status, category, priority, kelurahan, opened_at, opened_by, merged_into",
    "incident_call": "incident_id, call_id, joined_by",
    "dispatch": "id, incident_id, agency, status, asked_at, asked_by, changed_by, acknowledged_at,"
    " on_scene_at",
}
Rows = dict[str, list[dict[str, Any]]]


def made(seed: int) -> Rows:
    """Return calls, incidents and dispatches of three months, November in their middle."""
    dice = random.Random(seed)

    def maybe(at: datetime | None, least: float, most: float, share: float) -> datetime | None:
        return (
            None if at is None or dice.random() > share else at + timedelta(seconds=dice.uniform(least, most))
        )

    rows: Rows = {name: [] for name in INSERTS}
    for number in range(200):
        arrived = SINCE + timedelta(seconds=dice.uniform(-30 * 86400, 60 * 86400))
        answered = maybe(arrived, 0, 40, 0.7)
        call = {
            "id": uuid.UUID(int=number + 1), "revision": 1, "node": "a", "dialled": "112", "ivr_path": [],
            "arrived_at": arrived, "answered_at": answered,
            "service_class": dice.choice([*map(str, ServiceClass), None]),
            "outcome": "answered" if answered else dice.choice(MISSED),
        }  # fmt: skip
        rows["call_record"].append(call)
        if answered is not None and dice.random() < 0.7:
            _incident(rows, number, call, dice, maybe)
    return rows


def _incident(
    rows: Rows, number: int, call: dict[str, Any], dice: random.Random, maybe: Callable[..., datetime | None]
) -> None:
    opened = call["answered_at"] + timedelta(seconds=dice.uniform(1, 90))
    status = dice.choice(
        ["open", "dispatched", "closed", "closed"] + (["merged"] if rows["incident"] else [])
    )
    id_ = uuid.UUID(int=10_000 + number)
    rows["incident"].append(
        {
            "id": id_, "number": f"2026-1101-{number + 1}", "status": status,
            "category": dice.choice(list(CATEGORIES)), "priority": 1,
            "kelurahan": dice.choice(["33.75.01.1003", "33.75.02.1001", None]), "opened_at": opened,
            "opened_by": "x", "merged_into": rows["incident"][0]["id"] if status == "merged" else None,
        }
    )  # fmt: skip
    if dice.random() < 0.8:
        rows["incident_call"].append({"incident_id": id_, "call_id": call["id"], "joined_by": "x"})
    for agency in dice.sample(["damkar", "pmi", "polres"], dice.randint(0, 3)):
        asked = opened + timedelta(seconds=dice.uniform(0, 60))
        acknowledged = maybe(asked, 1, 200, 0.8)
        rows["dispatch"].append(
            {
                "id": uuid.UUID(int=dice.getrandbits(100)), "incident_id": id_, "agency": agency,
                "status": dice.choice(["sent", "acknowledged", "declined", "done"]), "asked_at": asked,
                "asked_by": "x", "changed_by": "x", "acknowledged_at": acknowledged,
                "on_scene_at": maybe(acknowledged, 60, 1800, 0.8),
            }
        )  # fmt: skip


def of_incident(rows: Rows, id_: uuid.UUID) -> list[dict[str, Any]]:
    return [row for row in rows["dispatch"] if row["incident_id"] == id_]


async def write(store: Store, rows: Rows) -> None:
    async with store.transaction() as connection:
        for table, names in INSERTS.items():
            values = ", ".join(f":{name}" for name in names.split(", "))
            query = text(f"INSERT INTO {table} ({names}) VALUES ({values})")
            await connection.execute(query, rows[table])


async def of_november(store: Store) -> statistics.Statistics:
    async with store.transaction() as connection:
        return await statistics.of_span(connection, SINCE, UNTIL)


def seconds(pairs: Iterable[tuple[datetime | None, datetime | None]]) -> list[float]:
    return [(end - begin).total_seconds() for begin, end in pairs if begin is not None and end is not None]


def close(mean: float | None, p90: float | None, known: list[float]) -> bool:
    """Return whether a mean and a 90th percentile are those of the values."""
    if not known:
        return mean is None and p90 is None
    return bool(
        mean == pytest.approx(numpy.mean(known)) and p90 == pytest.approx(numpy.percentile(known, 90))
    )


def within(found: list[float], most: float) -> int:
    return sum(value <= most for value in found)


@pytest.mark.parametrize("seed", [1, 2])
async def test_calls_and_agencies_are_what_the_rows_say(store: Once, seed: int) -> None:
    rows = made(seed)
    await write(store, rows)
    found = await of_november(store)
    calls = [row for row in rows["call_record"] if SINCE <= row["arrived_at"] < UNTIL]
    assert {each.key for each in found.calls} == {"all"} | {row["service_class"] or "none" for row in calls}
    for each in found.calls:
        its = [row for row in calls if each.key in ("all", row["service_class"] or "none")]
        waits = seconds((row["arrived_at"], row["answered_at"]) for row in its)
        assert (each.calls, each.answered) == (len(its), len(waits))
        assert each.abandoned == sum("abandoned" in row["outcome"] for row in its)
        assert [each.within_10_s, each.within_15_s, each.within_20_s] == [
            within(waits, n) for n in (10, 15, 20)
        ]
        assert close(each.answer_mean_seconds, each.answer_p90_seconds, waits)
    for agency in found.agencies:
        its = [row for row in rows["dispatch"] if row["agency"] == agency.key]
        its = [row for row in its if SINCE <= row["asked_at"] < UNTIL]
        yes = seconds((row["asked_at"], row["acknowledged_at"]) for row in its)
        there = seconds((row["asked_at"], row["on_scene_at"]) for row in its)
        assert (agency.asked, agency.acknowledged, agency.reached) == (len(its), len(yes), len(there))
        assert agency.declined == sum(row["status"] == "declined" for row in its)
        assert close(agency.acknowledged_mean_seconds, agency.acknowledged_p90_seconds, yes)
        assert close(agency.on_scene_mean_seconds, agency.on_scene_p90_seconds, there)


@pytest.mark.parametrize("seed", [1, 2])
async def test_incidents_are_what_the_rows_say(store: Once, seed: int) -> None:
    rows = made(seed)
    await write(store, rows)
    found = await of_november(store)
    calls = {row["id"]: row for row in rows["call_record"]}
    joined = {row["incident_id"]: calls[row["call_id"]] for row in rows["incident_call"]}
    its = [row for row in rows["incident"] if SINCE <= row["opened_at"] < UNTIL and row["status"] != "merged"]
    keys: dict[str, Callable[[dict[str, Any]], str]] = {
        "classes": lambda row: CATEGORIES[row["category"]],
        "categories": lambda row: str(row["category"]),
        "kelurahan": lambda row: row["kelurahan"] or "none",
    }
    for name, key in keys.items():
        for each in getattr(found, name):
            group = [row for row in its if each.key in ("all", key(row))]
            assert each.incidents == len(group)
            assert each.closed == sum(row["status"] == "closed" for row in group)
            sent = {
                row["id"]: [d for d in rows["dispatch"] if d["incident_id"] == row["id"]] for row in group
            }
            assert each.dispatched == sum(bool(asked) for asked in sent.values())
            after = seconds(
                (joined[id_]["answered_at"], min(d["asked_at"] for d in asked))
                for id_, asked in sent.items()
                if asked and id_ in joined
            )
            assert (each.dispatched_within_60_s, each.dispatched_after_answer) == (
                within(after, 60),
                len(after),
            )
            begun = {row["id"]: joined[row["id"]]["arrived_at"] for row in group if row["id"] in joined}
            there = {id_: [d["on_scene_at"] for d in of_ if d["on_scene_at"]] for id_, of_ in sent.items()}
            response = seconds(
                (begun.get(row["id"], row["opened_at"]), min(there[row["id"]], default=None)) for row in group
            )
            assert (each.reached, each.reached_within_15_min) == (len(response), within(response, 900))
            assert close(each.response_mean_seconds, each.response_p90_seconds, response)
        assert sum(each.incidents for each in getattr(found, name) if each.key != "all") == len(its)


async def test_a_call_that_comes_later_does_not_shorten_the_response(store: Once) -> None:
    """Opened from an alert or by hand; a passer-by calls a minute before the agency arrives."""
    rows: Rows = {name: [] for name in INSERTS}
    event, minutes = uuid.UUID(int=1), [SINCE + timedelta(minutes=each) for each in range(31)]
    rows["incident"] = [
        {
            "id": event, "number": "2026-1101-1", "status": "closed", "category": "kebakaran", "priority": 1,
            "kelurahan": None, "opened_at": minutes[0], "opened_by": "x", "merged_into": None,
        }
    ]  # fmt: skip
    rows["call_record"] = [
        {
            "id": event, "revision": 1, "node": "a", "dialled": "112", "ivr_path": [],
            "arrived_at": minutes[29], "answered_at": minutes[29], "service_class": None,
            "outcome": "answered",
        }
    ]  # fmt: skip
    rows["incident_call"] = [{"incident_id": event, "call_id": event, "joined_by": "x"}]
    rows["dispatch"] = [
        {
            "id": event, "incident_id": event, "agency": "damkar", "status": "done", "asked_at": minutes[1],
            "asked_by": "x", "changed_by": "x", "acknowledged_at": minutes[2], "on_scene_at": minutes[30],
        }
    ]  # fmt: skip
    await write(store, rows)
    every = (await of_november(store)).classes[0]
    assert (every.reached, every.reached_within_15_min, every.response_mean_seconds) == (1, 0, 1800)


async def test_nothing_is_nothing_and_no_span_is_refused(store: Once) -> None:
    found = await of_november(store)
    assert (found.calls[0].calls, found.calls[0].answer_mean_seconds, found.agencies) == (0, None, [])
    async with store.transaction() as connection:
        with pytest.raises(ValueError, match="after it begins"):
            await statistics.of_span(connection, UNTIL, UNTIL)


async def test_a_day_is_the_centres(store: Once) -> None:
    rows = made(3)
    await write(store, rows)
    zone = ZoneInfo("Asia/Jakarta")
    day = datetime(2026, 11, 14, tzinfo=zone).date()
    async with store.transaction() as connection:
        ((_, found),) = await statistics.of_days(connection, [day], zone)
    local = [row["arrived_at"].astimezone(zone).date() for row in rows["call_record"]]
    assert found.calls[0].calls == local.count(day)
