"""What a simulated night is like: how many call, how long they talk, what breaks and how often. Pure data."""

from dataclasses import dataclass
from typing import Final

from ct112.core.ivr import Announce, IvrDocument, Menu, Node, Prompt, Queue, Spoken
from ct112.core.record import ServiceClass

KEYS = ("1", "1", "1", "2", "2", "3", "", "", "7")  # "" presses nothing, "7" is no choice


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One simulated night. Rates are a hour; times are mean seconds of an exponential distribution.

    `keys`: what callers press, each as likely; `key_seconds`: when, from the arrival; `reaction_seconds`: how
    long an operator lets it ring; both anything between the two.
    """

    seed: int = 1
    hours: float = 1.0
    calls_per_hour: float = 60.0
    operators: int = 3
    handle_seconds: float = 90.0
    patience_seconds: float = 120.0
    nodes: int = 2
    faults: bool = True
    keys: tuple[str, ...] = KEYS
    key_seconds: tuple[float, float] = (1.0, 9.0)
    reaction_seconds: tuple[float, float] = (0.5, 4.0)
    wrap_up_seconds: float = 10.0
    call_backs: bool = True  # operators call back whoever gave up
    agency_calls_per_hour: float = 0.0  # telephone calls to agencies that deliveries ask for
    pages: bool = False  # the positions' phones are pages in browsers, and go in the middle of talks


@dataclass(frozen=True, slots=True, kw_only=True)
class Chances:
    """How likely each small fault is, each time it could happen."""

    command_fails: float = 0.01
    slow: float = 0.02  # an answer or an event is late, by up to `slow_seconds`
    slow_seconds: float = 1.5
    slow_list: float = 0.25  # a list takes up to `list_seconds` to come back
    list_seconds: float = 3.0
    slow_file: float = 0.5  # what the fallback notes comes late to the disk
    gone_at_once: float = 0.1  # a caller hangs up as soon as somebody answers
    play_fails: float = 0.01
    declines: float = 0.04
    never_answers: float = 0.06
    phone_dies: float = 0.01  # while it rings
    talk_breaks: float = 0.02  # the operator's phone dies in the talk
    hangs_up_early: float = 0.1
    wrong_clock: float = 0.4  # a machine, when it is started
    hostile: float = 0.03  # a number, a location, a file nobody should have sent
    forgets: float = 0.3  # a node has forgotten, at a reconnect, who wanted to hear of a leg


NONE: Final = Chances(
    command_fails=0,
    slow=0,
    slow_list=0,
    slow_file=0,
    gone_at_once=0,
    play_fails=0,
    declines=0,
    never_answers=0,
    phone_dies=0,
    talk_breaks=0,
    hangs_up_early=0,
    wrong_clock=0,
    hostile=0,
    forgets=0,
)
FAULTS_A_HOUR: Final = {
    "crash": 2.0,  # ct112 is killed and started again
    "leave": 1.0,  # ct112 is told to leave and started again
    "cut": 3.0,  # the link to a node closes
    "silence": 2.0,  # the link to a node is dead, and nobody says so
    "ami cut": 2.0,  # the AMI connection to a node closes
    "stall": 2.0,  # a node carries out no request for a while
    "restart": 1.0,  # an Asterisk is killed and started again
    "lost for good": 0.15,  # an Asterisk is killed, and its machine never comes back
    "phone dies": 3.0,  # a phone loses its power, and comes back from another port
    "unregister": 3.0,  # a phone goes in good order, and comes back
    "pause": 4.0,  # an operator pauses, and comes back
    "shift change": 8.0,  # an operator logs out and comes back, or moves to another position
    "clock": 1.0,  # a machine's clock is set
    "database away": 1.5,  # nobody answers there, or it is slow, or it refuses everything
}

PAGES_A_HOUR: Final = {
    "page goes": 30.0,  # a page that talks is loaded again, or closed: it says so, and comes back
    "page crashes": 10.0,  # it says nothing, and its sound stops
}


def menu() -> IvrDocument:
    """Return the menu of the simulated city: greeting, three classes, silence is an emergency."""
    nodes: list[Node] = [
        Announce(name="greeting", say=_said("greeting", 2.5), next="main"),
        Menu(
            name="main",
            say=_said("main", 5.5),
            wait_seconds=3.0,
            choices={"1": "emergency", "2": "urgent", "3": "information"},
            on_silence="emergency",
            on_invalid="emergency",
            again=_said("again", 1.0),
        ),
        Queue(name="emergency", service_class=ServiceClass.EMERGENCY),
        Queue(name="urgent", service_class=ServiceClass.URGENT),
        Queue(name="information", service_class=ServiceClass.INFORMATION),
    ]
    return IvrDocument(
        version=1,
        start="greeting",
        nodes={node.name: node for node in nodes},
        language="id",
        time_zone="Asia/Jakarta",
        waiting=_said("waiting", 3.0),
    )


def _said(name: str, seconds: float) -> Spoken:
    return {"id": (Prompt(f"{name}+{seconds * 1000:.0f}ms", seconds),)}
