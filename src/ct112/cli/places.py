"""`ct112 places`: areas, streets and landmarks of the city."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ct112.cli import table as cli_table
from ct112.cli.edge import CannotDo, with_audit, with_connection, with_store

if TYPE_CHECKING:
    from ct112.places.importing import Report

app = typer.Typer(
    help="Areas, streets and landmarks of the city.", no_args_is_help=True, rich_markup_mode=None
)
ADDED_SECONDS = 300.0  # for 500,000 names and their index


@app.command("import")
def import_(
    areas: Annotated[Path | None, typer.Option(help="GeoJSON: outlines with code and name.")] = None,
    area_names: Annotated[
        Path | None, typer.Option(help="CSV: code,name of areas, those without an outline too.")
    ] = None,
    names: Annotated[
        Path | None, typer.Option(help="CSV: code,kind,name[,area,latitude,longitude,aliases].")
    ] = None,
    mend: Annotated[bool, typer.Option("--mend", help="Uncross outlines that cross themselves.")] = False,
) -> None:
    """Take in areas and names: all of it or nothing; safe to repeat, and nothing is removed."""
    if areas is None and area_names is None and names is None:
        raise CannotDo("say what to import: --areas, --area-names or --names FILE")
    from ct112.cli.audited import who
    from ct112.places import importing

    files = importing.Files(areas=areas, area_names=area_names, names=names)
    report = with_audit(
        "places.import",
        None,
        lambda connection: importing.take_in(connection, files, by=who(), mend=mend),
        seconds=ADDED_SECONDS,
    )
    _say(report)


@app.command("run-import", hidden=True)
def run_import(id_: Annotated[str, typer.Argument(metavar="ID")], file: Path) -> None:
    """Do an import that was asked for on a screen; `ct112 web` starts this."""
    import os
    from uuid import UUID

    from ct112.places import job

    os.nice(10)  # calls are answered on this machine
    with_store(lambda store: job.run(store, UUID(id_), file))


@app.command()
def search(
    said: Annotated[str, typer.Argument(help="What somebody said.", metavar="TEXT")],
    limit: Annotated[int, typer.Option(help="How many at most.", min=1, max=20)] = 5,
) -> None:
    """Show the places that fit, the best first: to try what operators will find."""
    from ct112.store import places

    found = with_connection(lambda connection: places.search(connection, said, limit=limit))
    rows = [(f"{one.score:.2f}", one.kind, one.name, one.area_name or "", one.code) for one in found]
    cli_table.show(("fits", "kind", "name", "area", "code"), rows)


@app.command()
def remove(code: Annotated[str, typer.Argument(help="Its code.", metavar="CODE")]) -> None:
    """Remove a street, housing estate or landmark; areas stay."""
    from ct112.store import places

    gone = with_audit("places.remove", code[:60], lambda connection: places.remove(connection, code))
    if not gone:
        raise CannotDo("there is no street, housing estate or landmark of this code: see ct112 places search")
    typer.echo(f"{code} is found no more")


def _say(report: "Report") -> None:
    for what, taken in report.taken:
        typer.echo(f"{what}: {taken.added} added, {taken.changed} changed, {taken.same} as they were")
    if report.mended:
        typer.echo(f"mended: {', '.join(report.mended)}")
