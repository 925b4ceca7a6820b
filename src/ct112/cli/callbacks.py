"""`ct112 callback`: who has to be called back."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from ct112.cli import table as cli_table
from ct112.cli.edge import CannotDo, a_name, loaded, with_audit
from ct112.core.callback_rules import CallbackResult

if TYPE_CHECKING:
    from ct112.store import Connection, Page, Task

app = typer.Typer(help="Who has to be called back.", no_args_is_help=True, rich_markup_mode=None)

Id = Annotated[
    int, typer.Argument(metavar="ID", min=1, max=2**63 - 1, help="The call-back's id, as `list` shows it.")
]
WITHHELD_HOURS = 24
HEADER = ("id", "class", "number", "since", "calls", "tries", "state", "last result", "with", "next try")


@app.command("list")
def list_(
    all_: Annotated[bool, typer.Option("--all", help="Closed ones too, the newest first.")] = False,
    limit: Annotated[int, typer.Option(help="How many.", min=1, max=500)] = 100,
    after: Annotated[
        str | None, typer.Option(metavar="CURSOR", help="Go on behind the page before: it says where.")
    ] = None,
) -> None:
    """Show the call-backs to be done, the most urgent and oldest first."""
    page, withheld = with_audit(
        "callback.list", None, lambda connection: _known(connection, all_, limit, after)
    )
    if page.items:
        cli_table.show(HEADER, [_row(task) for task in page.items])
    else:
        typer.echo("nobody has to be called back" if after is None else "none after that")
    if page.next is not None:
        typer.echo(f"{page.total} in all; more: ct112 callback list --after {page.next}")
    if withheld:
        typer.echo(f"{withheld} more of the last {WITHHELD_HOURS} hours came without a number")


@app.command()
def take(
    number: Id, operator: Annotated[str, typer.Option(help="Whose phone shall ring.", callback=a_name)]
) -> None:
    """Ring the operator's phone and, when it is picked up, the caller's. ID is the call-back's, no number."""
    from ct112.cli.live import Silent, ask

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
    from ct112.store import callbacks

    task = with_audit(
        "callback.finish", str(number), lambda connection: callbacks.finish(connection, number, result)
    )
    again = f", again after {cli_table.local(task.next_try_at)}" if task.state == "open" else ""
    typer.echo(f"call-back {number} is {task.state}: {task.result}{again}")


async def _known(
    connection: "Connection", all_: bool, limit: int, after: str | None
) -> "tuple[Page[Task], int]":
    from ct112.store import callbacks

    since = datetime.now(UTC) - timedelta(hours=WITHHELD_HOURS)
    page = await callbacks.page(connection, all_=all_, limit=limit, after=after)
    return page, await callbacks.withheld(connection, since)


def _row(task: "Task") -> tuple[str, ...]:
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
        _next(task),
    )


def _next(task: "Task") -> str:
    """Return when it may be taken; the pause grows with each try."""
    if task.state != "open":
        return ""
    if task.not_dialled:
        return f"not dialled: {task.not_dialled}"
    return cli_table.local(task.next_try_at) if task.next_try_at > datetime.now(UTC) else "now"
