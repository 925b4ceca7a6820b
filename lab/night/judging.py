"""What was promised for a night, held against what was seen of it. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lab.night.evidence import SURE_SECONDS, CallerSeen, Evidence

SAME_MOMENT_SECONDS = 0.5  # two phones that hang up at once: their packets cross
AGREE_SECONDS = 3.0  # between a phone's time and the record's
UNSURE_SECONDS = 2.0  # a talk this short may be written down either way
RECOVERY_SECONDS = 10.0  # from a part's return until its times are exact again
LATEST_SECONDS = 30.0  # after that, what ended meanwhile is closed
DIGITS = {"1": "emergency", "2": "urgent", "3": "information"}
PERSON = ("answered", "fallback_answered")
GIVEN_UP = ("abandoned", "fallback_abandoned", "dropped")

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Complaint:
    """A promise that was not kept. `caller` None: it is about the night as a whole."""

    promise: str
    caller: int | None
    why: str


def judge(evidence: Evidence) -> list[Complaint]:
    """Return every promise that was not kept."""
    complaints = [Complaint("nothing is left", None, what) for what in evidence.left]
    for caller in evidence.callers:
        for promise, look in PROMISES.items():
            complaints += [Complaint(promise, caller.number, why) for why in look(caller, evidence)]
    return complaints


def waits(evidence: Evidence) -> list[float]:
    """Return how long each caller who heard a person had waited for one, sorted."""
    pairs = [(caller.in_at, caller.person_at) for caller in evidence.callers]
    return sorted(at - since for since, at in pairs if since is not None and at is not None)


def _reaches_a_person(caller: CallerSeen, evidence: Evidence) -> Iterator[str]:
    """Who stays is not left without one."""
    if caller.end == "turned away" and not _down(evidence, caller):
        yield f"did not get in: {caller.reason or 'no answer'}"
    elif caller.end == "other side" and caller.person_at is None:
        yield "was hung up on before a person answered"
    elif caller.end == "other side" and (whose := _cut_short(caller, evidence)):
        yield f"was hung up on in a talk that neither had ended; {whose}"
    elif caller.end == "stayed" and not _talks(caller, evidence.over_at):
        yield "stayed, and was with nobody when the night was over"


def _one_record(caller: CallerSeen, evidence: Evidence) -> Iterator[str]:
    """Whoever got in has exactly one record, and it is whole."""
    if caller.in_at is None:
        return
    rows = _rows(caller, evidence)
    if len(rows) != 1:
        yield f"{len(rows)} records"
        return
    row = rows[0]
    times = [row[name] for name in ("arrived_at", "queued_at", "answered_at", "ended_at")]
    known = [time for time in times if time is not None]
    if row["ended_at"] is None or row["outcome"] is None:
        yield "its record has no end"
    elif known != sorted(known):
        yield "its record's times are out of order"


def _who_answered(caller: CallerSeen, evidence: Evidence) -> Iterator[str]:
    """The record names the person who was heard, and nobody when nobody was."""
    row = _row(caller, evidence)
    if row is None:
        return
    sure = [one for one in caller.heard if one.seconds >= UNSURE_SECONDS]
    if sure and row["outcome"] == "fallback_abandoned" and _cut_short(caller, evidence):
        return  # in the fallback, a talk that broke does not count as answered: its caller is called back
    if sure and row["answered_at"] is None:
        yield f"heard {sure[-1].position}; by the record nobody answered ({row['outcome']})"
    elif sure and row["position"] not in {one.position for one in caller.heard}:
        yield f"heard {sure[-1].position}; by the record it was {row['position']}"
    elif not caller.heard and row["answered_at"] is not None and not _picked_up(row, evidence):
        yield f"heard nobody; by the record {row['position']} answered"
    elif sure and row["outcome"] in ("abandoned", "fallback_abandoned"):
        yield f"heard {sure[-1].position}; the record says {row['outcome']}"


def _when_it_ended(caller: CallerSeen, evidence: Evidence) -> Iterator[str]:
    """The record's end is the phone's; when a part was away, not before it, and soon after its return.

    While ct112's clock was wrong, its times say nothing.
    """
    row = _row(caller, evidence)
    if row is None or caller.over_at is None or row["ended_at"] is None or caller.end == "cut off":
        return
    if _clock_was_wrong(caller, evidence):
        return
    ended, until = _epoch(row["ended_at"]), _shadow(evidence, caller.over_at, TELEPHONE)
    late = ended - caller.over_at
    if late < -AGREE_SECONDS and not (caller.end == "stayed" or until):
        yield f"its record ended {-late:.1f} s before the call"
    elif late > AGREE_SECONDS and (until is None or ended > until + LATEST_SECONDS):
        yield f"its record ended {late:.1f} s after the call"
    elif until is None and caller.end in ("gave up", "done") and not _ended_it(caller, row, evidence):
        yield f"the caller hung up; the record says {row['ended_by']}"


def _who_called(caller: CallerSeen, evidence: Evidence) -> Iterator[str]:
    """Number, node and class are what the phone sent."""
    row = _row(caller, evidence)
    if row is None:
        return
    if (row["ani"] or "") != caller.ani:
        yield "another number in the record"
    if row["node"] != caller.node:
        yield f"called node {caller.node}; the record says {row['node']}"
    if row["class_source"] == "digit" and DIGITS.get(caller.keys[:1]) != row["service_class"]:
        yield f"pressed {caller.keys or 'nothing'}; the record says {row['service_class']} by a key"


def _is_called_back(caller: CallerSeen, evidence: Evidence) -> Iterator[str]:
    """Cut off or given up: on the list. With a person until the end: not on it, if that end could be seen."""
    if not caller.ani or caller.in_at is None:
        return
    listed = caller.sip_call_id in evidence.called_back
    if caller.end == "cut off" and not listed:
        yield "was cut off, and is not on the call-back list"
    elif caller.end == "gave up" and not listed and not _someone_picked_up(caller, evidence):
        yield "gave up, and is not on the call-back list"
    elif (
        caller.end == "done"
        and listed
        and _longest(caller) >= UNSURE_SECONDS
        and not _unseen(caller, evidence)
    ):
        yield "had a talk to its end, and is on the call-back list"


PROMISES: dict[str, Callable[[CallerSeen, Evidence], Iterator[str]]] = {
    "who stays reaches a person": _reaches_a_person,
    "one whole record a call": _one_record,
    "the record names who answered": _who_answered,
    "the record's end is the phone's": _when_it_ended,
    "the record says who called": _who_called,
    "who was cut off or gave up is called back": _is_called_back,
}


def _rows(caller: CallerSeen, evidence: Evidence) -> list[Row]:
    return [row for row in evidence.rows if row["sip_call_id"] == caller.sip_call_id]


def _row(caller: CallerSeen, evidence: Evidence) -> Row | None:
    """Return the caller's record when there is exactly one; that there is, is a promise of its own."""
    rows = _rows(caller, evidence)
    return rows[0] if len(rows) == 1 and caller.in_at is not None else None


def _longest(caller: CallerSeen) -> float:
    return max((one.seconds for one in caller.heard), default=0.0)


def _talks(caller: CallerSeen, at: float) -> bool:
    """Return whether the caller was with a person just then."""
    return any(one.seconds >= SURE_SECONDS and at - one.end < AGREE_SECONDS for one in caller.heard)


def _unseen(caller: CallerSeen, evidence: Evidence) -> bool:
    """Return whether the call's end was out of ct112's sight: it has to take it for cut off (decision 10)."""
    return caller.over_at is not None and _shadow(evidence, caller.over_at, TELEPHONE) is not None


def _clock_was_wrong(caller: CallerSeen, evidence: Evidence) -> bool:
    """Return whether ct112's clock was set wrong at any time of the call, or until just before."""
    until = caller.over_at or evidence.over_at
    return any(
        one.parts & CLOCK and one.start <= until and caller.dialled_at <= one.end + RECOVERY_SECONDS
        for one in evidence.broken
    )


def _ended_it(caller: CallerSeen, row: Row, evidence: Evidence) -> bool:
    """Return whether the record may name whom it names, of a call its caller hung up."""
    by = row["ended_by"]
    return by == "caller" or (by == "operator" and _both_hung_up(caller, evidence))


def _both_hung_up(caller: CallerSeen, evidence: Evidence) -> bool:
    """Return whether the operator hung up in the same moment: whose BYE came first, no phone can say."""
    assert caller.over_at is not None
    return any(
        call.end == "goodbye"
        and call.over_at is not None
        and abs(call.over_at - caller.over_at) <= SAME_MOMENT_SECONDS
        for call in evidence.desk_calls
        if caller.heard and call.position == caller.heard[-1].position
    )


def _cut_short(caller: CallerSeen, evidence: Evidence) -> str:
    """Return what became of the operator's side when that did not end the last talk; else nothing."""
    last = caller.heard[-1]
    for call in evidence.desk_calls:
        same = call.position == last.position and call.up_at <= last.start + AGREE_SECONDS
        if same and call.over_at is not None and call.over_at >= last.end - AGREE_SECONDS:
            return "" if call.end in ("goodbye", "silence") else f"{call.position}: {call.end}"
    return ""


def _picked_up(row: Row, evidence: Evidence) -> bool:
    """Return whether that operator did pick up, though for too short a time to be heard."""
    at = _epoch(row["answered_at"])
    return any(
        call.position == row["position"]
        and (abs(call.up_at - at) <= AGREE_SECONDS or _shadow(evidence, call.up_at, CLOCK) is not None)
        for call in evidence.desk_calls
    )


def _someone_picked_up(caller: CallerSeen, evidence: Evidence) -> bool:
    row = _row(caller, evidence)
    return row is not None and row["answered_at"] is not None and _picked_up(row, evidence)


def _down(evidence: Evidence, caller: CallerSeen) -> bool:
    """Return whether the exchange was broken when the call was made, just before, or while it rang."""
    until = caller.over_at or caller.dialled_at
    return any(
        f"asterisk-{caller.node}" in one.parts
        and one.start - AGREE_SECONDS <= until
        and caller.dialled_at <= one.end + RECOVERY_SECONDS
        for one in evidence.broken
    )


def _shadow(evidence: Evidence, at: float, parts: frozenset[str]) -> float | None:
    """Return until when times are not exact because one of these parts was broken at `at`; None: they are."""
    ends = [
        one.end + RECOVERY_SECONDS
        for one in evidence.broken
        if one.parts & parts and one.start - AGREE_SECONDS <= at <= one.end + RECOVERY_SECONDS
    ]
    return max(ends, default=None)


CLOCK = frozenset({"clock"})
TELEPHONE = frozenset({"ct112", "asterisk-a", "asterisk-b", "link-a", "link-b"})


def _epoch(value: datetime) -> float:
    return value.timestamp()
