"""Commands of calls we make become requests: ring the position, dial through the trunk, join, end."""

from collections.abc import Callable, Sequence
from typing import assert_never

from ct112.asterisk import dialling, names
from ct112.asterisk.ari import Request, bridges, channels
from ct112.core.callback_rules import CallbackResult
from ct112.core.commands import CallbackCommand, DialCallee, EndCallee, JoinCallee, RingOperator
from ct112.core.ids import CallId, OfferId, PositionName, delivery_of

CALLBACK_OVER = "callback-over"  # the dialplan's context that says why and hangs up
SHOWN_AS = "TELEPON BALIK"  # what the operator's display says, before the number
AGENCY_SHOWN_AS = "INSTANSI"  # and before an agency's code


def plan(
    command: CallbackCommand,
    *,
    application: str,
    trunk: str,
    endpoint_of: Callable[[PositionName], str] = names.endpoint_of,
) -> Sequence[Request]:
    """Return what to send. Raises ValueError when the number cannot be dialled."""
    match command:
        case RingOperator():
            return (_ring(command, application, endpoint_of(command.position)),)
        case DialCallee():
            return (_dial(command, application, trunk),)
        case JoinCallee(call, offer):
            return _join(call, offer)
        case EndCallee(call):
            return (channels.hang_up(names.callee_channel(call)),)
        case _:
            assert_never(command)


def _join(call: CallId, offer: OfferId) -> Sequence[Request]:
    """Let both hear each other; an agency's leg does not end by itself any more."""
    bridge, callee = names.bridge_of(offer), names.callee_channel(call)
    lasts = () if delivery_of(call) is None else (channels.set_variable(callee, dialling.SWITCH, "0"),)
    return (
        bridges.create(bridge),
        bridges.add(bridge, names.operator_channel(offer)),
        bridges.add(bridge, callee),
        *lasts,
    )


def say_why(leg: str, why: CallbackResult, url: str) -> tuple[Request, ...]:
    """Let the dialplan say why nobody is on the line, or sound a tone when `url` is empty, and end."""
    said = (channels.set_variable(leg, "CT112_SAID", url),) if url else ()
    return (*said, channels.go_on(leg, CALLBACK_OVER, why.value))


def _ring(command: RingOperator, application: str, endpoint: str) -> Request:
    shown = names.clean("".join(one for one in command.number if one in names.DIALLED))
    who = f"{AGENCY_SHOWN_AS} {command.agency.upper()}" if command.agency else SHOWN_AS
    return channels.create(
        names.operator_channel(command.offer),
        endpoint,
        app=application,
        app_args=dialling.arguments(dialling.OFFER, command.offer, command.seconds),
        variables={dialling.LABEL: f'"{who} {shown}" <{shown or "112"}>', "CT112_LEG": "operator"},
        formats=dialling.FORMATS,
    )


def _dial(command: DialCallee, application: str, trunk: str) -> Request:
    lasts = {dialling.SWITCH: f"{command.lasts:.0f}"} if command.lasts else {}
    return channels.create(
        names.callee_channel(command.call),
        names.outside(command.number, command.trunk or trunk),
        app=application,
        app_args=dialling.arguments(dialling.OUT, command.call, command.seconds),
        variables={dialling.LABEL: '"112" <112>', "CT112_LEG": "callee"} | lasts,
        formats=dialling.FORMATS,
    )
