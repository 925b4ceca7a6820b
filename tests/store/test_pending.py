"""What waits for the database: bounded, newest form of a record, facts before records."""

from hypothesis import given
from hypothesis import strategies as st

from ct112.core.record import CallRecord, Fact
from ct112.store.pending import Pending
from tests.store.examples import fact, record


def test_the_newest_form_of_a_record_replaces_the_older_one_and_keeps_its_place() -> None:
    pending = Pending(10)
    for one in (record(1, revision=1), record(2, revision=1), record(1, revision=3), record(1, revision=2)):
        assert pending.add_record(one) == 0
    assert pending.head(10) == [record(1, revision=3), record(2, revision=1)]


def test_records_come_before_facts_and_each_in_its_order() -> None:
    pending = Pending(10)
    pending.add_fact(fact(1, 1))
    pending.add_fact(fact(1, 2))
    pending.add_record(record(1))
    assert pending.head(2) == [record(1), fact(1, 1)]
    assert len(pending) == 3


def test_when_full_a_new_fact_goes() -> None:
    pending = Pending(2)
    assert [pending.add_fact(fact(seq=number)) for number in (1, 2, 3)] == [0, 0, 1]
    assert pending.head(9) == [fact(seq=1), fact(seq=2)]


def test_when_full_a_fact_makes_room_for_a_record() -> None:
    pending = Pending(2)
    pending.add_fact(fact(seq=1))
    pending.add_fact(fact(seq=2))
    assert pending.add_record(record(1)) == 1
    assert pending.head(9) == [record(1), fact(seq=1)]
    assert pending.add_record(record(2)) == 1
    assert pending.head(9) == [record(1), record(2)]


def test_when_full_of_records_a_new_call_goes_but_the_known_ones_still_change() -> None:
    pending = Pending(2)
    assert [pending.add_record(record(number)) for number in (1, 2, 3)] == [0, 0, 1]
    assert pending.add_record(record(1, revision=2)) == 0
    assert pending.head(9) == [record(1, revision=2), record(2)]


def test_what_changed_while_it_was_written_is_written_again() -> None:
    pending = Pending(5)
    pending.add_record(record(1, revision=1))
    pending.add_record(record(2, revision=1))
    batch = pending.head(5)
    pending.add_record(record(1, revision=2))
    pending.done(batch)
    assert pending.head(5) == [record(1, revision=2)]


few = st.integers(0, 5)
entries = st.one_of(st.builds(record, few, few), st.builds(fact, few, few))


@given(st.integers(1, 8), st.lists(st.one_of(entries, few)))
def test_whatever_comes_it_stays_bounded_and_accounts_for_everything(
    limit: int, steps: list[CallRecord | Fact | int]
) -> None:
    pending, facts_known, newest = Pending(limit), set(), dict[str, int]()
    for step in steps:
        match step:
            case int():
                pending.done(pending.head(step))
            case CallRecord():
                dropped = pending.add_record(step)
                newest[step.call] = max(newest.get(step.call, 0), step.revision)
                kept = [one for one in pending.head(limit) if isinstance(one, CallRecord)]
                mine = [one for one in kept if one.call == step.call]
                assert mine or (dropped == 1 and len(kept) == limit), "a record goes only for lack of room"
            case Fact():
                dropped = pending.add_fact(step)
                facts_known.add((step.call, step.seq))
                assert dropped == 0 or len(pending) == limit
        assert len(pending) <= limit
        everything = pending.head(limit)
        assert len(everything) == len(pending)
        for one in everything:
            if isinstance(one, CallRecord):
                assert one.revision <= newest[one.call]
            else:
                assert (one.call, one.seq) in facts_known
