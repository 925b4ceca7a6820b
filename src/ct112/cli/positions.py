"""`ct112 position`: the workstations, each with a SIP account of its own."""

from typing import TYPE_CHECKING, Annotated

import typer

from ct112.cli import table as cli_table
from ct112.cli.edge import CannotDo, a_name, loaded, with_audit, with_connection
from ct112.cli.people import (
    NOBODY,
    from_stdin,
    live_positions,
    phone_of,
    say_silent,
    state_of,
    written_state,
)

if TYPE_CHECKING:
    from ct112.store import Connection
    from ct112.store.seating import StoredStay

app = typer.Typer(help="Positions and their SIP accounts.", no_args_is_help=True, rich_markup_mode=None)

Position = Annotated[
    str, typer.Argument(help="The position's name, also its softphone's SIP user name.", callback=a_name)
]
FromStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the SIP password from stdin.")]


@app.command()
def add(position: Position, password_stdin: FromStdin = False) -> None:
    """Make a position; prints its softphone's password, this once. Then people sit down there."""
    if position == loaded().trunk_endpoint:
        raise CannotDo(
            f"position {position!r} is the carrier's trunk (CT112_TRUNK_ENDPOINT): choose pos-1 or so"
        )
    given = from_stdin() if password_stdin else None
    from ct112.store import positions

    made = with_audit("position.add", position, lambda connection: positions.add(connection, position, given))
    typer.echo(f"position {position} is made: ct112 operator sit NAME {position}")
    if given is None:
        _show_account(made.name, made.sip_password)


@app.command("list")
def list_() -> None:
    """Show positions, who sits there, and their phones, as the running ct112 has them."""
    names, stays = with_connection(_everything)
    live, silent = live_positions()
    if not names:
        typer.echo("no positions yet: ct112 position add pos-1")
        return
    rows = []
    for name in names:
        now, stay = live.get(name), stays.get(name)
        if now is not None:
            who, state = now["operator"], state_of(now) if now["operator"] else "empty"
        else:
            who = stay.operator if stay else None
            state = written_state(stay.ready, stay.reason) if stay else "empty"
        rows.append((name, who or NOBODY, state, phone_of(now)))
    cli_table.show(("position", "operator", "state", "phone"), rows)
    say_silent(silent)


@app.command()
def remove(position: Position) -> None:
    """Remove a position and its SIP account. Who sits there is logged out after the talk."""
    from ct112.store import positions

    with_audit("position.remove", position, lambda connection: positions.remove(connection, position))
    typer.echo(f"position {position} is removed")


@app.command()
def password(position: Position, password_stdin: FromStdin = False) -> None:
    """Give a position's softphone another SIP password; prints it, this once."""
    given = from_stdin() if password_stdin else None
    from ct112.store import positions

    new = with_audit(
        "position.password",
        position,
        lambda connection: positions.change_password(connection, position, given),
    )
    typer.echo(f"the SIP password of {position} is changed: the softphone has to be told")
    if given is None:
        _show_account(position, new)


async def _everything(connection: "Connection") -> "tuple[list[str], dict[str, StoredStay]]":
    from ct112.store import positions, seating

    names = [position.name for position in await positions.positions(connection)]
    return names, {stay.position: stay for stay in await seating.current(connection)}


def _show_account(position: str, sip_password: str) -> None:
    typer.echo(f"SIP user name: {position}")
    typer.echo(f"SIP password: {sip_password}")
