"""`ct112 ivr`: the menu callers hear."""

import time
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from ct112 import ivr, settings
from ct112.prompts.library import PromptLibrary
from ct112.store.command import with_store

app = typer.Typer(no_args_is_help=True)
File = Annotated[Path, typer.Argument(help="the document, YAML")]


@app.command()
def validate(file: File) -> None:
    """Check a document: problems with line and remedy, and the worst time to the emergency queue."""
    report = _report(_draft(file))
    if not report.ok:
        raise typer.Exit(1)
    typer.echo(f"{file} is good: {report.ways[0]}" if report.ways else f"{file} is good")


@app.command()
def show(
    version: Annotated[int | None, typer.Option(help="a version; the live one by default")] = None,
) -> None:
    """Print a published document; the built-in one when none was published."""
    found = with_store(lambda store: store.versions(limit=1 if version is None else 10_000))
    chosen = [one for one in found if version is None or one.version == version]
    if version is not None and not chosen:
        known = ", ".join(str(one.version) for one in found) or "none"
        _leave(f"there is no version {version}; there is: {known}")
    if not chosen:
        typer.echo("# built-in document: nothing was published yet\n" + ivr.default_text(), nl=False)
        return
    typer.echo(f"# version {chosen[0].version}, {chosen[0].published_at:%Y-%m-%d %H:%M} UTC {chosen[0].note}")
    typer.echo(chosen[0].source_yaml, nl=False)


@app.command()
def publish(file: File, note: Annotated[str, typer.Option(help="why")] = "") -> None:
    """Make a document live for new calls; refused when it has a problem."""
    draft = _draft(file)
    if not _report(draft).ok:
        _leave("not published: callers go on hearing the live version")
    version = with_store(lambda store: store.publish(draft.to_json(), draft.source, note))
    typer.echo(f"version {version} is live for new calls within seconds")


@app.command()
def simulate(
    file: Annotated[Path | None, typer.Argument(help="the document; the built-in one by default")] = None,
    digits: Annotated[str, typer.Option(help="keys the caller presses, in order")] = "",
    wait: Annotated[float, typer.Option(help="seconds to follow the caller")] = 30.0,
) -> None:
    """Print the path a caller would take, with times."""
    draft = _draft(file)
    compiled = ivr.compile_document(draft, 0, _library())
    now = time.time()
    for moment in ivr.simulate(compiled.document, digits, wait, now=now, texts=compiled.texts):
        typer.echo(f"{moment.at:6.1f} s  {moment.node:<14} {moment.what}")


def _draft(file: Path | None) -> ivr.Draft:
    """Return the document, or leave with every problem."""
    try:
        text = ivr.default_text() if file is None else file.read_text(encoding="utf-8")
        return ivr.load(text, name=str(file or "built-in document"))
    except ivr.IvrError as error:
        _leave(str(error))
    except (OSError, UnicodeDecodeError) as error:
        _leave(f"{file} cannot be read: {error}")


def _report(draft: ivr.Draft) -> ivr.Report:
    report = ivr.check(draft, _library(), limit=settings.load().ivr_emergency_limit_seconds)
    for problem in report.problems:
        typer.echo(f"{'✗' if problem.fatal else '!'} {draft.name}: {problem}", err=True)
    return report


def _library() -> PromptLibrary:
    found = settings.load()
    return PromptLibrary(found.state_dir / "prompts", found.recordings_dir)


def _leave(why: str) -> NoReturn:
    typer.echo(why, err=True)
    raise typer.Exit(1)
