"""`ct112 callback`: who has to be called back."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Annotated

import aiohttp
import typer
from rich.console import Console
from rich.table import Table

from ct112 import settings
from ct112.callbacks import WITHHELD_HOURS
from ct112.core.callback import CallbackResult
from ct112.store import CallbackError, Store, Task
from ct112.store.command import CannotDo, with_store

app = typer.Typer(help="Who has to be called back.", no_args_is_help=True)

Number = Annotated[int, typer.Argument(help="The number of the call-back, as `list` shows it.")]
ANSWER_SECONDS = 10


@app.command("list")
def list_(
    all_: Annotated[bool, typer.Option("--all", help="Closed ones too, the newest first.")] = False,
) -> None:
    """Show the call-backs to be done, the most urgent and oldest first."""
    tasks, withheld = with_store(lambda store: _known(store, all_))
    table = Table("no.", "class")
    table.add_column("number", no_wrap=True, min_width=13)  # never cut: it is to be dialled
    for name in ("since", "calls", "tries", "state", "last result", "with"):
        table.add_column(name)
    for task in tasks:
        table.add_row(*_row(task))
    Console().print(table if table.row_count else "nobody has to be called back")
    if withheld:
        typer.echo(f"{withheld} more of the last {WITHHELD_HOURS} hours came without a number")


@app.command()
def take(number: Number, operator: Annotated[str, typer.Option(help="Whose phone shall ring.")]) -> None:
    """Ring the operator's phone and, when it is picked up, the caller's."""
    found = settings.load()
    if found.api_token is None:
        raise CannotDo("CT112_API_TOKEN is not set: the running ct112 has to be asked")
    url = f"http://{found.web_host}:{found.web_port}/api/v1/callbacks/{number}/take"
    try:
        status, detail = asyncio.run(_post(url, found.api_token.get_secret_value(), {"operator": operator}))
    except (aiohttp.ClientError, TimeoutError) as error:
        raise CannotDo(f"ct112 does not answer at {found.web_host}:{found.web_port}: start it") from error
    if status != 202:
        raise CannotDo(detail)
    typer.echo(f"the phone of {operator} rings")


@app.command()
def result(number: Number, result: Annotated[CallbackResult, typer.Argument(help="How it went.")]) -> None:
    """Note how a call-back went that was made in another way, or cancel one."""

    async def note(store: Store) -> Task:
        try:
            return await store.finish_callback(number, result)
        except CallbackError as error:
            raise CannotDo(str(error)) from error

    task = with_store(note)
    again = f", again after {task.next_try_at:%H:%M} UTC" if task.state == "open" else ""
    typer.echo(f"call-back {number} is {task.state}: {task.result}{again}")


async def _known(store: Store, all_: bool) -> tuple[list[Task], int]:
    since = datetime.now(UTC) - timedelta(hours=WITHHELD_HOURS)
    return await store.callbacks(all_=all_), await store.withheld(since)


def _row(task: Task) -> tuple[str, ...]:
    return (
        str(task.id),
        task.service_class,
        task.ani,
        f"{task.first_call_at:%m-%d %H:%M}",
        str(task.calls),
        str(task.attempts),
        task.state,
        task.result or "",
        task.taken_by or "",
    )


async def _post(url: str, token: str, body: dict[str, str]) -> tuple[int, str]:
    """Return the status and, of a refusal, why."""
    headers = {"Authorization": f"Bearer {token}"}
    timeout = aiohttp.ClientTimeout(ANSWER_SECONDS)
    async with (
        aiohttp.ClientSession(headers=headers, timeout=timeout) as session,
        session.post(url, json=body) as answer,
    ):
        told = json.loads(await answer.text())
        return answer.status, str(told.get("detail", ""))
