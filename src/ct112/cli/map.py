"""`ct112 map`: the streets, water and buildings that screens draw."""

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ct112.cli.edge import CannotDo, loaded

if TYPE_CHECKING:
    from ct112.places import tiles_importing
    from ct112.places.tiles import Tiles

app = typer.Typer(help="The map that screens draw.", no_args_is_help=True, rich_markup_mode=None)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="FILE.pmtiles, or an extract FILE.osm.pbf.", metavar="FILE")],
) -> None:
    """Check a map whole and put it in the place of the one before, at once; a damaged one changes nothing."""
    from ct112.places import tiles_importing
    from ct112.places.tiles import BadTiles

    target = loaded().map_path
    with ExitStack() as stack:
        try:
            found = tiles_importing.take_in(file, target, _progress(stack))
        except (BadTiles, tiles_importing.CannotMake) as error:
            raise CannotDo(f"{file.name}: {error}") from error
        except OSError as error:
            raise CannotDo(f"{error.strerror or error}: {error.filename or file}") from error
    typer.echo(f"{target}: {_said(found)}. Pages that are opened from now on draw it")


@app.command()
def show() -> None:
    """Say which map screens draw."""
    from ct112.places import tiles
    from ct112.places.tiles import BadTiles

    target = loaded().map_path
    try:
        typer.echo(f"{target}: {_said(tiles.read(target))}")
    except FileNotFoundError:
        typer.echo(f"there is none ({target}): screens draw the areas. ct112 map import FILE")
    except (BadTiles, OSError) as error:
        raise CannotDo(f"{target}: {error}") from error


def _said(found: "Tiles") -> str:
    west, south, east, north = found.bounds
    return (
        f"{west:.3f} to {east:.3f} east, {south:.3f} to {north:.3f} north, zoom {found.min_zoom} to "
        f"{found.max_zoom}, layers {', '.join(found.layers) or 'not named'}"
    )


def _progress(stack: ExitStack) -> "tiles_importing.Progress":
    from rich.console import Console
    from rich.progress import Progress, TaskID

    shown = stack.enter_context(Progress(console=Console(stderr=True), transient=True))
    tasks: dict[str, TaskID] = {}

    def tell(what: str, done: int, whole: int) -> None:
        if what not in tasks:
            tasks[what] = shown.add_task(what, total=whole or None)
        shown.update(tasks[what], completed=done, total=whole or None)

    return tell
