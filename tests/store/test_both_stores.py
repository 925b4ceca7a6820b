"""One suite over two stores: PostgreSQL, and the one without it that refuses the same."""

import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from ct112.core.callback_rules import CallbackResult
from ct112.core.fallback import FallbackCall
from ct112.core.ids import CallId, OperatorName, PositionName
from ct112.core.record import CallRecord, ClassSource, EndedBy, Fact, Outcome, ServiceClass
from ct112.store import BadCursor, CallbackError, RowRefused, Task
from lab import people
from lab.throwaway import Server
from tests.store.examples import ARRIVED, NODE, call_id, fact, record
from tests.store.once import FakeOnce, Once

Either = Once | FakeOnce
NUL, HALF = "a\0b", "a\ud800b"
SHOWN = {NUL: "a\N{REPLACEMENT CHARACTER}b", HALF: "a?b"}
DAY = 86_400.0
ENDED: dict[str, Any] = {"ended_at": ARRIVED + 9, "outcome": Outcome.ABANDONED, "ended_by": EndedBy.CALLER}


@pytest.fixture(params=["postgresql", "fake"])
async def either(request: pytest.FixtureRequest, server: Server, template: str) -> AsyncIterator[Either]:
    """Give each store in turn."""
    if request.param == "fake":
        yield FakeOnce(operators={"pos-1": "sari"})
        return
    name = f"suite_{uuid.uuid4().hex[:12]}"
    real = await Once.create(await server.create(name, template))
    await people.man(real, [("pos-1", "sari", "generated-1234")], since=0.0)
    yield real
    await real.close()
    await server.drop(name)


REFUSED: list[CallRecord | Fact] = [
    record(arrived_at=float("nan")),
    record(arrived_at=float("inf")),
    record(arrived_at=1e12),
    record(arrived_at=-1e12),
    record(arrived_at=1e300),
    record(ended_at=1e12),
    record(revision=2**63),
    record(ivr_version=-(2**63) - 1),
    record(service_class="nonsense"),
    record(class_source=NUL),
    record(outcome="nonsense"),
    record(ended_by="nobody"),
    record(dialled=None),
    record(node=None),
    record(ivr_path=(None,)),
    CallRecord(call=CallId("no uuid"), node=NODE, arrived_at=ARRIVED),
    CallRecord(call=CallId(NUL), node=NODE, arrived_at=ARRIVED),
    fact(seq=2**63),
    fact(seq=-(2**63) - 1),
    replace(fact(), at=float("nan")),
    replace(fact(), at=float("-inf")),
    replace(fact(), at=1e12),
    replace(fact(), at=1e300),
    Fact(call=CallId("no uuid"), seq=1, at=ARRIVED, kind="arrived"),
]


@pytest.mark.parametrize("bad", REFUSED, ids=range(len(REFUSED)))
async def test_what_is_no_row_is_refused_and_nothing_of_its_batch_is_written(
    either: Either, bad: CallRecord | Fact
) -> None:
    records, facts = [record(7)], [fact(7)]
    if isinstance(bad, Fact):
        facts.append(bad)
    else:
        records.append(bad)
    with pytest.raises(RowRefused):
        await either.write(records, facts)
    assert await either.listed() == []
    assert await either.facts(call_id(7)) == []


@pytest.mark.parametrize("text", [NUL, HALF])
async def test_any_text_is_made_storable(either: Either, text: str) -> None:
    known: dict[str, Any] = dict.fromkeys(
        ("node", "sip_call_id", "ani", "dialled", "operator", "position"), text
    )
    location = {text: [text, float("nan"), float("inf"), {"deep": (text,)}, b"\0", {1: 2**70}]}
    await either.write(
        [record(ivr_path=(text,), location=location, recording={"a": text}, **known)],
        [fact(kind=text, text=text, size=float("inf"), big=2**70)],
    )
    row = await either.call(call_id(1))
    shown = SHOWN[text]
    assert {name: getattr(row, name) for name in known} == dict.fromkeys(known, shown)
    assert row.ivr_path == (shown,)
    assert row.location == {shown: [shown, None, None, {"deep": [shown]}, "b'\\x00'", {"1": 2**70}]}
    (told,) = await either.facts(call_id(1))
    assert (told.kind, told.data) == (shown, {"text": shown, "size": None, "big": 2**70})


@pytest.mark.parametrize("seq", [-1, 0, 2**31 - 1, 2**31, 2**40, 2**63 - 1])
async def test_a_facts_number_may_be_any_age(either: Either, seq: int) -> None:
    await either.write([], [fact(seq=0), replace(fact(), seq=seq)])
    assert {told.seq for told in await either.facts(call_id(1))} == {0, seq} if seq else {0}


@pytest.mark.parametrize("at", [-62_000_000_000.0, -1.0, 0.0, 253_402_300_798.0])
async def test_any_time_that_can_be_read_again_is_written(either: Either, at: float) -> None:
    await either.write([record(arrived_at=at)], [replace(fact(), at=at)])
    assert (await either.call(call_id(1))).arrived_at.timestamp() == at
    assert [told.at.timestamp() for told in await either.facts(call_id(1))] == [at]


async def test_facts_with_one_number_are_all_kept(either: Either) -> None:
    first, second, third = fact(kind="arrived"), fact(kind="found"), fact(kind="queued", place=3)
    for _ in range(3):  # as often as it is tried
        await either.write([], [first, fact(seq=2, kind="said")])
        await either.write([], [second, third, second])
    assert [(told.seq, told.kind) for told in await either.facts(call_id(1))] == [
        (1, "arrived"),
        (2, "said"),
        (3, "found"),
        (4, "queued"),
    ]


async def test_the_highest_revision_wins_and_keeps_what_it_does_not_know(either: Either) -> None:
    await either.write([record(revision=5, ani="0812", ivr_path=("a",), operator=OperatorName("siti"))], [])
    await either.write([record(revision=4, ani="0813")], [])
    await either.write([record(revision=6, dialled="", arrived_at=ARRIVED + 2)], [])
    row = await either.call(call_id(1))
    assert (row.ani, row.dialled, row.ivr_path, row.operator) == ("0812", "112", ("a",), "siti")
    assert row.arrived_at.timestamp() == ARRIVED + 1


async def test_who_waits_again_after_a_talk_keeps_the_first_times(either: Either) -> None:
    """A second serve that finds a caller who lost the operator knows of no talk, and queues the call anew."""
    first: dict[str, Any] = {
        "picked_up_at": ARRIVED + 2,
        "queued_at": ARRIVED + 5,
        "answered_at": ARRIVED + 9,
    }
    await either.write([record(revision=1, **first)], [])
    again: dict[str, Any] = {
        "picked_up_at": ARRIVED + 50,
        "queued_at": ARRIVED + 52,
        "answered_at": ARRIVED + 60,
    }
    await either.write([record(revision=2, **again)], [])
    row = await either.call(call_id(1))
    times = [row.picked_up_at, row.queued_at, row.answered_at]
    assert times == [datetime.fromtimestamp(at, UTC) for at in first.values()]


async def test_no_record_ends_before_it_began(either: Either) -> None:
    await either.write([record(1, ended_at=ARRIVED - 50, answered_at=ARRIVED + 5)], [])
    await either.write([record(2, answered_at=ARRIVED + 30)], [])
    await either.write([record(2, revision=2, ended_at=ARRIVED + 10)], [])
    assert (await either.call(call_id(1))).ended_at == datetime.fromtimestamp(ARRIVED + 5, UTC)
    assert (await either.call(call_id(2))).ended_at == datetime.fromtimestamp(ARRIVED + 30, UTC)


@pytest.mark.parametrize("age", [10.0, 26 * DAY, 20_000 * DAY])
async def test_an_open_record_of_any_age_is_closed(either: Either, age: float) -> None:
    now = ARRIVED + 100
    await either.write([record(1, arrived_at=now - age), record(2, arrived_at=now + 5)], [])
    assert await either.close_open_records(NODE, ["no uuid", NUL], now) == 1
    row = await either.call(call_id(1))
    assert (row.outcome, row.ended_at) == (Outcome.FALLBACK, datetime.fromtimestamp(now, UTC))
    assert [told.seq for told in await either.facts(call_id(1))] == [int(age * 1000)]
    assert await either.close_open_records(NODE, [], now) == 0


async def test_a_record_closed_over_a_clock_that_went_back_ends_after_its_answer(either: Either) -> None:
    await either.write([record(1, answered_at=ARRIVED + 500)], [])
    assert await either.close_open_records(NODE, [], ARRIVED + 100) == 1
    row = await either.call(call_id(1))
    assert (row.outcome, row.ended_at) == (Outcome.ANSWERED, datetime.fromtimestamp(ARRIVED + 500, UTC))


LEG = "a-1790000001.7"


def given_up(leg: str = LEG, **known: Any) -> FallbackCall:
    """A call the fallback had for half a minute."""
    values: dict[str, Any] = {
        "entered_at": ARRIVED + 11,
        "ended_at": ARRIVED + 40,
        "sip_call_id": "abc",
        "ani": "081234567890",
    }
    return FallbackCall(node=NODE, leg=leg, ended_by=EndedBy.CALLER, **(values | known))


async def test_a_fallback_call_is_one_record_however_often_it_is_taken_in(either: Either) -> None:
    call = given_up(answered_at=ARRIVED + 20, position=PositionName("pos-1"))
    for _ in range(3):
        await either.take_fallback(call)
    (row,) = await either.listed()
    assert (row.outcome, row.operator, row.class_source) == ("fallback_answered", "sari", "fallback")
    assert [told.kind for told in await either.facts(row.id)] == [
        "fallback_entered",
        "fallback_answered",
        "ended",
    ]


@pytest.mark.parametrize("ahead", [-3600.0, -10.0, 0.0, 4.0, 10.0, 3600.0])
async def test_both_halves_of_a_call_are_one_record_whatever_our_clock_says(
    either: Either, ahead: float
) -> None:
    ours = record(
        sip_call_id="abc",
        arrived_at=ARRIVED + 1 + ahead,
        queued_at=ARRIVED + 2 + ahead,
        ended_at=ARRIVED + 11 + ahead,
        outcome=Outcome.FALLBACK,
        service_class=ServiceClass.URGENT,
        class_source=ClassSource.DIGIT,
    )
    await either.write([ours], [])
    for _ in range(2):
        await either.take_fallback(given_up(answered_at=ARRIVED + 15))
    (row,) = await either.listed()
    assert (row.id, row.outcome, row.service_class) == (call_id(1), "fallback_answered", "urgent")
    times = [row.arrived_at, row.queued_at, row.answered_at, row.ended_at]
    assert times == sorted(times)  # type: ignore[type-var]
    assert (row.ended_at - row.answered_at).total_seconds() == 25  # type: ignore[operator]
    assert len(await either.facts(row.id)) == 3


async def test_two_callers_who_send_one_call_id_stay_two(either: Either) -> None:
    for _ in range(2):
        await either.take_fallback(given_up(answered_at=ARRIVED + 20))
        await either.take_fallback(given_up("a-1790000003.9", ani="081299999999", entered_at=ARRIVED + 12))
    rows = await either.listed()
    assert sorted(str(row.outcome) for row in rows) == ["fallback_abandoned", "fallback_answered"]
    assert [task.ani for task in await either.tasks()] == ["081299999999"]


async def test_a_copied_call_id_does_not_take_another_callers_record(either: Either) -> None:
    await either.write([record(sip_call_id="abc", ani="0285421234", **ENDED)], [])
    await either.take_fallback(given_up(answered_at=ARRIVED + 20))
    assert len(await either.listed()) == 2
    assert (await either.call(call_id(1))).outcome == Outcome.ABANDONED


async def test_a_fallback_call_over_a_clock_that_was_set_right_is_taken_in(either: Either) -> None:
    await either.take_fallback(given_up("a-946684800.7", entered_at=946_684_810.0, answered_at=946_684_815.0))
    (row,) = await either.listed()
    assert row.arrived_at == row.answered_at == row.ended_at == datetime.fromtimestamp(ARRIVED + 40, UTC)


@pytest.mark.parametrize("name", ["position", "ani", "dialled", "sip_call_id"])
@pytest.mark.parametrize("text", [NUL, HALF])
async def test_a_fallback_call_with_any_text_is_taken_in(either: Either, name: str, text: str) -> None:
    for _ in range(2):
        await either.take_fallback(given_up(LEG, **{"answered_at": ARRIVED + 20, name: text}))
    (row,) = await either.listed()
    assert getattr(row, name) == SHOWN[text]


@pytest.mark.parametrize("name", ["entered_at", "ended_at"])
@pytest.mark.parametrize("at", [float("nan"), float("inf"), -1e300, 1e12])
async def test_a_fallback_call_with_no_time_is_refused(either: Either, name: str, at: float) -> None:
    with pytest.raises(RowRefused):
        await either.take_fallback(given_up(LEG, **{"ended_at": ARRIVED + 40, name: at}))
    assert await either.listed() == []


def abandoned(number: int, ani: str = "081234567890", **known: Any) -> CallRecord:
    """A call nobody answered."""
    arrived = ARRIVED + number
    values: dict[str, Any] = {"outcome": Outcome.ABANDONED, "ended_at": arrived + 20}
    return record(number, ani=ani, arrived_at=arrived, **(values | known))


async def test_many_callers_who_gave_up_are_all_remembered_once(either: Either) -> None:
    batch = [abandoned(number, f"08123456{number % 40:03d}") for number in range(120)]
    for _ in range(2):
        await either.write(batch, [])
    tasks = await either.tasks()
    assert [task.calls for task in tasks] == [3] * 40
    answered = record(500, ani="08123456007", arrived_at=ARRIVED + 300, answered_at=ARRIVED + 310)
    await either.write([answered], [])
    assert len(await either.tasks()) == 39


async def test_one_caller_in_and_out_of_the_window_in_one_batch(either: Either) -> None:
    times = [0, 3600, 7000, 20_000, 21_000]
    await either.write([abandoned(1 + at) for at in times], [])
    assert sorted(task.calls for task in await either.tasks()) == [2, 3]


@pytest.mark.parametrize(("end", "open_"), [("answered", False), ("dropped", True), (None, True)])
async def test_a_call_that_was_given_up_and_lives_is_judged_by_its_end(
    either: Either, end: str | None, open_: bool
) -> None:
    await either.write([abandoned(1)], [])
    lives = abandoned(1, revision=2, ended_at=None, outcome=None, answered_at=ARRIVED + 50)
    await either.write([lives], [])
    if end is not None:
        await either.write([lives.changed(revision=3, ended_at=ARRIVED + 90, outcome=Outcome(end))], [])
    assert bool(await either.tasks()) is open_


async def test_a_try_that_failed_because_of_us_never_counts(either: Either) -> None:
    await either.write([abandoned(1)], [])
    (task,) = await either.tasks()
    for _ in range(5):
        taken = await either.take_callback(task.id, "sari")
        assert taken.attempts == 1
        done = await either.finish_callback(task.id, CallbackResult.FAILED, tried=False)
        assert (done.state, done.attempts) == ("open", 0)
    await either.take_callback(task.id, "sari")
    done = await either.finish_callback(task.id, CallbackResult.UNAVAILABLE)
    assert (done.state, done.attempts, done.result) == ("open", 0, "unavailable")
    with pytest.raises(CallbackError, match="unavailable"):
        await either.take_callback(task.id, "sari")


async def test_after_a_try_there_is_a_pause_unless_the_caller_calls_again(either: Either) -> None:
    await either.write([abandoned(1)], [])
    (task,) = await either.tasks()
    await either.take_callback(task.id, "sari")
    await either.finish_callback(task.id, CallbackResult.NO_ANSWER)
    with pytest.raises(CallbackError, match="was tried: no_answer; again"):
        await either.take_callback(task.id, "sari")
    await either.write([abandoned(60)], [])
    assert (await either.take_callback(task.id, "sari")).attempts == 2


@pytest.mark.parametrize(
    "ani",
    ["*21*081234567890#", "112", "0809123456", "+19005551234", "+881612345678", "001881612345678", "abc"],
)
async def test_a_number_that_could_harm_is_shown_and_not_dialled(either: Either, ani: str) -> None:
    await either.write([abandoned(1, ani)], [])
    (task,) = await either.tasks()
    assert task.not_dialled is not None
    with pytest.raises(CallbackError, match="is not dialled"):
        await either.take_callback(task.id, "sari")
    assert (await either.finish_callback(task.id, CallbackResult.REACHED)).state == "closed"


@pytest.mark.parametrize("ani", ["081234567890", "0285421234", "421234", "+447700900123", "0812"])
async def test_a_number_that_is_merely_unknown_is_dialled(either: Either, ani: str) -> None:
    await either.write([abandoned(1, ani)], [])
    (task,) = await either.tasks()
    assert (await either.take_callback(task.id, "sari")).ani == ani


async def test_the_list_has_an_order_a_total_and_pages(either: Either) -> None:
    kinds = [ServiceClass.INFORMATION, ServiceClass.EMERGENCY, ServiceClass.URGENT]
    await either.write(
        [abandoned(n, f"0812345678{n:02d}", service_class=kinds[n % 3]) for n in range(30)], []
    )
    await either.write([abandoned(99, "*123#", service_class=ServiceClass.EMERGENCY)], [])
    whole = await either.tasks()
    assert [task.service_class for task in whole] == (
        ["emergency"] * 10 + ["urgent"] * 10 + ["information"] * 10 + ["emergency"]
    )
    assert whole[-1].not_dialled == "code"
    paged: list[Task] = []
    after: str | None = None
    while True:
        page = await either.task_page(limit=7, after=after)
        assert page.total == 31
        paged += page.items
        if page.next is None:
            break
        after = page.next
    assert paged == whole
    newest = await either.task_page(all_=True, limit=2)
    assert [task.id for task in newest.items] == sorted((task.id for task in whole), reverse=True)[:2]


@pytest.mark.parametrize("number", [0, -1, 99, 2**63, 10**40])
async def test_a_call_back_that_is_not_there_is_said_so(either: Either, number: int) -> None:
    with pytest.raises(CallbackError, match="there is no"):
        await either.take_callback(number, "sari")
    with pytest.raises(CallbackError, match="there is no"):
        await either.finish_callback(number, CallbackResult.REACHED)


@pytest.mark.parametrize("after", ["", "7", "nonsense", "\0", "x" * 5000])
async def test_a_page_behind_no_cursor_is_refused(either: Either, after: str) -> None:
    with pytest.raises(BadCursor, match="leave it out"):
        await either.task_page(after=after)


async def test_an_operators_name_that_cannot_be_is_refused(either: Either) -> None:
    await either.write([abandoned(1)], [])
    (task,) = await either.tasks()
    with pytest.raises(RowRefused):
        await either.take_callback(task.id, NUL)
    assert (await either.tasks())[0].state == "open"


@pytest.mark.parametrize(("ended_by", "listed"), [("system", True), ("operator", False), ("caller", False)])
async def test_a_talk_of_the_fallback_that_nobody_ended_is_called_back(
    either: Either, ended_by: str, listed: bool
) -> None:
    talk = record(
        1,
        ani="081234567890",
        answered_at=ARRIVED + 5,
        ended_at=ARRIVED + 9,
        outcome=Outcome.FALLBACK_ANSWERED,
        ended_by=EndedBy(ended_by),
    )
    await either.write([talk], [])
    await either.write([replace(talk, revision=talk.revision + 1)], [])  # its own end does not close it
    assert [task.reason for task in await either.tasks()] == ["fallback_answered"] * listed


async def test_a_second_talk_that_was_cut_off_closes_no_call_back(either: Either) -> None:
    cut: dict[str, Any] = {"ani": "081234567890", "outcome": Outcome.FALLBACK_ANSWERED}
    cut |= {"ended_by": EndedBy.SYSTEM}
    await either.write([record(1, **cut, answered_at=ARRIVED + 5, ended_at=ARRIVED + 9)], [])
    later = {"arrived_at": ARRIVED + 60, "answered_at": ARRIVED + 65, "ended_at": ARRIVED + 70}
    await either.write([record(2, **(cut | later))], [])
    (task,) = await either.tasks()
    assert task.calls == 2
    await either.write(
        [record(3, **(cut | {"ended_by": EndedBy.OPERATOR} | {k: v + 60 for k, v in later.items()}))], []
    )
    assert await either.tasks() == []
