"""The core's commands become requests. `plan` is pure; it says what to send and what the answers mean."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from ct112.asterisk import callbacks, dialling, names
from ct112.asterisk.ari import Conflict, NotFound, Request, bridges, channels, playbacks
from ct112.core.callback_rules import CallbackResult
from ct112.core.commands import (
    DialCallee,
    EndCallee,
    EndOffer,
    ExtendDeadman,
    HangUp,
    Join,
    JoinCallee,
    PickUp,
    Play,
    Ring,
    RingOperator,
    SendToFallback,
    StopPlay,
    TelephoneCommand,
)
from ct112.core.events import Event, Joined, PickedUp, PlayEnded
from ct112.core.ids import CallId, OfferId, PositionName, delivery_of
from ct112.core.ivr import Prompt
from ct112.core.record import ServiceClass

FALLBACK = ("fallback", "112")
CLASS_NAMES = {
    ServiceClass.EMERGENCY: "DARURAT",
    ServiceClass.URGENT: "MENDESAK",
    ServiceClass.INFORMATION: "INFORMASI",
}
"""What an operator reads on the display."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Requests in order, the event when all worked, and the errors that count as worked."""

    requests: tuple[Request, ...]
    done: Event | None = None
    forgive: tuple[type[Exception], ...] = ()
    forgive_first: tuple[type[Exception], ...] = ()  # of the first request only

    def failure_of(self, answers: Sequence[object]) -> Exception | None:
        """Return the first answer (in the order of the requests) that means it did not work."""
        for number, answer in enumerate(answers):
            forgiven = self.forgive if number else (*self.forgive, *self.forgive_first)
            if isinstance(answer, Exception) and not isinstance(answer, forgiven):
                return answer
        return None


class Planner:
    """Knows where prompts are served, the application's name and which channel a caller's leg is."""

    def __init__(
        self,
        application: str,
        prompts_url: str,
        trunk: str,
        channel_of: Callable[[CallId], str | None],
        endpoint_of: Callable[[PositionName], str] = names.endpoint_of,
    ) -> None:
        """`prompts_url` has no slash at its end; `trunk` is the endpoint calls go out by.

        `endpoint_of`: what to ring for a position now.

        `sayings` (set later): what is said of each way a call-back ends; a tone where there is none.
        """
        self.sayings: Mapping[CallbackResult, Prompt] = {}
        self._trunk = trunk
        self._application = application
        self._prompts_url = prompts_url
        self._channel_of = channel_of
        self._endpoint_of = endpoint_of

    def plan(self, command: TelephoneCommand) -> Plan | None:
        """Return what to send; None when the caller's leg is not in our hands.

        Raises ValueError for a number that cannot be dialled.
        """
        match command:
            case RingOperator() | DialCallee() | JoinCallee() | EndCallee():
                requests = callbacks.plan(
                    command, application=self._application, trunk=self._trunk, endpoint_of=self._endpoint_of
                )
                forgive = (NotFound,) if isinstance(command, EndCallee) else ()
                # asked again, the bridge is there already; and so is the leg of a delivery, which goes on
                again = isinstance(command, JoinCallee) or (
                    isinstance(command, DialCallee) and delivery_of(command.call) is not None
                )
                forgive_first = (Conflict,) if again else ()
                done = Joined(command.call, command.offer) if isinstance(command, JoinCallee) else None
                return Plan(tuple(requests), done=done, forgive=forgive, forgive_first=forgive_first)
            case EndOffer(offer, saying):
                return Plan(self._end_offer(names.operator_channel(offer), saying), forgive=(NotFound,))
            case StopPlay():
                return self._stop(command, self._channel_of(command.call))
            case _:
                channel = self._channel_of(command.call)
                return None if channel is None else self._about_caller(command, channel)

    def _end_offer(self, leg: str, saying: CallbackResult | None) -> tuple[Request, ...]:
        if saying is None:
            return (channels.hang_up(leg),)
        prompt = self.sayings.get(saying)
        return callbacks.say_why(leg, saying, f"{self._prompts_url}/{prompt.key}.wav" if prompt else "")

    def _about_caller(
        self, command: PickUp | Play | Ring | Join | ExtendDeadman | SendToFallback | HangUp, channel: str
    ) -> Plan:
        match command:
            case PickUp(call):
                return Plan((channels.answer(channel),), done=PickedUp(call))
            case Play():
                return self._play(command, channel)
            case Ring():
                return Plan((self._ring(command, channel),))
            case Join(call, offer):
                # asked again, the bridge is there already
                return Plan(_join(offer, channel), done=Joined(call, offer), forgive_first=(Conflict,))
            case ExtendDeadman(_, seconds):
                push = channels.set_variable(channel, dialling.SWITCH, f"{seconds:.0f}")
                return Plan((push,), forgive=(Conflict,))  # not in Stasis any more: StasisEnd tells
            case SendToFallback():
                return Plan((channels.go_on(channel, *FALLBACK),), forgive=(Conflict,))
            case HangUp():
                return Plan((channels.hang_up(channel),))
            case _:
                assert_never(command)

    def _play(self, command: Play, channel: str) -> Plan:
        media = [f"sound:{self._prompts_url}/{prompt.key}.wav" for prompt in command.prompts]
        requests = (channels.play(channel, media, command.play),) if media else ()
        if command.ringing_after:
            return Plan((*requests, channels.ring(channel)))
        return Plan(requests, done=None if requests else PlayEnded(command.call, command.play))

    def _stop(self, command: StopPlay, channel: str | None) -> Plan:
        """Ringing follows its message, so both are stopped; what is over already is no error."""
        requests: tuple[Request, ...] = () if command.tone_only else (playbacks.stop(command.play),)
        if channel is not None and names.is_ringing(command.play):
            requests = (*requests, channels.stop_ringing(channel))
        return Plan(requests, forgive=(NotFound, Conflict))

    def _ring(self, command: Ring, channel: str) -> Request:
        """Ask for the operator's leg; the display shows the class and the caller's number."""
        shown = names.clean("".join(one for one in command.ani or "" if one not in '"<>\\'))
        return channels.create(
            names.operator_channel(command.offer),
            self._endpoint_of(command.position),
            app=self._application,
            app_args=dialling.arguments(dialling.OFFER, command.offer, command.seconds),
            variables={
                dialling.LABEL: f'"{CLASS_NAMES[command.service_class]} {shown}" <{shown or "112"}>',
                "CT112_LEG": "operator",
            },
            originator=channel,
        )


def _join(offer: OfferId, channel: str) -> tuple[Request, ...]:
    bridge = names.bridge_of(offer)
    return (
        bridges.create(bridge),
        bridges.add(bridge, channel, names.operator_channel(offer)),
        channels.set_variable(channel, dialling.SWITCH, "0"),
    )


def is_gone(command: TelephoneCommand, error: Exception) -> bool:
    """Return whether the error says that the caller's leg no longer exists.

    Of a Ring or a Join a 404 may mean the operator's leg or the bridge; the caller's end has its own event.
    """
    return isinstance(error, NotFound) and not isinstance(command, Ring | Join | EndOffer | StopPlay)
