"""`ct112 neighbour`: the neighbouring cities' centres, and what they offer."""

import re
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ct112.cli import table as cli_table
from ct112.cli.edge import CannotDo, loaded, with_audit, with_connection

if TYPE_CHECKING:
    from ct112.store import Connection

app = typer.Typer(help="Neighbouring centres.", no_args_is_help=True, rich_markup_mode=None)

CODE = re.compile(r"[a-z][a-z0-9_]{0,30}")
SECRETS = ("secret", "token")
Secrets = Annotated[
    bool, typer.Option("--secrets", help="New secret and token: asked for, or two lines of stdin.")
]


def _a_code(given: str) -> str:
    if not CODE.fullmatch(given):
        raise CannotDo("a neighbour's code: small letters, digits and '_', 31 characters at most")
    return given


Code = Annotated[str, typer.Argument(metavar="CODE", callback=_a_code)]
Url = Annotated[str, typer.Option(help="Of the neighbour's ct112 web: answers go there.")]


@app.command("list")
def list_() -> None:
    """Show the neighbours, by code."""
    from ct112.store import neighbours

    page = with_connection(lambda connection: neighbours.page(connection, limit=500))
    rows = [(one.code, one.name, one.url, "" if one.active else "inactive") for one in page.items]
    cli_table.show(("code", "name", "url", ""), rows)


@app.command()
def add(code: Code, name: Annotated[str, typer.Option()], url: Url) -> None:
    """Register a neighbour; its secret and our token there are asked for, or two lines of stdin."""
    from ct112.store import neighbours

    values = _checked({"name": name, "url": url, **_secrets()})
    with_audit("neighbour.add", code, lambda connection: neighbours.add(connection, code, **values))
    typer.echo(f"{code} may offer: POST …/api/v1/neighbours/{code}/offers (docs/neighbours.md)")


@app.command()
def change(
    code: Code,
    name: Annotated[str | None, typer.Option()] = None,
    url: Annotated[str | None, typer.Option(help="Of the neighbour's ct112 web.")] = None,
    secrets: Secrets = False,
    active: Annotated[bool | None, typer.Option("--active/--inactive")] = None,
) -> None:
    """Change a neighbour, or set it inactive: it may offer nothing any more."""
    from ct112.store import neighbours

    given = {"name": name, "url": url, "active": active, **(_secrets() if secrets else {})}
    values = _checked({field: value for field, value in given.items() if value is not None})
    if not values:
        raise CannotDo("say what changes: --name, --url, --secrets or --inactive")

    async def work(connection: "Connection") -> None:
        try:
            await neighbours.change(connection, code, **values)
        except neighbours.NeighbourUnknown as error:
            raise ValueError("there is no such neighbour: see ct112 neighbour list") from error

    with_audit("neighbour.change", code, work, fields=sorted(values))
    typer.echo(f"{code} is changed")


@app.command()
def offers(
    all_: Annotated[bool, typer.Option("--all", help="Those that are over, too.")] = False,
) -> None:
    """Show what neighbours offer, the newest first; answered over the API or the screen."""
    from ct112.store import neighbour_offers

    live = None if all_ else True
    page = with_connection(lambda connection: neighbour_offers.page(connection, live=live, limit=100))
    rows = [
        (
            f"{one.received_at.astimezone(loaded().zone):%Y-%m-%d %H:%M:%S}",
            *(one.neighbour, one.number, one.status, str(one.told.get("category", "")), one.cause or ""),
            "has changed" if one.unseen else "",
            str(one.id),
        )
        for one in page.items
    ]
    cli_table.show(("since", "neighbour", "number", "status", "category", "cause", "", "id"), rows)


def _secrets() -> dict[str, Any]:
    """Return both secrets: typed on a terminal, else two lines of stdin. Never of the command line."""
    if sys.stdin.isatty():
        return {name: typer.prompt(name.capitalize(), hide_input=True, err=True) for name in SECRETS}
    return {name: sys.stdin.readline().rstrip("\r\n") for name in SECRETS}


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    """Return the values, or end the command."""
    from ct112.incidents.destinations import SECRET, url_trouble

    for name in SECRETS:
        if not SECRET.fullmatch(values.get(name, "x" * 16)):
            raise CannotDo(f"{name}: 16 to 200 letters, digits and signs, without spaces")
    trouble = url_trouble(values["url"], loaded().allowed_networks()) if "url" in values else None
    if trouble is not None:
        raise CannotDo(f"the URL {trouble[0]}: {trouble[1]}")
    if not values.get("name", "x").strip() or not values.get("name", "x").isprintable():
        raise CannotDo("a name is one line")
    return values
