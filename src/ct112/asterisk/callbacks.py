"""Call-back commands become requests: ring the position, dial through the trunk, join, end."""

from collections.abc import Sequence
from typing import assert_never

from ct112.asterisk import dialling, names
from ct112.asterisk.ari import Request, bridges, channels
from ct112.core.callback_rules import CallbackResult
from ct112.core.commands import CallbackCommand, DialCallee, EndCallee, JoinCallee, RingOperator

CALLBACK_OVER = "callback-over"  # the dialplan's context that says why and hangs up
SHOWN_AS = "TELEPON BALIK"  # what the operator's display says, before the number


def plan(command: CallbackCommand, *, application: str, trunk: str) -> Sequence[Request]:
    """Return what to send. Raises ValueError when the number cannot be dialled."""
    match command:
        case RingOperator():
            return (_ring(command, application),)
        case DialCallee():
            return (_dial(command, application, trunk),)
        case JoinCallee(call, offer):
            bridge = names.bridge_of(offer)
            return (
                bridges.create(bridge),
                bridges.add(bridge, names.operator_channel(offer)),
                bridges.add(bridge, names.callee_channel(call)),
            )
        case EndCallee(call):
            return (channels.hang_up(names.callee_channel(call)),)
        case _:
            assert_never(command)


def say_why(leg: str, why: CallbackResult, url: str) -> tuple[Request, ...]:
    """Let the dialplan say why nobody is on the line, or sound a tone when `url` is empty, and end."""
    said = (channels.set_variable(leg, "CT112_SAID", url),) if url else ()
    return (*said, channels.go_on(leg, CALLBACK_OVER, why.value))


def _ring(command: RingOperator, application: str) -> Request:
    shown = names.clean("".join(one for one in command.number if one in names.DIALLED))
    return channels.create(
        names.operator_channel(command.offer),
        names.endpoint_of(command.position),
        app=application,
        app_args=dialling.arguments(dialling.OFFER, command.offer, command.seconds),
        variables={dialling.LABEL: f'"{SHOWN_AS} {shown}" <{shown or "112"}>', "CT112_LEG": "operator"},
        formats=dialling.FORMATS,
    )


def _dial(command: DialCallee, application: str, trunk: str) -> Request:
    return channels.create(
        names.callee_channel(command.call),
        names.outside(command.number, command.trunk or trunk),
        app=application,
        app_args=dialling.arguments(dialling.OUT, command.call, command.seconds),
        variables={dialling.LABEL: '"112" <112>', "CT112_LEG": "callee"},
        formats=dialling.FORMATS,
    )
