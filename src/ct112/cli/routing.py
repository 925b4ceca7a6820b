"""`ct112 routing`: who is asked to act, by which rule, and why."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ct112.cli import table as cli_table
from ct112.cli.agencies import text_of
from ct112.cli.edge import CannotDo, leave, loaded, with_audit, with_connection

if TYPE_CHECKING:
    from ct112.incidents.routing import Book
    from ct112.incidents.routing_check import World
    from ct112.routing import Report
    from ct112.store import Connection
    from ct112.store.publications import InForce
    from ct112.store.routing import StoredRouting

app = typer.Typer(help="Who is asked to act.", no_args_is_help=True, rich_markup_mode=None)

LONGEST_NOTE = 500
Category = Annotated[str, typer.Argument(help="a category's code, such as kebakaran")]
Area = Annotated[
    str | None, typer.Option(help="the kelurahan's code, such as 33.75.01.1003; none: not known")
]
At = Annotated[
    datetime | None,
    typer.Option(help="local time; now by default", formats=["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"]),
]
Level = Annotated[int, typer.Option(help="alarm level", min=1, max=9)]
File = Annotated[Path | None, typer.Argument(help="the document, YAML; the one in force by default")]
Limit = Annotated[int, typer.Option(help="how many", min=1, max=500)]
Version = Annotated[
    int | None, typer.Option(help="a version; the one in force by default", min=1, max=2**63 - 1)
]


@app.command()
def explain(category: Category, area: Area = None, at: At = None, level: Level = 1) -> None:
    """Say which agencies would be asked, by which rule, and why; and which rules were passed over."""
    from ct112.incidents.routing import passed_over, propose

    zone = loaded().zone
    moment = datetime.now(zone) if at is None else at.replace(tzinfo=zone)
    book, world = with_connection(_book)
    if category not in world.categories:
        from ct112.ivr.problems import did_you_mean

        raise CannotDo(
            f"there is no category {ascii(category)[:60]}: {did_you_mean(category, world.categories)}"
        )
    if area is not None and world.areas and area not in world.areas_and_above:
        raise CannotDo(f"there is no area {ascii(area)[:60]}: give an imported one's code, or leave it out")
    found = propose(book, category, area, moment, level)
    typer.echo(f"version {found.version}, {moment:%a %Y-%m-%d %H:%M %Z}")
    typer.echo(f"first       {', '.join(found.first) or 'nobody'}")
    typer.echo(f"supporting  {', '.join(found.supporting) or 'nobody'}")
    for one in found.card:
        typer.echo(f"run card    {one.agency}{f': {one.what}' if one.what else ''}")
    for sentence in found.why:
        typer.echo(f"{'!' if found.alarm else ' '} {sentence}")
    for rule, why in passed_over(book, category, area, moment):
        typer.echo(f"  passed over: {rule!r}: {why}")


@app.command()
def check(file: File = None) -> None:
    """Check a document, by default the one in force: every problem with its line and what to do."""
    name, text = ("the document in force", _in_force()) if file is None else (str(file), text_of(file))
    report = _report(name, text)
    if report is None or not report.ok:
        raise typer.Exit(1)
    typer.echo(
        f"{name} is good: {len(report.book.rules)} rules, run cards for {len(report.book.cards)} categories"
    )


@app.command()
def publish(
    file: Annotated[Path, typer.Argument(help="the document, YAML")],
    note: Annotated[str, typer.Option(help="why, in one line")] = "",
) -> None:
    """Put a document in force; refused when it has a problem."""
    if len(note) > LONGEST_NOTE or not note.isprintable():
        raise CannotDo(f"a note is one line of at most {LONGEST_NOTE} printable characters")
    text = text_of(file)
    report = _report(str(file), text)
    if report is None or not report.ok:
        leave("not published: what is in force stays")
    document = report.draft.to_json()
    from ct112.cli.audited import who
    from ct112.store import routing

    async def work(connection: "Connection") -> "InForce":
        number = await routing.add(connection, document, text, note, by=who())
        return await routing.publish(connection, number, note, by=who())

    now = with_audit("routing.publish", None, work)
    typer.echo(f"version {now.number} is in force for what is proposed from now on")


@app.command("roll-back")
def roll_back(
    version: Annotated[int, typer.Argument(help="the version to be in force again", min=1, max=2**63 - 1)],
    note: Annotated[str, typer.Option(help="why, in one line")] = "",
) -> None:
    """Put an older version in force again; it is checked against what there is now."""
    report = _report(f"version {version}", _source(version))
    if report is None or not report.ok:
        leave("not published: what is in force stays")
    from ct112.cli.audited import who
    from ct112.store import routing

    with_audit(
        "routing.publish",
        str(version),
        lambda connection: routing.publish(connection, version, cli_table.one_line(note), by=who()),
    )
    typer.echo(f"version {version} is in force again")


@app.command()
def versions(limit: Limit = 50) -> None:
    """List the versions, the newest first; * is in force."""
    from ct112.store import routing

    async def work(connection: "Connection") -> "tuple[list[StoredRouting], int | None]":
        page = await routing.page(connection, limit=limit)
        return list(page.items), (await routing.in_force(connection)).number

    found, now = with_connection(work)
    rows = [
        (
            f"{one.number}{'*' if one.number == now else ''}",
            cli_table.local(one.stored_at, year=True),
            one.stored_by,
            "" if one.published_at is None else cli_table.local(one.published_at, year=True),
            one.note,
        )
        for one in found
    ]
    cli_table.show(("version", "stored", "by", "published", "note"), rows)


@app.command()
def show(version: Version = None) -> None:
    """Print a document as it was written."""
    typer.echo(_in_force() if version is None else _source(version), nl=False)


async def _book(connection: "Connection") -> "tuple[Book, World]":
    from ct112.store import routing

    return await routing.book(connection), await routing.world(connection)


def _in_force() -> str:
    from ct112.store import routing

    number = with_connection(routing.in_force).number
    if number is None:
        raise CannotDo("no document is in force: ct112 routing publish FILE")
    return _source(number)


def _source(number: int) -> str:
    from ct112.store import routing
    from ct112.store.publications import UnknownVersion

    try:
        return with_connection(lambda connection: routing.get(connection, number))[1]
    except UnknownVersion as error:
        raise CannotDo(f"there is no version {number}: see ct112 routing versions") from error


def _report(name: str, text: str) -> "Report | None":
    """Return the report on a document, its problems printed; None when it cannot be read."""
    from ct112 import routing
    from ct112.store import routing as stored

    problems, report = routing.every_problem(text, with_connection(stored.world), name=name)
    for problem in problems:
        typer.echo(f"{'✗' if problem.fatal else '!'} {name}: {problem}", err=True)
    return report
