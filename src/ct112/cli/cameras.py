"""`ct112 camera`: the cameras of the city, shown beside an alert near them."""

import re
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ct112.cli import table as cli_table
from ct112.cli.edge import CannotDo, with_audit, with_connection

if TYPE_CHECKING:
    from ct112.store import Connection
    from ct112.store.cameras import StoredCamera

app = typer.Typer(help="The cameras of the city.", no_args_is_help=True, rich_markup_mode=None)

CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
STREAM = re.compile(r"(rtsps?|https?)://[A-Za-z0-9.\[\]:-]+(/[^\s@\x00-\x1f\x7f]*)?")
Latitude = Annotated[float | None, typer.Option(min=-90, max=90, help="Degrees, WGS 84.")]
Longitude = Annotated[float | None, typer.Option(min=-180, max=180, help="Degrees, WGS 84.")]
Stream = Annotated[str | None, typer.Option(help="rtsp:// or https://, without a password in it.")]


def _a_code(given: str) -> str:
    if not CODE.fullmatch(given):
        raise CannotDo("a camera's code: small letters, digits, '-' and '_', 40 characters at most")
    return given


Code = Annotated[str, typer.Argument(metavar="CODE", callback=_a_code)]


@app.command("list")
def list_() -> None:
    """Show the cameras, by code."""
    from ct112.store import cameras

    page = with_connection(lambda connection: cameras.page(connection, limit=500))
    rows = [
        (one.code, one.name, f"{one.latitude:.6f}", f"{one.longitude:.6f}", one.stream, _state(one))
        for one in page.items
    ]
    cli_table.show(("code", "name", "latitude", "longitude", "stream", ""), rows)
    if page.next is not None:
        typer.echo(f"{page.total} in all: the rest over GET /api/v1/cameras")


@app.command()
def add(
    code: Code,
    name: Annotated[str, typer.Option()],
    latitude: Annotated[float, typer.Option(min=-90, max=90)],
    longitude: Annotated[float, typer.Option(min=-180, max=180)],
    stream: Annotated[str, typer.Option(help="rtsp:// or https://, without a password in it.")],
) -> None:
    """Register a camera."""
    from ct112.store import cameras

    values = _checked({"name": name, "latitude": latitude, "longitude": longitude, "stream": stream})
    with_audit("camera.add", code, lambda connection: cameras.add(connection, code, **values))
    typer.echo(f"{code} is shown beside alerts near it")


@app.command()
def change(
    code: Code,
    name: Annotated[str | None, typer.Option()] = None,
    latitude: Latitude = None,
    longitude: Longitude = None,
    stream: Stream = None,
    active: Annotated[bool | None, typer.Option("--active/--inactive")] = None,
) -> None:
    """Change a camera, or set it inactive."""
    from ct112.store import cameras

    given = {"name": name, "latitude": latitude, "longitude": longitude, "stream": stream, "active": active}
    values = _checked({field: value for field, value in given.items() if value is not None})
    if not values:
        raise CannotDo("say what changes: --name, --latitude, --longitude, --stream or --inactive")

    async def work(connection: "Connection") -> None:
        try:
            await cameras.change(connection, code, **values)
        except cameras.CameraUnknown as error:
            raise ValueError("there is no such camera: see ct112 camera list") from error

    with_audit("camera.change", code, work, fields=sorted(values))
    typer.echo(f"{code} is changed")


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    """Return the values, or end the command."""
    if not STREAM.fullmatch(values.get("stream", "https://a")):
        raise CannotDo("a stream is rtsp://…, rtsps://…, http://… or https://…, without a password in it")
    if not values.get("name", "x").strip() or not values.get("name", "x").isprintable():
        raise CannotDo("a name is one line")
    return values


def _state(camera: "StoredCamera") -> str:
    return "" if camera.active else "inactive"
