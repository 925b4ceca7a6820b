"""`./run drill [NAME…]`: let things break on the real parts, one row a drill."""

import asyncio
import json
import shutil
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import psutil
import typer
from rich.console import Console
from rich.table import Table

from lab import packages
from lab.api import Lab
from lab.drills import beside, faults, live, started, two_nodes
from lab.drills.escalations import ESCALATIONS
from lab.drills.judging import Verdict, failed
from lab.drills.special import hang_ups, rush
from lab.drills.stage import Fault, Stage
from lab.drills.two_nodes import TwoNodes
from lab.free_ports import free_base
from lab.phones import PhoneError, Phones
from lab.supervise import as_interrupt
from lab.world import CT112, World

OVERRIDES = {
    "CT112_RING_SECONDS": "4",
    "CT112_WRAP_UP_SECONDS": "1",
    "CT112_LOST_NODE_SECONDS": str(two_nodes.LOST_SECONDS),
}
FAULTS: dict[str, Fault] = {
    "ct112-killed": faults.ct112_killed,
    "ct112-killed-and-started": faults.ct112_killed_and_started,
    "ct112-restarted-in-a-rush": faults.ct112_restarted_in_a_rush,
    "ct112-sigterm": faults.ct112_told_to_leave,
    "ct112-stalled-2s": faults.ct112_stalled,
    "postgres-stopped": faults.postgres_stopped,
    "postgres-killed": faults.postgres_killed,
    "postgres-hung": faults.postgres_hung,
    "postgres-read-only": faults.postgres_read_only,
    "asterisk-killed": faults.asterisk_killed,
    "link-cut-by-firewall": faults.link_cut,
    "link-closed": faults.link_closed,
    "prompts-gone": faults.prompts_gone,
    "spool-disk-full": faults.spool_full,
    "second-ct112-takes-over": started.second_takes_over,
    "clock-jumps-1h": started.clock_jumps,
    "dns-dead": started.dns_dies,
    "web-killed": beside.web_killed,
    "web-hung": beside.web_hung,
    "web-flooded": beside.web_flooded,
    "worker-killed": beside.worker_killed,
    "control-token-wrong": beside.control_token_wrong,
    "serve-killed-under-50-pages": live.serve_killed_under_pages,
    "web-under-500-pages": live.web_under_a_crowd,
    "phone-vanishes-while-talking": faults.phone_vanishes,
    "phone-unregisters-while-ringing": faults.phone_unregisters,
    "phone-declines-486": faults.phone_refuses,
    "phone-declines-603": faults.phone_refuses_all,
    "phone-never-answers": faults.phone_never_answers,
}
BEFORE: dict[str, Fault] = {
    "clock-jumps-1h": started.with_a_clock_of_its_own,
    "dns-dead": started.with_dead_dns,
}
TWO_NODES: dict[str, Fault] = {
    "node-lost": two_nodes.node_lost,
    "node-cut-off-for-30s": two_nodes.node_cut_off_for_long,
    "link-to-one-node-cut": two_nodes.link_to_one_node_cut,
    "ct112-restarted-two-nodes": two_nodes.ct112_killed_and_started,
}
WHOLE = {"hang-up-in-every-state": hang_ups, "rush-of-30-on-3": rush, **ESCALATIONS}
NAMES = [*FAULTS, *WHOLE, *TWO_NODES]
app = typer.Typer(add_completion=False)
console = Console(highlight=False, width=150)


@app.command()
def drill(
    names: Annotated[list[str] | None, typer.Argument(help="Which; all by default.")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the table here too.")] = None,
    list_: Annotated[bool, typer.Option("--list", help="Name the drills.")] = False,
) -> None:
    """Let things break while people call; exit 1 when a caller or a record was lost."""
    if list_:
        typer.echo("\n".join(NAMES))
        return
    unknown = set(names or ()) - set(NAMES)
    if unknown:
        typer.echo(f"no drill {', '.join(sorted(unknown))}: ./run drill --list names them", err=True)
        raise typer.Exit(2)
    packages.ensure("nft", "nftables")
    verdicts = asyncio.run(_all(names or NAMES))
    _show(verdicts)
    if json_file is not None:
        json_file.write_text(json.dumps([asdict(one) for one in verdicts], indent=1) + "\n", "utf-8")
    if not all(one.good for one in verdicts):
        raise typer.Exit(1)


async def _all(names: list[str]) -> list[Verdict]:
    """Play the drills with one node, then those with two, each group in a lab of its own."""
    single = [name for name in names if name not in TWO_NODES]
    double = [name for name in names if name in TWO_NODES]
    return [*await _in_lab(single, nodes=1), *await _in_lab(double, nodes=2)]


async def _in_lab(names: list[str], *, nodes: int) -> list[Verdict]:
    if not names:
        return []
    folder = Path(tempfile.mkdtemp(prefix="ct112-drill-"))
    lab = Lab(folder, free_base(nodes), overrides=OVERRIDES, nodes=nodes)
    verdicts = []
    try:
        for name in names:
            try:
                verdict = await _one(lab, name)
            except (RuntimeError, PhoneError, AssertionError, OSError, psutil.Error) as error:
                verdict = failed(name, str(error) or type(error).__name__)
            console.print(_line(verdict), soft_wrap=True)
            verdicts.append(verdict)
    finally:
        await asyncio.to_thread(lab.remove)
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
    return verdicts


async def _one(lab: Lab, name: str) -> Verdict:
    await asyncio.to_thread(lab.up)
    async with Phones("127.0.0.1") as desks, Phones("127.0.0.2") as citizens:
        stage = (TwoNodes if name in TWO_NODES else Stage)(World(lab, desks, citizens))
        await stage.world.nothing_left()
        if name in TWO_NODES:
            return await stage.play(name, TWO_NODES[name])
        if name in WHOLE:
            return await WHOLE[name](stage, name)
        return await _played(stage, name)


async def _played(stage: Stage, name: str) -> Verdict:
    """Prepare what the drill needs beforehand, play it, and leave ct112 as it always is."""
    stage.unanswered = name.startswith("phone-") and "talking" not in name and "603" not in name
    if name not in BEFORE:
        async with Phones("127.0.0.1") as apart:
            stage.apart = apart if "vanishes" in name else None
            return await stage.play(name, FAULTS[name])
    await BEFORE[name](stage)
    try:
        return await stage.play(name, FAULTS[name])
    finally:
        await stage.world.stop(CT112)


def _line(one: Verdict) -> str:
    mark = "[green]✓[/green]" if one.good else "[red]✗[/red]"
    recovery = f", a person after {_seconds(one)}" if one.rerouted else ""
    return (
        f"{mark} {one.drill}: {one.in_flight} calls, {one.kept} kept talking, {one.rerouted} rerouted, "
        f"{one.called_back} to be called back, {one.lost} lost, {one.missing} records missing{recovery}"
        f"{', ' + one.note if one.note else ''}"
    )


def _show(verdicts: list[Verdict]) -> None:
    table = Table(
        "drill", "in flight", "kept", "rerouted", "called back", "lost", "missing", "a person after", "note"
    )
    for one in verdicts:
        numbers = (one.in_flight, one.kept, one.rerouted, one.called_back, one.lost, one.missing)
        table.add_row(one.drill, *map(str, numbers), _seconds(one), one.note)
    console.print(table)


def _seconds(one: Verdict) -> str:
    """Return when the first and the last of the rerouted heard a person."""
    if one.first_seconds is None or one.last_seconds is None:
        return ""
    return f"{one.first_seconds:.0f}-{one.last_seconds:.0f} s"


if __name__ == "__main__":
    as_interrupt()
    sys.exit(app())
