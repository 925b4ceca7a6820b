"""`ct112 operator`: who takes calls, and where."""

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ct112.cli import table as cli_table
from ct112.cli.edge import CannotDo, a_name, loaded, with_connection

if TYPE_CHECKING:
    from ct112.store import Connection, OperatorRow, RosterRow

app = typer.Typer(help="Operators and their positions.", no_args_is_help=True, rich_markup_mode=None)

Operator = Annotated[
    str, typer.Argument(help="The operator's name: small letters, digits and '-'.", callback=a_name)
]
FromStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the SIP password from stdin.")]
STATES = {
    "ringing": "rings",
    "on_call": "in a call",
    "wrap_up": "wrap-up",
    "resting": "resting: did not take a call",
}
WAITS_FOR_ROSTER = ("ready", "off_duty")  # what the roster says holds within seconds
NOTHING_REGISTERED = "not registered: no calls"


@app.command()
def add(
    operator: Operator,
    position: Annotated[
        str, typer.Option(help="The workstation; also the softphone's SIP user name.", callback=a_name)
    ],
    paused: Annotated[bool, typer.Option("--paused", help="No calls until `ct112 operator ready`.")] = False,
    password_stdin: FromStdin = False,
) -> None:
    """Put a new operator at a position; prints the softphone's password, this once."""
    if position == loaded().trunk_endpoint:
        raise CannotDo(
            f"position {position!r} is the carrier's trunk (CT112_TRUNK_ENDPOINT): choose pos-1 or so"
        )
    password = _password(password_stdin)
    from ct112.store import roster

    row = with_connection(
        lambda connection: roster.add(connection, operator, position, password, ready=not paused)
    )
    typer.echo(f"{operator} sits at {position}, {_state(row.ready)}")
    if password is None:
        _show_account(row.position, row.sip_password)


@app.command("list")
def list_() -> None:
    """Show positions and operators, and how they are now: from the running ct112."""
    seats, operators = with_connection(_everyone)
    live, silent = _live()
    rows = [_row(seat, live) for seat in seats]
    rows += [("–", one.operator, "no position", "–") for one in operators if one.position is None]
    if not rows:
        typer.echo("no positions yet: ct112 operator add NAME --position pos-1")
        return
    cli_table.show(("position", "operator", "state", "phone"), rows)
    if silent:
        typer.echo(f"the roster alone; phones and talks are not known: {silent}", err=True)


@app.command()
def remove(
    operator: Operator,
    keep_position: Annotated[
        bool, typer.Option("--keep-position", help="Keep the position and its SIP account for the next one.")
    ] = False,
) -> None:
    """Remove an operator; their softphone's account goes too. A talk under way goes on."""
    from ct112.store import roster

    with_connection(lambda connection: roster.remove(connection, operator, keep_position=keep_position))
    typer.echo(f"{operator} is removed")


@app.command()
def ready(operator: Operator) -> None:
    """Give an operator calls."""
    from ct112.store import roster

    with_connection(lambda connection: roster.set_ready(connection, operator, ready=True))
    typer.echo(f"{operator} is ready")


@app.command()
def pause(operator: Operator) -> None:
    """Give an operator no calls for now. A talk under way goes on."""
    from ct112.store import roster

    with_connection(lambda connection: roster.set_ready(connection, operator, ready=False))
    typer.echo(f"{operator} is paused")


@app.command()
def password(operator: Operator, password_stdin: FromStdin = False) -> None:
    """Give the softphone of an operator another SIP password; prints it, this once."""
    given = _password(password_stdin)
    row, new = with_connection(lambda connection: _changed(connection, operator, given))
    typer.echo(f"the SIP password of {row.position} is changed: the softphone has to be told")
    if given is None:
        _show_account(str(row.position), new)


async def _changed(connection: "Connection", operator: str, given: str | None) -> "tuple[OperatorRow, str]":
    from ct112.store import roster

    new = await roster.change_password(connection, operator, given)
    return next(one for one in await roster.operators(connection) if one.operator == operator), new


async def _everyone(connection: "Connection") -> "tuple[list[RosterRow], list[OperatorRow]]":
    from ct112.store import roster

    return await roster.roster(connection), await roster.operators(connection)


def _live() -> tuple[dict[str, dict[str, Any]], str]:
    """Return what the running ct112 says of each position; else why it does not."""
    from ct112.cli.live import Silent, ask

    try:
        status, answer = ask(loaded(), "positions")
    except Silent as error:
        return {}, str(error)
    if status != 200:
        return {}, f"ct112 answers {status}: {answer.get('detail', 'see its log')}"
    return {one["position"]: one for one in answer["positions"]}, ""


def _row(seat: "RosterRow", live: dict[str, dict[str, Any]]) -> tuple[str, ...]:
    now = live.get(seat.position)
    if seat.operator is None:
        return seat.position, "–", "empty", _phone(now)
    state = _state(seat.ready) if now is None or now["state"] in WAITS_FOR_ROSTER else _doing(now["state"])
    return seat.position, seat.operator, state, _phone(now)


def _doing(state: str) -> str:
    return STATES.get(state, state)


def _phone(now: dict[str, Any] | None) -> str:
    if now is None:
        return "not known"
    if now["refused_by"]:
        return f"no account: refused by Asterisk {', '.join(now['refused_by'])}, see ct112's log"
    return f"registered ({', '.join(now['registered_at'])})" if now["registered_at"] else NOTHING_REGISTERED


def _password(from_stdin: bool) -> str | None:
    return sys.stdin.readline().rstrip("\r\n") if from_stdin else None


def _show_account(position: str, sip_password: str) -> None:
    typer.echo(f"SIP user name: {position}")
    typer.echo(f"SIP password: {sip_password}")


def _state(ready_: bool) -> str:
    return "ready" if ready_ else "paused"
