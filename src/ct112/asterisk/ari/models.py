"""The events and resources we use, as Asterisk's own API description (rest-api/*.json) names them.

A test compares every field here with that description. What we do not use is ignored.
"""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter


class Model(BaseModel):
    """A part of an ARI message; fields we do not name are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class CallerID(Model):
    """Name and number as they are shown."""

    name: str
    number: str


class DialplanCEP(Model):
    """Where a channel is in the dialplan."""

    context: str
    exten: str
    app_name: str
    app_data: str


class Channel(Model):
    """One leg as Asterisk sees it. `channelvars`: those that ari.conf names; `protocol_id`: SIP's Call-ID."""

    id: str
    name: str
    state: str
    caller: CallerID
    dialplan: DialplanCEP
    creationtime: datetime
    protocol_id: str = ""
    channelvars: dict[str, Any] = Field(default_factory=dict)


class Bridge(Model):
    """Channels that hear each other."""

    id: str
    channels: list[str]


class Playback(Model):
    """Audio played to a channel."""

    id: str
    state: str


class Endpoint(Model):
    """A SIP account or trunk and whether it can be reached."""

    technology: str
    resource: str
    channel_ids: list[str]
    state: str | None = None


class StatusInfo(Model):
    """How Asterisk is."""

    startup_time: datetime


class AsteriskInfo(Model):
    """Which Asterisk this is."""

    status: StatusInfo | None = None


class AsteriskPing(Model):
    """A sign of life, and Asterisk's own time (ISO 8601)."""

    timestamp: str


class Event(Model):
    """Common to all events."""

    application: str
    timestamp: datetime


class StasisStart(Event):
    """A channel came into our hands."""

    type: Literal["StasisStart"]
    args: list[str]
    channel: Channel


class StasisEnd(Event):
    """A channel left our hands: it ended, or it goes on in the dialplan."""

    type: Literal["StasisEnd"]
    channel: Channel


class ChannelStateChange(Event):
    """A channel rings, is answered…"""

    type: Literal["ChannelStateChange"]
    channel: Channel


class ChannelHold(Event):
    """A phone put its call on hold: the other side hears what Asterisk plays."""

    type: Literal["ChannelHold"]
    channel: Channel


class ChannelUnhold(Event):
    """A phone took its call back."""

    type: Literal["ChannelUnhold"]
    channel: Channel


class ChannelHangupRequest(Event):
    """Somebody asked the channel to end."""

    type: Literal["ChannelHangupRequest"]
    channel: Channel
    cause: int | None = None


class ChannelDestroyed(Event):
    """A channel is gone. `cause` is a Q.850 code, `tech_cause` that of SIP; 0: none."""

    type: Literal["ChannelDestroyed"]
    channel: Channel
    cause: int
    cause_txt: str
    tech_cause: int = 0


class ChannelDtmfReceived(Event):
    """A key was pressed."""

    type: Literal["ChannelDtmfReceived"]
    channel: Channel
    digit: str


class ChannelTalkingStarted(Event):
    """Something is heard on a channel that was asked to listen (TALK_DETECT)."""

    type: Literal["ChannelTalkingStarted"]
    channel: Channel


class PlaybackFinished(Event):
    """A playback is over; its state is `done` or `failed`."""

    type: Literal["PlaybackFinished"]
    playback: Playback


class ApplicationReplaced(Event):
    """Another process took our application over."""

    type: Literal["ApplicationReplaced"]


AnyEvent = Annotated[
    StasisStart
    | StasisEnd
    | ChannelStateChange
    | ChannelHold
    | ChannelUnhold
    | ChannelHangupRequest
    | ChannelDestroyed
    | ChannelDtmfReceived
    | ChannelTalkingStarted
    | PlaybackFinished
    | ApplicationReplaced,
    Field(discriminator="type"),
]

EVENT: TypeAdapter[AnyEvent] = TypeAdapter(AnyEvent)


def leg_of(event: AnyEvent) -> str | None:
    """Return the id of the channel an event is about, if it is about one."""
    channel = getattr(event, "channel", None)
    return channel.id if isinstance(channel, Channel) else None


CHANNEL = TypeAdapter(Channel)
CHANNELS = TypeAdapter(list[Channel])
BRIDGE = TypeAdapter(Bridge)
BRIDGES = TypeAdapter(list[Bridge])
ENDPOINT = TypeAdapter(Endpoint)
ENDPOINTS = TypeAdapter(list[Endpoint])
INFO = TypeAdapter(AsteriskInfo)
PING = TypeAdapter(AsteriskPing)

USED = frozenset(
    {
        "StasisStart",
        "StasisEnd",
        "ChannelStateChange",
        "ChannelHold",
        "ChannelUnhold",
        "ChannelHangupRequest",
        "ChannelDestroyed",
        "ChannelDtmfReceived",
        "ChannelTalkingStarted",
        "PlaybackFinished",
        "ApplicationReplaced",
    }
)
"""The event types that are parsed; the others are counted and left."""

UNWANTED = (
    "ChannelVarset",
    "ChannelDialplan",
    "ChannelConnectedLine",
    "ChannelCallerId",
    "DeviceStateChanged",
    "BridgeCreated",
    "BridgeDestroyed",
    "ChannelCreated",
    "ChannelEnteredBridge",
    "ChannelLeftBridge",
    "Dial",
    "PlaybackStarted",
)
"""Event types Asterisk need not send."""
