"""The leg of a menu call: a position's phone, rung so that somebody hears a draft of the menu.

It has an id of its own kind, so that no event of it is taken for a caller's, an operator's or a callee's.
It is created and dialled, as all our legs are, and ends by itself after a while whatever becomes of us.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ct112.asterisk import dialling, names
from ct112.asterisk.ari import Request, channels, playbacks
from ct112.asterisk.ari.models import (
    AnyEvent,
    ChannelDestroyed,
    ChannelDtmfReceived,
    ChannelStateChange,
    PlaybackFinished,
    StasisStart,
    leg_of,
)
from ct112.core.ivr import Prompt

MENU = "menu"
SHOWN_AS = "COBA MENU"  # what the phone's display says
RINGS_SECONDS = 30
LASTS_SECONDS = 300  # ringing included


class What(StrEnum):
    """What happened to the leg."""

    THERE = "there"
    ANSWERED = "answered"
    KEY = "key"
    PLAYED = "played"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class MenuNews:
    """What happened to which menu call's leg; `detail`: the key, or which playback is over."""

    name: str
    what: What
    detail: str = ""


class MenuLeg:
    """One leg. Nothing here waits; what comes of it is told as news."""

    def __init__(
        self,
        name: str,
        endpoint: str,
        application: str,
        prompts_url: str,
        send: Callable[[Sequence[Request]], None],
    ) -> None:
        """`name`: the menu call's, never used before; `endpoint`: the phone; `send`: the node's link."""
        self._leg = names.MENU_LEG + name
        self._endpoint, self._application = endpoint, application
        self._name, self._prompts_url, self._send = name, prompts_url, send

    def place(self) -> None:
        """Make the leg."""
        create = channels.create(
            self._leg,
            self._endpoint,
            app=self._application,
            app_args=f"{MENU},{self._name}",
            variables={dialling.LABEL: f'"{SHOWN_AS}" <112>', dialling.SWITCH: str(LASTS_SECONDS)},
            formats=dialling.FORMATS,
        )
        self._send((create,))

    def dial(self) -> None:
        """Ring the phone."""
        self._send((channels.dial(self._leg, RINGS_SECONDS),))

    def play(self, prompts: Sequence[Prompt], play: str) -> None:
        """Play prompts one after another; told as `PLAYED` with this name when they are over or stopped."""
        sounds = [f"sound:{self._prompts_url}/{prompt.key}.wav" for prompt in prompts]
        self._send((channels.play(self._leg, sounds, self._id(play)),))

    def stop(self, play: str) -> None:
        """Stop that playback; one that is over already is no error."""
        self._send((playbacks.stop(self._id(play)),))

    def hang_up(self) -> None:
        """End the leg, if it is there."""
        self._send((channels.hang_up(self._leg),))

    def _id(self, play: str) -> str:
        return f"{self._leg}.{play}"


def is_of_one(message: AnyEvent) -> bool:
    """Return whether an event is about a menu call's leg, and nobody else's."""
    return names.menu_call_of(_about(message)) is not None


def news_of(message: AnyEvent) -> MenuNews | None:
    """Return what an event means to a menu call; None when it means nothing."""
    name = names.menu_call_of(_about(message))
    if name is None:
        return None
    match message:
        case StasisStart():
            return MenuNews(name, What.THERE)
        case ChannelStateChange(channel=leg) if leg.state == "Up":
            return MenuNews(name, What.ANSWERED)
        case ChannelDtmfReceived():
            return MenuNews(name, What.KEY, message.digit[:1])
        case PlaybackFinished():
            return MenuNews(name, What.PLAYED, message.playback.id.partition(".")[2])
        case ChannelDestroyed():
            return MenuNews(name, What.GONE)
        case _:
            return None


def _about(message: AnyEvent) -> str:
    return message.playback.id if isinstance(message, PlaybackFinished) else leg_of(message) or ""
