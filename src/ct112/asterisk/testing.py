"""The caller's end of a test call: a leg of our own that dials 112 by the trunk's lines of the dialplan.

Its far end comes in as any caller's leg does (decision 27). It is created and dialled, as all our legs are.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ct112.asterisk import names
from ct112.asterisk.ari import Request, channels
from ct112.asterisk.ari.models import (
    AnyEvent,
    ChannelDestroyed,
    ChannelStateChange,
    ChannelTalkingStarted,
    StasisStart,
    leg_of,
)

WAY_IN = "Local/112@from-trunk/n"  # n: it stays two legs, or the sound would not pass here
TEST = "test"
VARIABLE = "CT112_TEST"  # by it the dialplan knows whom it need not ring an operator for
LISTEN = ("TALK_DETECT(set)", "1000,100")  # ms of silence; how loud a sound has to be (mean of a frame)
FORMATS = "alaw"
RINGS_SECONDS = 30


class News(StrEnum):
    """What happened to the caller's end."""

    THERE = "there"
    ANSWERED = "answered"
    HEARS = "hears"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class EndNews:
    """What happened to which test call's end."""

    trial: str
    news: News


class TrialEnd:
    """One caller's end. Nothing here waits; what comes of it is told as news."""

    def __init__(
        self, name: str, application: str, prompts_url: str, send: Callable[[Sequence[Request]], None]
    ) -> None:
        """`name`: the test call's, never used before; `send`: the node's link."""
        self._leg, self._other = names.TRIAL_LEG + name, names.TRIED_LEG + name
        self._name, self._application, self._send = name, application, send
        self._prompts_url = prompts_url

    def place(self) -> None:
        """Make both ends."""
        create = channels.create(
            self._leg,
            WAY_IN,
            app=self._application,
            app_args=f"{TEST},{self._name}",
            variables={VARIABLE: self._name},
            formats=FORMATS,
            other=self._other,
        )
        self._send((create,))

    def dial(self) -> None:
        """Let the far end come in."""
        self._send((channels.dial(self._leg, RINGS_SECONDS),))

    def press(self, key: str) -> None:
        """Press a key."""
        self._send((channels.press(self._leg, key),))

    def speak_and_listen(self, prompt: str) -> None:
        """Listen from now on, and say a prompt: whoever sends it back is heard.

        No tone: a Local channel drops what a generator makes when its other end has one too, and who sets a
        variable would wait for its end.
        """
        listen = channels.set_variable(self._leg, *LISTEN)
        sound = f"sound:{self._prompts_url}/{prompt}.wav"
        self._send((listen, channels.play(self._leg, (sound,), f"{self._leg}.says")))

    def hang_up(self) -> None:
        """End both ends, whichever is there."""
        self._send((channels.hang_up(self._leg), channels.hang_up(self._other)))


def news_of(message: AnyEvent) -> EndNews | None:
    """Return what an event means to the caller's end of a test call, if it is one's and means something."""
    trial = names.trial_of(leg_of(message))
    if trial is None:
        return None
    match message:
        case StasisStart():
            return EndNews(trial, News.THERE)
        case ChannelStateChange(channel=leg) if leg.state == "Up":
            return EndNews(trial, News.ANSWERED)
        case ChannelTalkingStarted():
            return EndNews(trial, News.HEARS)
        case ChannelDestroyed():
            return EndNews(trial, News.GONE)
        case _:
            return None
