"""`./run drill night`: random callers, operators and faults on the real parts, judged from the phones."""

import asyncio
import json
import shutil
import sys
import tempfile
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from statistics import quantiles
from typing import Annotated

import typer
from rich.console import Console

from lab import packages
from lab.api import Lab
from lab.drills.__main__ import OVERRIDES
from lab.free_ports import free_base
from lab.night.evidence import CallerSeen, Evidence
from lab.night.faults import catalogue
from lab.night.judging import Complaint, judge, waits
from lab.night.plan import Plan, enough, plan
from lab.night.run import Night
from lab.places import NODE_NAMES
from lab.service import position_names
from lab.supervise import as_interrupt

app = typer.Typer(add_completion=False)
console = Console(highlight=False, width=160)


@app.command()
def night(
    minutes: Annotated[float, typer.Option(min=0.2, help="How long people call and things break.")] = 10.0,
    seed: Annotated[int, typer.Option(help="What the night is drawn from.")] = 1,
    nodes: Annotated[int, typer.Option(min=1, max=2, help="How many Asterisk nodes.")] = 2,
    lose_one: Annotated[
        bool, typer.Option("--lose-one", help="Lose a caller on purpose: the night has to fail.")
    ] = False,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the figures here too.")] = None,
) -> None:
    """Play a night; exit 1 when a promise was broken or too little happened."""
    packages.ensure("nft", "nftables")
    names = tuple(NODE_NAMES[:nodes])
    positions = tuple(position for position, _ in position_names())
    planned = plan(seed, minutes, nodes=names, positions=positions, faults=tuple(sorted(catalogue(names))))
    console.print(f"seed {seed}: {len(planned.calls)} calls and {len(planned.faults)} faults planned")
    played, evidence = asyncio.run(_play(planned, nodes, lose_one=lose_one))
    complaints = judge(evidence)
    assert played.breaking is not None
    faults = len(evidence.broken) - len(played.breaking.failed)
    short = enough(planned.seconds, sum(one.in_at is not None for one in evidence.callers), faults)
    _show(played, evidence, complaints, short, faults)
    if json_file is not None:
        json_file.write_text(json.dumps(figures(evidence, complaints, faults), indent=1) + "\n", "utf-8")
    if complaints or short:
        raise typer.Exit(1)


async def _play(planned: Plan, nodes: int, *, lose_one: bool) -> tuple[Night, Evidence]:
    """Play it in a lab of its own, of which nothing is left afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="ct112-night-"))
    lab = Lab(folder, free_base(nodes), overrides=OVERRIDES, nodes=nodes)
    try:
        await asyncio.to_thread(lab.up)
        played = Night(lab, planned, lose_one=lose_one)
        return played, await played.play()
    finally:
        await asyncio.to_thread(lab.remove)
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


def figures(evidence: Evidence, complaints: list[Complaint], faults: int) -> dict[str, object]:
    """Return the night in numbers."""
    wait = waits(evidence)
    cuts = quantiles(wait, n=20, method="inclusive") if len(wait) > 1 else [0.0] * 19
    return {
        "calls": sum(one.in_at is not None for one in evidence.callers),
        "faults": faults,
        "ends": dict(Counter(str(one.end) for one in evidence.callers)),
        "outcomes": dict(Counter(str(row["outcome"]) for row in evidence.rows)),
        "heard a person": len(wait),
        "wait p50": round(cuts[9], 1),
        "wait p95": round(cuts[18], 1),
        "wait max": round(max(wait, default=0.0), 1),
        "phones rung while in use": evidence.refused,
        "broken promises": [asdict(one) for one in complaints],
    }


def _show(
    night: Night, evidence: Evidence, complaints: list[Complaint], short: list[str], faults: int
) -> None:
    for one in complaints:
        console.print(f"[red]✗[/red] {one.promise}: {_name(one)}{one.why}")
    for caller in _concerned(evidence, complaints):
        _tell_story(night, caller)
    for why in night.breaking.failed if night.breaking else ():
        console.print(f"not played: {why[:300]}")
    for what in short:
        console.print(f"[red]✗[/red] too little happened: {what}")
    for what, value in figures(evidence, complaints, faults).items():
        if what != "broken promises":
            console.print(f"{what}: {value}")
    console.print(f"{len(complaints)} broken promises; again: ./run drill night --seed {night.plan.seed}")


def _concerned(evidence: Evidence, complaints: list[Complaint]) -> list[CallerSeen]:
    """Return the callers the complaints are about, and those whose call's id is in what is left."""
    left = " ".join(evidence.left)
    ids = {row["sip_call_id"] for row in evidence.rows if str(row["id"]) in left}
    numbers = {one.caller for one in complaints}
    return [one for one in evidence.callers if one.number in numbers or one.sip_call_id in ids]


def _name(one: Complaint) -> str:
    return "" if one.caller is None else f"caller {one.caller} "


def _tell_story(night: Night, caller: CallerSeen) -> None:
    """Print what happened around one caller."""
    console.print(f"[bold]caller {caller.number}[/bold], {caller.sip_call_id}")
    whose = {f"caller {caller.number}", caller.sip_call_id}
    beside = {"fault", *(one.position for one in caller.heard)}
    until = (caller.over_at or night.log.began + night.plan.seconds) + 15
    for line in night.log.story(whose, beside, caller.dialled_at - 15, until):
        console.print(f"  {line}", markup=False)


if __name__ == "__main__":
    as_interrupt()
    sys.exit(app())
