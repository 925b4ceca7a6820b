"""What is written down about a call, and what is never lost again."""

import json
import traceback
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest

from ct112.core.ids import NodeName, OperatorName, PositionName
from ct112.core.record import CallRecord, ClassSource, EndedBy, Outcome, ServiceClass
from ct112.store.calls_writing import row_of
from ct112.store.faults import RowRefused
from tests.store.examples import ARRIVED, NODE, call_id, fact, record
from tests.store.once import Once

FULL = record(
    sip_call_id="a84b4c76e66710",
    ani="0812-3456-789",
    picked_up_at=ARRIVED + 2,
    queued_at=ARRIVED + 9,
    answered_at=ARRIVED + 12.25,
    ended_at=ARRIVED + 60,
    service_class=ServiceClass.URGENT,
    class_source=ClassSource.DIGIT,
    ivr_version=3,
    ivr_path=("greeting", "urgent"),
    keys_pressed="72",
    operator=OperatorName("siti"),
    position=PositionName("pos-1"),
    outcome=Outcome.ANSWERED,
    ended_by=EndedBy.CALLER,
    location={"shape": "Point", "pos": [-6.8886, 109.6753]},
    recording={"name": "x"},
)


async def test_every_column_comes_back_as_it_was_written(store: Once) -> None:
    await store.write([FULL], [])
    found = await store.call(FULL.call)
    assert found.arrived_at == datetime.fromtimestamp(ARRIVED + 1, UTC)
    assert found.arrived_at.utcoffset().total_seconds() == 0  # type: ignore[union-attr]
    assert (found.answered_at - found.arrived_at).total_seconds() == 11.25  # type: ignore[operator]
    assert found.ani_e164 == "+628123456789"
    for name in ("sip_call_id", "ani", "dialled", "service_class", "class_source", "ivr_version", "ivr_path"):
        assert getattr(found, name) == getattr(FULL, name), name
    for name in (
        "node",
        "operator",
        "position",
        "outcome",
        "ended_by",
        "location",
        "recording",
        "keys_pressed",
    ):
        assert getattr(found, name) == getattr(FULL, name), name


def test_no_column_is_forgotten() -> None:
    assert set(row_of(FULL)) == set(CallRecord.__dataclass_fields__) - {"call", "node_up_since"} | {
        "id",
        "ani_e164",
    }
    assert not [name for name, value in row_of(FULL).items() if value is None]


async def test_the_highest_revision_wins_whatever_order_they_come_in(store: Once) -> None:
    await store.write([record(revision=5, service_class=ServiceClass.URGENT)], [])
    await store.write([record(revision=4, service_class=ServiceClass.EMERGENCY)], [])
    assert (await store.call(call_id(1))).service_class == ServiceClass.URGENT
    await store.write([record(revision=6, service_class=ServiceClass.EMERGENCY)], [])
    assert (await store.call(call_id(1))).service_class == ServiceClass.EMERGENCY


async def test_the_same_call_twice_in_one_batch(store: Once) -> None:
    await store.write([record(revision=2, ani="0285421234"), record(revision=3, ani="0285421235")], [])
    assert (await store.call(call_id(1))).ani == "0285421235"


async def test_a_call_found_again_after_a_restart_keeps_what_was_known(store: Once) -> None:
    before = replace(FULL, ended_at=None, outcome=None, ended_by=None)
    await store.write([before], [])
    found_again = record(revision=9, dialled="", arrived_at=ARRIVED + 1.5)
    await store.write([found_again], [])
    ended = replace(found_again, revision=10, ended_at=ARRIVED + 90, outcome=Outcome.ANSWERED)
    await store.write([replace(ended, ended_by=EndedBy.OPERATOR)], [])
    row = await store.call(FULL.call)
    assert (row.ani, row.dialled, row.ivr_path) == (FULL.ani, "112", ("greeting", "urgent"))
    assert row.arrived_at.timestamp() == ARRIVED + 1
    assert row.answered_at is not None
    assert row.ended_at is not None
    assert row.ended_at.timestamp() == ARRIVED + 90
    assert row.ended_by == EndedBy.OPERATOR


async def test_every_enumeration_fits_its_column(store: Once) -> None:
    known = (
        [{"service_class": one} for one in ServiceClass]
        + [{"class_source": one} for one in ClassSource]
        + [{"outcome": one} for one in Outcome]
        + [{"ended_by": one} for one in EndedBy]
    )
    await store.write([record(number, **what) for number, what in enumerate(known)], [])
    assert len(await store.listed()) == len(known)


@pytest.mark.parametrize("column", ["service_class", "class_source", "outcome", "ended_by"])
async def test_a_word_outside_the_enumeration_is_refused(store: Once, database_url: str, column: str) -> None:
    await store.write([FULL], [])
    connection = await asyncpg.connect(database_url)
    with pytest.raises(asyncpg.CheckViolationError):
        await connection.execute(f"UPDATE call_record SET {column} = 'nonsense'")
    await connection.close()


GARBAGE = "a\0b\ud800c'; DROP TABLE call_record; -- \N{SNOWMAN}"
STORABLE = "a\N{REPLACEMENT CHARACTER}b?c'; DROP TABLE call_record; -- \N{SNOWMAN}"


async def test_what_postgresql_cannot_hold_is_made_storable(store: Once) -> None:
    data = {GARBAGE: [GARBAGE, float("nan"), float("inf"), b"\0", ("x",), {1: None}]}
    await store.write([record(ani=GARBAGE, location=data, ivr_path=(GARBAGE,))], [fact(text=GARBAGE)])
    row = await store.call(call_id(1))
    assert row.ani == STORABLE
    assert row.ani_e164 is None
    assert row.ivr_path == (STORABLE,)
    assert row.location == {STORABLE: [STORABLE, None, None, "b'\\x00'", ["x"], {"1": None}]}
    assert [one.data for one in await store.facts(call_id(1))] == [{"text": STORABLE}]


async def test_why_a_row_was_refused_is_said_without_what_is_in_it(store: Once) -> None:
    bad = record(ani="081234567890", dialled="112", service_class="nonsense")
    with pytest.raises(RowRefused, match="23514") as refusal:
        await store.write([bad], [])
    assert "081234567890" not in "".join(traceback.format_exception(refusal.value))


async def test_a_very_long_number_is_still_a_row(store: Once) -> None:
    await store.write([record(ani="1" * 60_000, dialled="2" * 60_000)], [])
    assert len((await store.call(call_id(1))).ani or "") == 60_000


async def test_facts_are_written_once_and_come_back_in_order(store: Once) -> None:
    await store.write([], [fact(seq=7, kind="ended"), fact(seq=2, kind="arrived", digit="1")])
    await store.write([], [fact(seq=2, kind="another"), fact(seq=3, kind="queued")])
    assert [(one.seq, one.kind) for one in await store.facts(call_id(1))] == [
        (2, "arrived"),
        (3, "queued"),
        (4, "another"),
        (7, "ended"),
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE call_fact SET kind = 'x'",
        "DELETE FROM call_fact",
        "TRUNCATE call_fact",
        "UPDATE ivr_version SET note = 'x'",
        "DELETE FROM ivr_version",
    ],
)
async def test_what_happened_cannot_be_changed(store: Once, database_url: str, statement: str) -> None:
    await store.write([], [fact()])
    await store.publish({}, "start: x")
    connection = await asyncpg.connect(database_url)
    with pytest.raises(asyncpg.RestrictViolationError, match="append-only"):
        await connection.execute(statement)
    await connection.close()
    assert len(await store.facts(call_id(1))) == len(await store.versions()) == 1


async def test_records_nobody_will_close_are_closed_and_the_live_ones_left_alone(store: Once) -> None:
    ended = record(4, ended_at=ARRIVED + 5, outcome=Outcome.ABANDONED, ended_by=EndedBy.CALLER)
    waiting, talking = record(1), record(2, answered_at=ARRIVED + 8, service_class=ServiceClass.URGENT)
    live, elsewhere, newer = record(3), record(5, node=NodeName("b")), record(6, arrived_at=ARRIVED + 500)
    await store.write([waiting, talking, live, ended, elsewhere, newer], [])
    assert await store.close_open_records(NODE, [live.call], ARRIVED + 100) == 2
    rows = {row.id: row for row in await store.listed()}
    closed = rows[waiting.call]
    assert (closed.outcome, closed.ended_by) == (Outcome.FALLBACK, EndedBy.SYSTEM)
    assert (closed.service_class, closed.class_source) == (ServiceClass.EMERGENCY, ClassSource.FALLBACK)
    assert closed.ended_at == datetime.fromtimestamp(ARRIVED + 100, UTC)
    assert rows[talking.call].outcome == Outcome.ANSWERED
    assert rows[talking.call].service_class == ServiceClass.URGENT
    assert [rows[one.call].ended_at for one in (live, elsewhere, newer)] == [None, None, None]
    assert rows[ended.call].outcome == Outcome.ABANDONED
    assert [(one.kind, one.data) for one in await store.facts(waiting.call)] == [
        ("closed", {"outcome": "fallback"})
    ]
    assert await store.close_open_records(NODE, [live.call], ARRIVED + 100) == 0


@pytest.mark.parametrize("arrived_at", ["-infinity", "0044-03-15 BC"])
async def test_a_record_that_cannot_be_closed_costs_itself_alone(
    database_url: str, tmp_path: Path, arrived_at: str
) -> None:
    store = await Once.create(database_url, tmp_path / "aside.jsonl")
    await store.write([record(1), record(2), record(3)], [])
    connection = await asyncpg.connect(database_url)
    await connection.execute(f"UPDATE call_record SET arrived_at = '{arrived_at}' WHERE id = '{call_id(2)}'")
    await connection.execute("ALTER TABLE call_fact ADD CHECK (seq < 1000000)")  # whatever refuses a row
    await connection.close()
    assert await store.close_open_records(NODE, [], ARRIVED + 100) == 2
    (line,) = (tmp_path / "aside.jsonl").read_text().splitlines()
    assert json.loads(line)["thing"] == {"call": call_id(2)}
    assert (tmp_path / "aside.jsonl").stat().st_mode & 0o077 == 0
    await store.close()


async def test_what_is_known_better_wins_over_a_closed_record(store: Once) -> None:
    await store.write([record(revision=10)], [])
    await store.close_open_records(NODE, [], ARRIVED + 100)
    truth = record(revision=11, ended_at=ARRIVED + 50, outcome=Outcome.ABANDONED, ended_by=EndedBy.CALLER)
    await store.write([truth], [])
    row = await store.call(call_id(1))
    assert (row.outcome, row.ended_by) == (Outcome.ABANDONED, EndedBy.CALLER)
    assert row.ended_at == datetime.fromtimestamp(ARRIVED + 50, UTC)


async def test_a_number_is_one_however_it_was_sent(store: Once) -> None:
    forms = ["08123456789", "+628123456789", "0812 3456 789", "628123456789"]
    await store.write([record(number, ani=ani) for number, ani in enumerate(forms)], [])
    assert {row.ani_e164 for row in await store.listed()} == {"+628123456789"}
