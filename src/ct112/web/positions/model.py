"""Positions as the API shows them. A SIP password is shown once, to who made it."""

from typing import Annotated

from pydantic import Field, SecretStr

from ct112.core.asks import SummonsState
from ct112.web.floor.model import LivePositionView
from ct112.web.values import Given, Name, Shown

SipPassword = Annotated[SecretStr, Field(min_length=12, max_length=80)]


class PositionList(Shown):
    """All positions as they are now, by name."""

    positions: tuple[LivePositionView, ...]
    total: int


class PositionView(Shown):
    """A position; `live` null: `ct112 serve` does not know it yet, or is away."""

    name: str
    version: int
    live: LivePositionView | None


class PositionWithPassword(Shown):
    """A position and its softphone's password: set it in the phone, it is not shown again."""

    name: str
    version: int
    sip_password: str


class BrowserPhone(Shown):
    """How the phone of a page registers, over a WebSocket (`sip`) at each of `urls`; G.711, DTLS, ICE."""

    user: str
    sip_password: str
    urls: tuple[str, ...]


class NewPosition(Given):
    """A workstation; without a password it gets a random one."""

    name: Name
    sip_password: SipPassword | None = None


class NewPassword(Given):
    """Another password; without one a random one."""

    sip_password: SipPassword | None = None


class Summoning(Given):
    """Whether a supervisor is called to the position, is coming, or is not needed any more."""

    state: SummonsState


class Sitting(Given):
    """Who sits down. `ready` null: as they were, ready when they were nowhere."""

    operator: Name
    ready: bool | None = None
    reason: Name | None = None
