"""`ct112 callback`: who has to be called back."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from ct112 import cli_table
from ct112.cli_edge import CannotDo, loaded, with_store
from ct112.core.callback import CallbackResult

if TYPE_CHECKING:
    from ct112.store import Store, Task

app = typer.Typer(help="Who has to be called back.", no_args_is_help=True, rich_markup_mode=None)

Id = Annotated[
    int, typer.Argument(metavar="ID", min=1, max=2**63 - 1, help="The call-back's id, as `list` shows it.")
]
WITHHELD_HOURS = 24
HEADER = ("id", "class", "number", "since", "calls", "tries", "state", "last result", "with", "next try")


@app.command("list")
def list_(
    all_: Annotated[bool, typer.Option("--all", help="Closed ones too, the newest first.")] = False,
) -> None:
    """Show the call-backs to be done, the most urgent and oldest first."""
    tasks, withheld = with_store(lambda store: _known(store, all_))
    if tasks:
        cli_table.show(HEADER, [_row(task) for task in tasks])
    else:
        typer.echo("nobody has to be called back")
    if withheld:
        typer.echo(f"{withheld} more of the last {WITHHELD_HOURS} hours came without a number")


@app.command()
def take(number: Id, operator: Annotated[str, typer.Option(help="Whose phone shall ring.")]) -> None:
    """Ring the operator's phone and, when it is picked up, the caller's. ID is the call-back's, no number."""
    from ct112.cli_live import Silent, ask

    try:
        status, answer = ask(loaded(), f"callbacks/{number}/take", {"operator": operator})
    except Silent as error:
        raise CannotDo(str(error)) from error
    if status != 202:
        raise CannotDo(str(answer.get("detail", f"ct112 answered {status}: see its log")))
    typer.echo(f"the phone of {operator} rings")


@app.command()
def result(number: Id, result: Annotated[CallbackResult, typer.Argument(help="How it went.")]) -> None:
    """Note how a call-back went that was made in another way, or cancel one."""
    task = with_store(lambda store: store.finish_callback(number, result))
    again = f", again after {cli_table.local(task.next_try_at)}" if task.state == "open" else ""
    typer.echo(f"call-back {number} is {task.state}: {task.result}{again}")


async def _known(store: "Store", all_: bool) -> "tuple[list[Task], int]":
    since = datetime.now(UTC) - timedelta(hours=WITHHELD_HOURS)
    return await store.callbacks(all_=all_), await store.withheld(since)


def _row(task: "Task") -> tuple[str, ...]:
    later = task.state == "open" and task.next_try_at > datetime.now(UTC)
    return (
        str(task.id),
        task.service_class,
        task.ani,
        cli_table.local(task.first_call_at),
        str(task.calls),
        str(task.attempts),
        task.state,
        task.result or "",
        task.taken_by or "",
        "" if task.state != "open" else cli_table.local(task.next_try_at) if later else "now",
    )
