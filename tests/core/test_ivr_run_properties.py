"""Whatever the document and whatever the caller does, a run ends in a queue, in time."""

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from ct112.core.ivr import Announce, Information, IvrDocument, Menu
from ct112.core.ivr_run import MOST_VISITS, Step, begin, due, pressed, said, seconds
from ct112.core.record import ClassSource, ServiceClass
from tests.core.ivr_documents import KEYS, any_document, usual_document

NOW = 1_800_000_000.0
STEPS = 400  # more than any run can need

# What the caller and the telephone do next: a key after some seconds, the prompt's end, or nothing at all.
happening = st.one_of(
    st.tuples(st.just("key"), st.sampled_from(KEYS), st.floats(0, 0.99)),
    st.tuples(st.just("said"), st.just(""), st.floats(0, 0.99)),
    st.tuples(st.just("due"), st.just(""), st.floats(0, 0.99)),
)
happenings = st.lists(happening, max_size=80)


def drive(document: IvrDocument, script: list[tuple[str, str, float]]) -> Iterator[tuple[float, Step]]:
    """Yield each step and its time: the script first, each at some part of the wait; then only deadlines."""
    now, step = NOW, begin(document, NOW)
    yield now, step
    for number in range(STEPS):
        if step.enqueue:
            return
        what, key, part = script[number] if number < len(script) else ("due", "", 1.0)
        now = step.run.deadline if what == "due" else now + part * (step.run.deadline - now)
        step = happen(step, what, key, now)
        yield now, step


def happen(step: Step, what: str, key: str, now: float) -> Step:
    match what:
        case "key":
            return pressed(step.run, key, now)
        case "said":
            return said(step.run, now)
        case _:
            return due(step.run, now)


@given(any_document, happenings)
def test_every_run_ends_in_a_queue_in_bounded_time(
    document: IvrDocument, script: list[tuple[str, str, float]]
) -> None:
    steps = list(drive(document, script))
    now, last = steps[-1]
    assert last.enqueue is not None
    assert last.run.over == last.enqueue
    assert now - NOW <= MOST_VISITS * longest_stay(document) + 1e-3


@given(any_document, happenings)
def test_until_then_the_deadline_lies_ahead(
    document: IvrDocument, script: list[tuple[str, str, float]]
) -> None:
    for now, step in drive(document, script):
        if step.enqueue is None:
            assert step.run.deadline > now
        if step.say:
            assert step.run.speaking
            assert step.run.deadline > now + seconds(step.say)


@given(any_document, happenings)
def test_the_path_is_what_was_visited(document: IvrDocument, script: list[tuple[str, str, float]]) -> None:
    path: tuple[str, ...] = ()
    for _, step in drive(document, script):
        assert step.run.path[: len(path)] == path
        path = step.run.path
    assert 1 <= len(path) <= MOST_VISITS
    assert path[0] == document.start


@given(happenings)
def test_in_the_usual_document_only_its_keys_lead_away_from_emergency(
    script: list[tuple[str, str, float]],
) -> None:
    *_, (_, last) = drive(usual_document(), script)
    assert last.enqueue is not None
    chosen = any(what == "key" and key in "23" for what, key, _ in script)
    assert last.enqueue.service_class is ServiceClass.EMERGENCY or chosen
    assert last.enqueue.source is not ClassSource.LINE


def longest_stay(document: IvrDocument) -> float:
    """Return the most seconds any node can keep a caller who is heard by nobody."""
    return max(2.0 + stay(node) for node in document.nodes.values())


def stay(node: object) -> float:
    if not isinstance(node, Announce | Menu | Information):
        return 0.0
    said_here = [*node.say.values(), *(node.again.values() if isinstance(node, Menu) else ())]
    wait = 0.0 if isinstance(node, Announce) else node.wait_seconds
    return max(map(seconds, said_here), default=0.0) + wait + 0.1
