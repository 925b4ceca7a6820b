"""What `./run` calls once Python is there: up, down, status, demo, test."""

import asyncio
import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from lab import beside, citizen, first_day, labfile, logins, packages, phones_part, root, screens
from lab.api import Lab, from_environment
from lab.places import NODE_NAMES, asterisk_root
from lab.steps import Shown, Step, StepFailed, step
from lab.supervise import as_interrupt, supervise

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
console = Console(highlight=False)
SHORT = {"asterisk": "asterisk-a", "serve": "ct112"}


@app.command()
def up(
    only: Annotated[
        str | None,
        typer.Option(help="Start this part alone: postgres, asterisk, ct112 (serve), web, worker, phones."),
    ] = None,
    phones: Annotated[bool, typer.Option(help="Attach simulated phones that answer by themselves.")] = False,
    nodes: Annotated[
        int | None, typer.Option(min=1, max=len(NODE_NAMES), help="How many Asterisk nodes; one by default.")
    ] = None,
) -> None:
    """Start what is not running."""
    lab = from_environment(Shown(console), nodes=nodes)
    if only:
        lab.start(SHORT.get(only, only))
        return
    with step(Shown(console), "the screens") as this:
        this.note = "built" if screens.build() else "as they were"
    info = lab.up(phones=phones)
    if first_day.is_due(lab):
        with step(Shown(console), "a made city, a roster"):
            first_day.bring(lab)
    console.print(
        f"The lab is up: {info['web']}, SIP {', '.join(info['sip'])}, all in {lab.places.lab_json}",
        soft_wrap=True,
    )
    logins.tell(console, info)


@app.command()
def call(
    press: Annotated[str, typer.Option(help="Keys: 1 emergency, 2 urgent, 3 information.")] = "",
    seconds: Annotated[float, typer.Option(min=1, max=3600, help="When they hang up at the latest.")] = 120,
) -> None:
    """Let a citizen call 112; without keys they say nothing, which is an emergency."""
    info = from_environment().info
    console.print(
        "It rings where an operator is ready and a phone is open: sign in at the console first.",
        soft_wrap=True,
    )
    asyncio.run(citizen.call(console, info, keys=press, seconds=seconds))


@app.command()
def down(remove: Annotated[bool, typer.Option(help="Delete the lab's data too.")] = False) -> None:
    """End everything."""
    lab = from_environment(Shown(console))
    if remove:
        lab.remove()
    else:
        lab.down()


@app.command()
def status() -> None:
    """Say how each part is; exits 0 when the lab would handle calls."""
    lab = from_environment()
    living = lab.living()
    table = Table("part", "state", "pid", "log", box=None)
    for part in [*lab.parts, phones_part.NAME]:
        known = part in living
        log = lab.places.log / f"{part}.log"
        state = _state(lab, part) if known else "not running"
        table.add_row(part, state, str(living.get(part, "")), str(log))
    console.print(table)
    ready = "ct112" in living and lab.service().ready()
    console.print("ready: calls are handled" if ready else "not ready: see ./run up")
    if info := labfile.read(lab.places.lab_json):
        logins.tell(console, info)
    if not ready:
        raise typer.Exit(1)


def _state(lab: Lab, part: str) -> str:
    """Return how a part that runs is; web and worker may run and wait for what they need."""
    if part not in beside.NAMES or lab.beside(part).ready():
        return "running"
    return f"running, not ready: see {lab.beside(part).url}/readyz"


def prepare(*, tests: bool) -> None:
    """Install what is missing outside Python."""
    shown = Shown(console)
    root.find(asterisk_root(), shown)
    if tests:
        with step(shown, "SIPp"):
            packages.ensure("sipp", "sip-tester")
        with step(shown, "Chromium"):
            packages.ensure("chromium", "chromium")
            packages.ensure_font(
                "NotoSans-Regular.*", "fonts-noto-core"
            )  # else no two machines' pictures agree
        with step(shown, "the screens") as this:
            this.note = "built" if screens.build() else "as they were"


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def demo(context: typer.Context) -> None:
    """Run the demo."""
    _supervised("lab.demo", context.args)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def drill(context: typer.Context) -> None:
    """Run the drills, or a night of them: `drill night --minutes 10 --seed 1`.

    `drill deliveries --count 500`: agencies are told while worker, web and PostgreSQL are killed.
    """
    if context.args[:1] == ["deliveries"]:
        _supervised("lab.deliveries", context.args[1:])
    if context.args[:1] == ["night"]:
        _supervised("lab.night", context.args[1:])
    _supervised("lab.drills", context.args)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def bench(context: typer.Context) -> None:
    """Run the benchmarks."""
    _supervised("bench", context.args)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def containers(context: typer.Context) -> None:
    """Prove the composed installation; it needs nothing of the lab's."""
    raise typer.Exit(supervise([sys.executable, "-m", "lab.containers", *context.args]))


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def test(context: typer.Context) -> None:
    """Run the tests; without arguments all of them, a file at a time on each core."""
    _supervised("pytest", context.args or ["-n", "3", "--dist", "loadfile", "--no-loadscope-reorder"])


def _supervised(module: str, arguments: list[str]) -> None:
    prepare(tests=module == "pytest")
    raise typer.Exit(supervise([sys.executable, "-m", module, *arguments]))


def main() -> int:
    """Run the command line; a step that failed has already said why."""
    as_interrupt()
    try:
        app()  # leaves by SystemExit, also on an interrupt
    except StepFailed as error:
        if not error.shown:
            Shown(console).failed(Step("failed"), error)
        return 1
    except ValueError as error:
        console.print(f"[red]✗[/red] {error}", soft_wrap=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
