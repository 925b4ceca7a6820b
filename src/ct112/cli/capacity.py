"""`ct112 capacity`: the operators and trunk lines that a busy hour needs."""

import json
import math
import re
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from ct112.planning.erlang import Service, Traffic, blocking, lines_for, operators_for, service

EVERYTHING = 1e-9
SHOWN_AROUND = 2  # rows above and below the answer
IVR_SECONDS = 12.0  # on the line before the queue, in the built-in menu


def capacity(
    calls_per_hour: Annotated[float, typer.Option(help="Calls in the busy hour.", min=0.01, max=1e6)],
    handle_time: Annotated[float, typer.Option(help="Seconds: talk and wrap-up, mean.", min=1, max=7200)],
    target: Annotated[str, typer.Option(help="Share of all callers @ seconds in the queue.")] = "0.9@15s",
    patience: Annotated[
        float | None, typer.Option(help="Seconds a caller waits before giving up, mean.", min=1)
    ] = None,
    operators: Annotated[
        int | None, typer.Option(help="Say what so many operators give.", min=1, max=10_000)
    ] = None,
    shrinkage: Annotated[
        float, typer.Option(help="Share of paid time not at the phone.", min=0, max=0.9)
    ] = 0.0,
    wrap_up: Annotated[
        float, typer.Option(help="Seconds of the handle time with no caller on the line.", min=0)
    ] = 10.0,
    ivr_time: Annotated[
        float, typer.Option(help="Seconds on the line before the queue.", min=0)
    ] = IVR_SECONDS,
    most_blocked: Annotated[
        float,
        typer.Option("--blocking", help="Share of calls that may find all lines taken.", min=1e-6, max=0.5),
    ] = 0.01,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Say how many operators and trunk lines the busy hour needs (Erlang A or C, and B for the lines)."""
    share, seconds = _target(target)
    if wrap_up >= handle_time:
        raise typer.BadParameter(
            f"the wrap-up of {wrap_up:g} s leaves nothing of {handle_time:g} s: it is a part of --handle-time"
        )
    patient = Traffic(calls_per_hour=calls_per_hour, handle_seconds=handle_time)
    traffic = Traffic(calls_per_hour=calls_per_hour, handle_seconds=handle_time, patience_seconds=patience)
    try:
        needed = operators_for(traffic, share, seconds)
        chosen = needed if operators is None else service(traffic, operators, seconds)
        on_the_lines = _line_erlangs(traffic, chosen, ivr_time, wrap_up)
        lines = lines_for(on_the_lines, most_blocked)
    except ValueError as error:
        raise typer.BadParameter(f"{error} would be needed: look at the numbers again") from error
    if as_json:
        typer.echo(json.dumps(_as_json(chosen, needed.operators, lines, on_the_lines, shrinkage)))
        return
    console = Console(highlight=False, width=100)
    model = (
        "Callers wait for ever (Erlang C)." if patience is None else f"Patience {patience:g} s (Erlang A)."
    )
    console.print(
        f"{calls_per_hour:g} calls an hour of {handle_time:g} s: {traffic.erlangs:.2f} erlang. {model}"
    )
    console.print(_table(traffic, needed.operators, operators, seconds))
    if patience is not None:
        for_ever = operators_for(patient, share, seconds).operators
        console.print(f"If nobody gave up (Erlang C): {for_ever} operators.")
    _conclude(console, needed.operators, share, seconds, shrinkage)
    _say_lines(console, chosen, lines, on_the_lines, most_blocked)


def _say_lines(
    console: Console, chosen: Service, lines: int, on_the_lines: float, most_blocked: float
) -> None:
    if chosen.overloaded:
        console.print(f"With {chosen.operators} the queue grows without end: no number of lines is enough.")
        return
    console.print(
        f"[b]{lines} trunk lines[/b] with {chosen.operators} operators: {on_the_lines:.2f} erlang, "
        f"{blocking(on_the_lines, lines):.2%} blocked (Erlang B, at most {most_blocked:.2%})."
    )


def _target(text: str) -> tuple[float, float]:
    """Read `0.9@15s` (or 90%@15): the share and the seconds."""
    found = re.fullmatch(r"\s*(\d*\.?\d+)\s*(%?)\s*@\s*(\d*\.?\d+)\s*s?\s*", text)
    if not found:
        raise typer.BadParameter(f"'{text}' is no target: write for example 0.9@15s", param_hint="--target")
    share = float(found[1]) / (100 if found[2] else 1)
    if not 0 < share < 1:
        raise typer.BadParameter(
            f"a share of {share:g} cannot be promised: above 0 and below 1, for example 0.9@15s",
            param_hint="--target",
        )
    return share, float(found[3])


def _line_erlangs(traffic: Traffic, chosen: Service, ivr_time: float, wrap_up: float) -> float:
    """Return how many lines are busy on average: in the menu, in the queue and in the talk."""
    if chosen.overloaded:
        return EVERYTHING
    talk = (traffic.handle_seconds - wrap_up) * (1 - chosen.abandoned)
    return traffic.calls_per_hour * (ivr_time + chosen.wait_seconds + talk) / 3600


def _table(traffic: Traffic, needed: int, asked: int | None, seconds: float) -> Table:
    table = Table(
        "operators", f"within {seconds:g} s", "have to wait", "mean wait", "give up", "busy", box=None
    )
    numbers = set(range(max(1, needed - SHOWN_AROUND), needed + SHOWN_AROUND + 1)) | (
        {asked} if asked else set()
    )
    for number in sorted(numbers):
        one = service(traffic, number, seconds)
        wait = "grows for ever" if math.isinf(one.wait_seconds) else f"{one.wait_seconds:.1f} s"
        mark = " ← enough" if number == needed else " ← asked" if number == asked else ""
        row = (f"{one.within_target:.1%}", f"{one.waiting:.1%}", wait, f"{one.abandoned:.1%}")
        table.add_row(f"{number}{mark}", *row, f"{one.occupancy:.0%}")
    return table


def _conclude(console: Console, needed: int, share: float, seconds: float, shrinkage: float) -> None:
    console.print(
        f"[b]{needed} operators[/b] at their phones answer at least {share:.1%} of callers in {seconds:g} s."
    )
    if shrinkage:
        rostered = math.ceil(needed / (1 - shrinkage))
        console.print(f"With {shrinkage:.0%} of their time elsewhere: [b]{rostered}[/b] on the roster.")


def _as_json(
    chosen: Service, needed: int, lines: int, on_the_lines: float, shrinkage: float
) -> dict[str, object]:
    found: dict[str, object] = {
        "operators_needed": needed,
        "on_the_roster": math.ceil(needed / (1 - shrinkage)),
        "lines_needed": None if chosen.overloaded else lines,
        "line_erlangs": None if chosen.overloaded else on_the_lines,
        "service": {**asdict(chosen), "wait_seconds": None if chosen.overloaded else chosen.wait_seconds},
    }
    return found
