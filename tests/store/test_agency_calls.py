"""Facts of telephone calls to agencies: kept by delivery, each once, and apart from callers' facts."""

import uuid

import pytest
from sqlalchemy import text

from ct112.core import facts
from ct112.core.agency_outcomes import AgencyOutcome
from ct112.core.ids import CallId, NodeName
from ct112.core.record import Fact
from ct112.store import RowRefused, agency_calls
from tests.store.examples import fact, record
from tests.store.once import Once

A = NodeName("a")
DELIVERY = uuid.UUID("0196a000-0000-7000-8000-000000000001")


def told(seq: int, what: facts.OfAgencyCall) -> Fact:
    return facts.fact_of(CallId(str(DELIVERY)), seq, 1_760_000_000.0 + seq, what)


DIALLED = told(0, facts.AgencyDialled(A, "trunk"))
ENDED = told(900, facts.AgencyEnded(A, AgencyOutcome.ACCEPTED))


async def test_they_are_kept_by_delivery_each_once_and_beside_a_callers(store: Once) -> None:
    caller = fact()
    await store.write([record()], [caller, DIALLED])
    await store.write([], [DIALLED, ENDED, told(900, facts.AgencyEnded(A, AgencyOutcome.LOST))])
    async with store.transaction() as connection:
        kept = await agency_calls.of_delivery(connection, DELIVERY)
        callers = await connection.execute(text("SELECT call_id FROM call_fact"))
        assert [str(row.call_id) for row in callers] == [caller.call]
    assert [(row.seq, row.kind) for row in kept] == [(0, "agency_dialled"), (900, "agency_ended")]
    assert kept[-1].data == {"node": "a", "outcome": "accepted"}


async def test_nobody_changes_them(store: Once) -> None:
    await store.write([], [DIALLED])
    with pytest.raises(RowRefused):
        async with store.transaction() as connection:
            await connection.execute(text("UPDATE agency_call_fact SET kind = 'x'"))
