"""Erasing personal data: what goes, what stays, what is on hold or in use, and again after a restore."""

import uuid
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from ct112.core.record import CallRecord, EndedBy, Outcome
from ct112.incidents.incident import Content, Place
from ct112.store import Store, audit, erasing, holds, incidents
from ct112.store import erasure_requests as requests
from ct112.store.erasing import EraseError, Whose
from ct112.store.erasures import held, listed, make_again
from ct112.store.faults import RowRefused
from ct112.store.personal_data import DataClass
from tests.store.examples import ARRIVED, call_id, record
from tests.store.once import Once

KEY = b"k" * 32
NUMBER, SAME, OTHER = "081234567890", "+6281234567890", "081234567891"
ENDED = {"ended_at": ARRIVED + 20, "outcome": Outcome.ABANDONED, "ended_by": EndedBy.CALLER}
LATER = datetime.now(UTC) + timedelta(days=1)


def call(number: int, ani: str | None = NUMBER, revision: int = 1, **more: object) -> CallRecord:
    """Return a call that is over."""
    known = {"sip_call_id": "x@carrier", "keys_pressed": "1", "location": {"raw": "here"}} | ENDED | more
    return record(number, revision, ani=ani, **known)


def of(number: int) -> UUID:
    return UUID(call_id(number))


async def erase(store: Store, whose: Whose) -> int:
    """Erase until nothing is left to."""
    rows = 0
    while True:
        async with store.transaction() as connection:
            done = await erasing.erase_person(connection, whose, KEY, actor="cli:siti", why="asked")
        rows += done
        if not done:
            return rows


async def value(store: Store, query: str) -> object:
    async with store.transaction() as connection:
        return await connection.scalar(text(query))


async def close_callbacks(store: Store) -> None:
    async with store.transaction() as connection:
        await connection.execute(text("UPDATE callback_task SET state = 'closed'"))


async def incident(store: Store, of_call: int, number: str = NUMBER) -> UUID:
    """Open an incident from a call."""
    known = Content(
        category="kebakaran",
        priority=1,
        caller_name="Siti",
        caller_number=number,
        description="her house",
        place=Place(place_text="Jl. Merdeka 1", latitude=-6.9, longitude=109.7, kelurahan="33.75.01.1003"),
    )
    async with store.transaction() as connection:
        draft = incidents.Draft(content=known, calls=(of(of_call),))
        opened, _ = await incidents.open_(connection, draft, by="siti", day=datetime.now(UTC).date())
    return opened.id


async def closed(store: Store, id_: UUID) -> None:
    async with store.transaction() as connection:
        await incidents.close(connection, id_, None, "the cat is down", by="siti")


async def test_what_is_personal_of_a_number_goes_and_the_counts_stay(store: Once) -> None:
    await store.write([call(1), call(2, SAME), call(3, OTHER)], [])
    await close_callbacks(store)
    assert await erase(store, Whose(number=SAME)) == 3, "two calls and their call-back"
    erased, other = await store.call(call_id(1)), await store.call(call_id(3))
    assert (erased.ani, erased.ani_e164, erased.sip_call_id, erased.keys_pressed) == (None,) * 4
    assert (erased.location, erased.outcome) == (None, Outcome.ABANDONED)
    assert (other.ani, other.location) == (OTHER, {"raw": "here"})
    told = "SELECT count(*) FROM call_record c WHERE c::text LIKE '%81234567890%'"
    assert await value(store, told) == 0
    assert await value(store, "SELECT count(*) FROM callback_task WHERE number = ''") == 1
    assert await erase(store, Whose(number=SAME)) == 0


@pytest.mark.parametrize("pattern", ["%", "_", "*", "", "' OR true --", "+", "%12"])
async def test_a_pattern_is_no_number(store: Once, pattern: str) -> None:
    await store.write([call(1)], [])
    try:
        rows = await erase(store, Whose(number=pattern))
    except EraseError:
        rows = 0
    assert rows == 0
    assert (await store.call(call_id(1))).ani == NUMBER


async def test_a_late_record_brings_nothing_back(store: Once) -> None:
    await store.write([call(1)], [])
    await erase(store, Whose(call=of(1)))
    await store.write([call(1, revision=2, recording={"file": "a.wav"}, operator="budi")], [])
    found = await store.call(call_id(1))
    assert (found.ani, found.ani_e164, found.location, found.recording) == (None,) * 4
    assert found.operator == "budi"


async def test_a_call_under_way_is_erased_when_it_is_over(store: Once) -> None:
    await store.write([call(1, ended_at=None, outcome=None, ended_by=None)], [])
    async with store.transaction() as connection:
        asked = await requests.ask(connection, Whose(number=NUMBER), by="admin", reason="letter 7")
        long_ago = text("UPDATE erasure_request SET asked_at = now() - interval '1 hour'")
        await connection.execute(long_ago)
    found = await requests.carry_out(store, asked.id, KEY, actor="worker")
    assert (found.rows, found.in_use, found.done_at) == (0, 1, None)
    await store.write([call(1, revision=2)], [])
    await close_callbacks(store)
    found = await requests.carry_out(store, asked.id, KEY, actor="worker")
    assert (found.rows, found.in_use, found.done_at is None) == (2, 0, False)
    assert await value(store, "SELECT number FROM erasure_request") is None


async def test_a_request_stays_open_while_records_may_come(store: Once) -> None:
    async with store.transaction() as connection:
        asked = await requests.ask(connection, Whose(number=NUMBER), by="admin", reason="letter 7")
    assert (await requests.carry_out(store, asked.id, KEY, actor="worker")).done_at is None
    await store.write([call(1)], [])  # from the spool
    await close_callbacks(store)
    assert (await requests.carry_out(store, asked.id, KEY, actor="worker")).rows == 2
    async with store.transaction() as connection:
        assert await requests.open_(connection) == [asked.id]


@pytest.mark.parametrize("by_incident", [False, True])
async def test_what_is_on_hold_stays_until_it_is_released(store: Once, by_incident: bool) -> None:
    await store.write([call(1), call(2)], [])
    event = await incident(store, 1)
    await closed(store, event)
    whose = {"incident": event} if by_incident else {"call": of(1)}
    async with store.transaction() as connection:
        held = await holds.place(connection, by="admin", reason="court", **whose)
    await close_callbacks(store)
    assert await erase(store, Whose(number=NUMBER)) == 1, "the second call: the call-back is of both"
    async with store.transaction() as connection:
        rest = await erasing.left(connection, Whose(number=NUMBER))
        old = [await erasing.erase_old(connection, each, LATER, KEY, actor="worker") for each in DataClass]
    assert rest.held == 5, "a call, a call-back, an incident and the two lines of its trail"
    assert (await store.call(call_id(1))).ani == NUMBER
    assert sum(old) == 0
    for table, id_ in (("call_record", of(1)), ("incident", event)):
        with pytest.raises(RowRefused):
            async with store.transaction() as connection:
                await connection.execute(text(f"DELETE FROM {table} WHERE id = :id"), {"id": id_})
    async with store.transaction() as connection:
        await holds.release(connection, held.id, by="admin", reason="over")
    with pytest.raises(holds.HoldError):
        async with store.transaction() as connection:
            await holds.release(connection, held.id, by="admin", reason="again")
    assert await erase(store, Whose(number=NUMBER)) == 5


async def test_an_incident_is_erased_with_its_trail_and_its_number_and_place_in_the_city_stay(
    store: Once,
) -> None:
    await store.write([call(1)], [])
    event = await incident(store, 1)
    assert await erase(store, Whose(incident=event)) == 1, "the call; the incident is under way"
    await closed(store, event)
    await close_callbacks(store)
    await erase(store, Whose(incident=event))
    words = await value(store, "SELECT string_agg(i::text, '') FROM incident i")
    trail = await value(store, "SELECT string_agg(data::text, '') FROM incident_change")
    for secret in ("Siti", NUMBER, "her house", "Merdeka", "109.7", "the cat"):
        assert secret not in f"{words} {trail}"
    assert "33.75.01.1003" in str(words)
    assert "kebakaran" in str(trail)


async def test_another_callers_call_does_not_take_the_incident_along(store: Once) -> None:
    await store.write([call(1, OTHER)], [])
    event = await incident(store, 1)
    await closed(store, event)
    await erase(store, Whose(call=of(1)))
    assert await value(store, "SELECT caller_name FROM incident") == "Siti"


async def test_old_data_goes_by_class(store: Once) -> None:
    await store.write([call(1)], [])
    long_ago = datetime.fromtimestamp(ARRIVED - 1, UTC)
    async with store.transaction() as connection:
        assert await erasing.erase_old(connection, DataClass.PLACE, long_ago, KEY, actor="worker") == 0
        assert await erasing.erase_old(connection, DataClass.PLACE, LATER, KEY, actor="worker") == 1
    found = await store.call(call_id(1))
    assert (found.location, found.ani) == (None, NUMBER)
    async with store.transaction() as connection:
        assert await erasing.erase_old(connection, DataClass.CALLER, LATER, KEY, actor="worker") == 1
    assert (await store.call(call_id(1))).ani is None


async def test_each_erasure_is_proved_and_made_again_exactly(store: Once) -> None:
    await store.write([call(1), call(2, OTHER)], [])
    await erase(store, Whose(call=of(1)))
    async with store.transaction() as connection:
        made = await listed(connection, KEY)
        forged = {"table": "call_record", "columns": ["ani"], "keys": [call_id(2)], "rows": 1, "why": ""}
        await audit.note(
            connection, actor="x", role="x", action="privacy.erase", object_kind="privacy", detail=forged
        )
    assert [each.detail["keys"] for each in made] == [[call_id(1)]]
    assert NUMBER not in str(made)
    async with store.transaction() as connection:  # as a restore leaves it
        await connection.execute(text("ALTER TABLE call_record DISABLE TRIGGER USER"))
        await connection.execute(text("UPDATE call_record SET erased_at = NULL"))
        await connection.execute(text("ALTER TABLE call_record ENABLE TRIGGER USER"))
        await connection.execute(text("UPDATE call_record SET ani = '0812', location = '{\"raw\": \"x\"}'"))
        assert len(await listed(connection, KEY)) == 1, "the forged one has no proof"
    assert await make_again(store, made, KEY, actor="restore") == 1
    assert [(await store.call(call_id(one))).ani for one in (1, 2)] == [None, "0812"]
    assert await make_again(store, made, KEY, actor="restore") == 0


async def test_a_hold_placed_since_is_placed_again(store: Once) -> None:
    async with store.transaction() as connection:
        kept, ended = [
            await holds.place(connection, by="admin", reason="court of Batang", call=of(one))
            for one in (1, 2)
        ]
        await holds.release(connection, ended.id, by="admin", reason="over")
        made = await held(connection, KEY)
    assert all(each.is_proved(KEY) for each in made)
    assert "Batang" not in str(made)
    async with store.transaction() as connection:  # as a restore leaves it
        await connection.execute(text("DELETE FROM legal_hold"))
    assert await make_again(store, made, KEY, actor="restore") == 0
    async with store.transaction() as connection:
        assert [row.id for row in (await holds.page(connection)).items] == [kept.id]
        assert (await holds.page(connection, released=True)).total == 2


def test_one_thing_is_named() -> None:
    with pytest.raises(EraseError):
        Whose()
    with pytest.raises(EraseError):
        Whose(number=NUMBER, call=uuid.uuid4())


@pytest.mark.parametrize(
    "typed", ["0812-3456-7890", "+62 812 3456 7890", "62812.3456.7890", "(0812) 34567890"]
)
@pytest.mark.parametrize("asked", ["081234567890", "0812 3456 7890", "+62-812-3456-7890"])
async def test_a_number_is_found_however_an_operator_typed_it(store: Once, typed: str, asked: str) -> None:
    event = await incident(store, 1, number=typed)
    await closed(store, event)
    assert await erase(store, Whose(number=asked)) == 3, "the incident and the two lines of its trail"
    assert await value(store, "SELECT count(*) FROM incident WHERE caller_number IS NOT NULL") == 0
    assert typed not in str(await value(store, "SELECT string_agg(data::text, '') FROM incident_change"))


async def test_a_number_that_reads_as_another_here_is_not_erased(store: Once) -> None:
    """+81 2 3456 7890 without its + is what people here type for +62 812 3456 7890."""
    event = await incident(store, 1, number="81234567890")
    await closed(store, event)
    assert await erase(store, Whose(number="+81 2-3456-7890")) == 0
    assert await erase(store, Whose(number=NUMBER)) == 3


async def test_a_hold_goes_along_into_the_incident_that_took_it_in(store: Once) -> None:
    gone, middle, last = [await incident(store, one, number=OTHER) for one in (1, 2, 3)]
    async with store.transaction() as connection:
        hold = await holds.place(connection, by="admin", reason="court", incident=gone)
        for each, into in ((gone, middle), (middle, last)):
            version = (await incidents.get(connection, each)).version
            await incidents.merge(connection, each, into, version, by="siti")
    await closed(store, last)
    assert await erase(store, Whose(incident=last)) == 0
    assert await erase(store, Whose(number=OTHER)) == 0
    async with store.transaction() as connection:
        await holds.release(connection, hold.id, by="admin", reason="over")
    assert await erase(store, Whose(number=OTHER)) > 0
