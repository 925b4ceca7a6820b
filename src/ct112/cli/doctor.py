"""The command: runs the checks for the settings and prints them."""

import asyncio
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ct112.doctor.checks import Check
    from ct112.settings import Settings

SIGNS = {True: "✓", None: "!", False: "✗"}


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="for machines")] = False,
    offline: Annotated[
        bool, typer.Option("--offline", help="Also: does anything here need the world outside?")
    ] = False,
) -> None:
    """Say what must be true before going live, and what to do where it is not; exit 1 when it is not.

    A line with ! may be meant so; one with – was not asked, since another line says why it cannot hold.
    """
    from ct112.settings import SettingsError, load

    try:
        found = load()
    except SettingsError as error:
        typer.echo(f"✗ settings  {error}", err=True)
        raise typer.Exit(1) from error
    results = asyncio.run(_examined(found, offline=offline))
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in results], indent=2))
    else:
        for one in results:
            typer.echo(f"{SIGNS[one.ok] if one.asked else '–'} {one.name:<28} {one.detail}")
            if one.remedy:
                typer.echo(f"  → {one.remedy}")
    if any(one.ok is False for one in results):
        raise typer.Exit(1)


async def _examined(found: "Settings", *, offline: bool) -> "list[Check]":
    from ct112.doctor import island
    from ct112.doctor.examination import Examination

    results = await Examination(found).run()
    return [*results, *await island.lines(found)] if offline else results
