"""`ct112 operator`: who takes calls, and where."""

import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from ct112.store import OperatorRow, RosterRow, Store
from ct112.store.command import with_store

app = typer.Typer(help="Operators and their positions.", no_args_is_help=True)

Operator = Annotated[str, typer.Argument(help="The operator's name: small letters, digits and '-'.")]
FromStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the SIP password from stdin.")]


@app.command()
def add(
    operator: Operator,
    position: Annotated[str, typer.Option(help="The workstation; also the softphone's SIP user name.")],
    paused: Annotated[bool, typer.Option("--paused", help="No calls until `ct112 operator ready`.")] = False,
    password_stdin: FromStdin = False,
) -> None:
    """Put a new operator at a position; prints the softphone's password, this once."""
    password = _password(password_stdin)
    row = with_store(
        lambda store: store.add_operator(operator, position, sip_password=password, ready=not paused)
    )
    typer.echo(f"{operator} sits at {position}, {_state(row.ready)}")
    if password is None:
        _show_account(row.position, row.sip_password)


@app.command("list")
def list_() -> None:
    """Show positions and operators."""
    seats, operators = with_store(_everyone)
    table = Table("position", "operator", "state")
    for seat in seats:
        table.add_row(seat.position, seat.operator or "–", _state(seat.ready) if seat.operator else "empty")
    for person in operators:
        if person.position is None:
            table.add_row("–", person.operator, "no position")
    Console().print(
        table if table.row_count else "no positions yet: ct112 operator add NAME --position pos-1"
    )


@app.command()
def remove(
    operator: Operator,
    keep_position: Annotated[
        bool, typer.Option("--keep-position", help="Keep the position and its SIP account for the next one.")
    ] = False,
) -> None:
    """Remove an operator; their softphone's account goes too. A talk under way goes on."""
    with_store(lambda store: store.remove_operator(operator, keep_position=keep_position))
    typer.echo(f"{operator} is removed")


@app.command()
def ready(operator: Operator) -> None:
    """Give an operator calls."""
    with_store(lambda store: store.set_ready(operator, True))
    typer.echo(f"{operator} is ready")


@app.command()
def pause(operator: Operator) -> None:
    """Give an operator no calls for now. A talk under way goes on."""
    with_store(lambda store: store.set_ready(operator, False))
    typer.echo(f"{operator} is paused")


@app.command()
def password(operator: Operator, password_stdin: FromStdin = False) -> None:
    """Change the SIP password of an operator's position; the softphone has to be told."""
    given = _password(password_stdin)
    new = with_store(lambda store: store.change_password(operator, given))
    typer.echo("the SIP password is changed")
    if given is None:
        typer.echo(f"SIP password: {new}")


async def _everyone(store: Store) -> tuple[list[RosterRow], list[OperatorRow]]:
    return await store.roster(), await store.operators()


def _password(from_stdin: bool) -> str | None:
    return sys.stdin.readline().rstrip("\n") if from_stdin else None


def _show_account(position: str, sip_password: str) -> None:
    typer.echo(f"SIP user name: {position}")
    typer.echo(f"SIP password: {sip_password}")


def _state(ready_: bool) -> str:
    return "ready" if ready_ else "paused"
