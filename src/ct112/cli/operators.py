"""`ct112 operator`: the people who take calls: who they are, where they sit, whether they pause."""

from typing import TYPE_CHECKING, Annotated

import typer

from ct112.cli import table as cli_table
from ct112.cli.edge import CannotDo, a_name, with_audit
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
    from ct112.store.operators import StoredOperator
    from ct112.store.seating import StoredStay

app = typer.Typer(help="Operators: who takes calls.", no_args_is_help=True, rich_markup_mode=None)

Operator = Annotated[
    str, typer.Argument(help="The operator's name: small letters, digits and '-'.", callback=a_name)
]
Position = Annotated[str, typer.Argument(help="The position's name.", callback=a_name)]
PinFromStdin = Annotated[bool, typer.Option("--pin-stdin", help="Read the PIN from stdin.")]
Reason = Annotated[str, typer.Option(help="Why: a code from the centre's list.", callback=a_name)]
OLD_ADD = (
    "a position and an operator are two things now: ct112 position add {position}, "
    "then ct112 operator add {operator}, then ct112 operator sit {operator} {position}"
)


@app.command()
def add(
    operator: Operator,
    full_name: Annotated[str, typer.Option(help="What the person is called, for the screens.")] = "",
    pin_stdin: PinFromStdin = False,
    position: Annotated[str, typer.Option(hidden=True)] = "",
) -> None:
    """Make an operator. They log in with `ct112 operator sit`, at any free position."""
    if position:
        raise CannotDo(OLD_ADD.format(operator=operator, position=a_name(position)))
    pin_hash = _hashed(from_stdin()) if pin_stdin else None
    from ct112.store import operators

    with_audit(
        "operator.add",
        operator,
        lambda connection: operators.add(connection, operator, full_name=full_name, pin_hash=pin_hash),
    )
    typer.echo(f"operator {operator} is made: ct112 operator sit {operator} POSITION")


@app.command("list")
def list_() -> None:
    """Show operators, where they sit and how they are now, as the running ct112 has them."""
    people, stays = with_audit("operator.list", None, _everyone)
    live, silent = live_positions()
    if not people:
        typer.echo("no operators yet: ct112 operator add NAME")
        return
    seats = {one["operator"]: one for one in live.values() if one["operator"]}
    rows = []
    for one in people:
        now, stay = seats.get(one.name), stays.get(one.name)
        if now is not None:
            row = (now["position"], state_of(now), phone_of(now))
        elif stay is not None and silent:
            row = (stay.position, written_state(stay.ready, stay.reason), phone_of(None))
        else:
            row = (NOBODY, "not logged in" if one.active else "barred: may not log in", NOBODY)
        rows.append((one.name, *row, one.full_name))
    cli_table.show(("operator", "position", "state", "phone", "name"), rows)
    say_silent(silent)


@app.command()
def remove(operator: Operator) -> None:
    """Remove an operator. Who sits somewhere is logged out after the talk; records keep the name."""
    from ct112.store import operators

    with_audit("operator.remove", operator, lambda connection: operators.remove(connection, operator))
    typer.echo(f"{operator} is removed")


@app.command()
def bar(operator: Operator) -> None:
    """Let an operator log in no more, until `unbar`. Who sits somewhere is logged out after the talk."""
    _set_active(operator, "operator.bar", active=False)
    typer.echo(f"{operator} may not log in from now on, and is logged out when the talk under way is over")


@app.command()
def unbar(operator: Operator) -> None:
    """Let an operator log in again."""
    _set_active(operator, "operator.unbar", active=True)
    typer.echo(f"{operator} may log in within seconds: ct112 operator sit {operator} POSITION")


@app.command()
def pin(
    operator: Operator,
    pin_stdin: PinFromStdin = False,
    none: Annotated[bool, typer.Option("--none", help="Take the PIN away.")] = False,
) -> None:
    """Give an operator a PIN, for logging in by telephone and nothing else; it is never shown."""
    pin_hash = None if none else _hashed(from_stdin() if pin_stdin else _typed())
    from ct112.store import operators

    with_audit("operator.pin", operator, lambda connection: operators.set_pin(connection, operator, pin_hash))
    typer.echo(f"{operator} has no PIN now" if none else f"the PIN of {operator} is changed")


@app.command()
def sit(
    operator: Operator,
    position: Position,
    paused: Annotated[bool, typer.Option("--paused", help="No calls until `ct112 operator ready`.")] = False,
) -> None:
    """Log an operator in at a position; who talks elsewhere moves there after the talk."""
    from ct112.cli.live import want

    want("sit", position=position, operator=operator, ready=False if paused else None)
    typer.echo(f"{operator} sits at {position}, or will when the talk under way is over")


@app.command()
def leave(operator: Operator) -> None:
    """Log an operator out; a talk under way goes on and is finished first."""
    from ct112.cli.live import want

    want("leave", operator=operator)
    typer.echo(f"{operator} is logged out, or will be when the talk under way is over")


@app.command()
def ready(operator: Operator) -> None:
    """Give an operator calls."""
    from ct112.cli.live import want

    want("set_state", operator=operator, ready=True)
    typer.echo(f"{operator} is ready")


@app.command()
def pause(operator: Operator, reason: Reason = "other") -> None:
    """Give an operator no calls for now. A talk under way goes on."""
    from ct112.cli.live import want

    want("set_state", operator=operator, ready=False, reason=reason)
    typer.echo(f"{operator} is paused: {reason}")


@app.command(hidden=True)
def password(operator: Operator) -> None:
    """Say where SIP passwords are now."""
    raise CannotDo(f"a SIP password belongs to a position, not to {operator}: ct112 position password NAME")


def _set_active(operator: str, action: str, *, active: bool) -> None:
    from ct112.store import operators

    with_audit(action, operator, lambda connection: operators.set_active(connection, operator, active=active))


def _typed() -> str:
    typed: str = typer.prompt("PIN (4 to 12 digits)", hide_input=True, confirmation_prompt=True)
    return typed


def _hashed(given: str) -> str:
    from ct112.store import pins

    try:
        return pins.hashed(given)
    except pins.PinError as error:
        raise CannotDo(str(error)) from error


async def _everyone(connection: "Connection") -> "tuple[list[StoredOperator], dict[str, StoredStay]]":
    from ct112.store import operators, seating

    stays = {stay.operator: stay for stay in await seating.current(connection)}
    return await operators.operators(connection), stays
