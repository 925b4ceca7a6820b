"""`ct112 pause-reason`: why an operator may be paused."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ct112.cli import table as cli_table
from ct112.cli.edge import CannotDo, a_name, with_audit, with_connection

if TYPE_CHECKING:
    from ct112.store import Connection
    from ct112.store.pause_reasons import StoredReason

app = typer.Typer(help="Why an operator may be paused.", no_args_is_help=True, rich_markup_mode=None)

Code = Annotated[
    str, typer.Argument(help="Its code: small letters, digits and '-'.", callback=a_name, metavar="CODE")
]
Place = Annotated[int | None, typer.Option(help="Where in the list, from 1.", min=1, max=999)]


@app.command("list")
def list_(
    retired: Annotated[bool, typer.Option("--retired", help="Those that are offered no more, too.")] = False,
) -> None:
    """Show the reasons in the order in which they are offered."""
    rows = [
        (str(one.place), one.code, one.indonesian, one.english, "retired" if one.retired else "")
        for one in with_connection(lambda connection: _reasons(connection, retired=retired))
    ]
    cli_table.show(("place", "code", "Indonesian", "English", ""), rows)


@app.command()
def add(
    code: Code,
    indonesian: Annotated[str, typer.Option(help="What Indonesian screens say.")],
    english: Annotated[str, typer.Option(help="What English screens say.")],
    place: Place = None,
) -> None:
    """Offer another reason; a retired one is offered again, with these words."""
    from ct112.store import pause_reasons

    with_audit(
        "pause_reason.add",
        code,
        lambda connection: pause_reasons.add(connection, code, indonesian, english, place),
    )
    typer.echo(f"operators may be paused for {code} within seconds")


@app.command()
def rename(
    code: Code,
    indonesian: Annotated[str | None, typer.Option(help="What Indonesian screens say.")] = None,
    english: Annotated[str | None, typer.Option(help="What English screens say.")] = None,
    place: Place = None,
) -> None:
    """Change a reason's words or its place; its code stays, for what happened is written with it."""
    given = {"indonesian": indonesian, "english": english, "place": place}
    values: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if not values:
        raise CannotDo("say what changes: --indonesian, --english or --place")
    from ct112.store import pause_reasons

    with_audit(
        "pause_reason.rename",
        code,
        lambda connection: pause_reasons.change(connection, code, **values),
        fields=sorted(values),
    )
    typer.echo(f"{code} is changed")


@app.command()
def retire(code: Code) -> None:
    """Offer a reason no more. Who is paused for it stays paused; what happened keeps its words."""
    from ct112.store import pause_reasons

    with_audit("pause_reason.retire", code, lambda connection: pause_reasons.retire(connection, code))
    typer.echo(f"{code} is offered no more within seconds (ct112 pause-reason add brings it back)")


async def _reasons(connection: "Connection", *, retired: bool) -> "list[StoredReason]":
    from ct112.store import pause_reasons

    return await pause_reasons.pause_reasons(connection, retired=retired)
