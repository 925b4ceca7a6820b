"""IVR documents for tests: a small usual one, and a Hypothesis strategy for any valid or broken one."""

from hypothesis import strategies as st

from ct112.core.ivr import (
    Announce,
    Information,
    IvrDocument,
    Language,
    Menu,
    Node,
    Opening,
    Prompt,
    Queue,
    Schedule,
    Spoken,
)
from ct112.core.record import ServiceClass

KEYS = "0123456789*#ABCD"


def speech(name: str, seconds: float = 3.0) -> Spoken:
    """Return one prompt in each of two languages, English a second longer."""
    return {"id": (Prompt(f"{name}-id", seconds),), "en": (Prompt(f"{name}-en", seconds + 1),)}


def usual_document() -> IvrDocument:
    """Return greeting → menu (1, 2, 3, 9) → queues, as the default document has it."""
    nodes: list[Node] = [
        Announce(name="greeting", say=speech("greeting", 2.0), next="main"),
        Menu(
            name="main",
            say=speech("main", 4.0),
            wait_seconds=2.0,
            choices={"1": "emergency", "2": "urgent", "3": "about", "9": "english"},
            on_silence="emergency",
            on_invalid="emergency",
            again=speech("again", 1.0),
        ),
        Language(name="english", language="en", next="main"),
        Information(name="about", say=speech("about", 5.0), wait_seconds=3.0, next="information"),
        Queue(name="emergency", service_class=ServiceClass.EMERGENCY),
        Queue(name="urgent", service_class=ServiceClass.URGENT),
        Queue(name="information", service_class=ServiceClass.INFORMATION),
    ]
    return make(nodes, "greeting")


def make(nodes: list[Node], start: str) -> IvrDocument:
    """Return a document of these nodes."""
    return IvrDocument(
        version=1,
        start=start,
        nodes={node.name: node for node in nodes},
        language="id",
        time_zone="Asia/Jakarta",
        waiting=speech("waiting"),
    )


NAMES = [f"n{number}" for number in range(7)] + ["nowhere"]
name_of_node = st.sampled_from(NAMES)
prompt = st.builds(Prompt, st.sampled_from("abc"), st.floats(0, 30))
spoken = st.dictionaries(st.sampled_from(["id", "en"]), st.lists(prompt, max_size=2).map(tuple))
opening = st.builds(
    Opening,
    days=st.frozensets(st.integers(0, 6)),
    start_minute=st.integers(0, 1440),
    end_minute=st.integers(0, 1440),
)


def node_called(name: str) -> st.SearchStrategy[Node]:
    """Return any node of that name, leading anywhere: also in circles and to nodes that do not exist."""
    here = st.just(name)
    wait = st.floats(0, 20)
    choices = st.dictionaries(st.sampled_from(KEYS[:12]), name_of_node, max_size=4)
    return st.one_of(
        st.builds(Queue, name=here, service_class=st.sampled_from(ServiceClass)),
        st.builds(Announce, name=here, say=spoken, next=name_of_node),
        st.builds(Information, name=here, say=spoken, wait_seconds=wait, next=name_of_node),
        st.builds(Language, name=here, language=st.sampled_from(["id", "en", "xx"]), next=name_of_node),
        st.builds(
            Schedule,
            name=here,
            openings=st.lists(opening, max_size=2).map(tuple),
            open=name_of_node,
            closed=name_of_node,
        ),
        st.builds(
            Menu,
            name=here,
            say=spoken,
            wait_seconds=wait,
            choices=choices,
            on_silence=name_of_node,
            on_invalid=name_of_node,
            tries=st.integers(1, 4),
            again=spoken,
        ),
    )


any_document = st.tuples(*(node_called(name) for name in NAMES[:-1])).map(
    lambda nodes: make(list(nodes), "n0")
)
