"""Tables as plain text: nothing is cut, whatever the terminal's width; times are local and say so."""

from collections.abc import Sequence
from datetime import datetime

import typer


def show(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print the rows under their header, columns aligned."""
    lines = [list(header), *[[one_line(cell) for cell in row] for row in rows]]
    widths = [max(len(line[at]) for line in lines) for at in range(len(header))]
    for line in lines:
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def local(at: datetime, *, year: bool = False) -> str:
    """Return a moment in local time, with the zone's name: "11-25 22:07 WIB"."""
    return f"{at.astimezone():{'%Y-' if year else ''}%m-%d %H:%M %Z}"


def one_line(text: str) -> str:
    """Return the text on one line, without characters that move the cursor."""
    return "".join(sign if sign.isprintable() else " " for sign in text)
