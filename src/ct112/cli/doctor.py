"""The command: runs the checks for the settings and prints them."""

import asyncio
import json
from dataclasses import asdict
from typing import Annotated

import typer

SIGNS = {True: "✓", None: "!", False: "✗"}


def doctor(as_json: Annotated[bool, typer.Option("--json", help="for machines")] = False) -> None:
    """Say what must be true before going live, and what to do where it is not; exit 1 when it is not.

    A line with ! may be meant so; one with – was not asked, since another line says why it cannot hold.
    """
    from ct112.settings import SettingsError, load

    try:
        found = load()
    except SettingsError as error:
        typer.echo(f"✗ settings  {error}", err=True)
        raise typer.Exit(1) from error
    from ct112.doctor.examination import Examination

    results = asyncio.run(Examination(found).run())
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in results], indent=2))
    else:
        for one in results:
            typer.echo(f"{SIGNS[one.ok] if one.asked else '–'} {one.name:<28} {one.detail}")
            if one.remedy:
                typer.echo(f"  → {one.remedy}")
    if any(one.ok is False for one in results):
        raise typer.Exit(1)
