"""`ct112 ivr`: the menu callers hear."""

import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ct112.cli import table as cli_table
from ct112.cli.edge import CannotDo, leave, loaded, with_audit, with_connection

if TYPE_CHECKING:
    from ct112 import ivr
    from ct112.prompts.library import PromptLibrary

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
File = Annotated[Path, typer.Argument(help="the document, YAML")]

HEADER = re.compile(r"\A(?:# (?:version \d+, |built-in document: |note: ).*\n)+")
LONGEST_NOTE = 500


@app.command()
def validate(file: File) -> None:
    """Check a document: every problem with line and remedy, and the worst time to the emergency queue."""
    report = _report(file)
    if report is None or not report.ok:
        raise typer.Exit(1)
    typer.echo(f"{file} is good: {report.ways[0]}" if report.ways else f"{file} is good")


@app.command()
def versions(limit: Annotated[int, typer.Option(help="how many", min=1, max=10_000)] = 50) -> None:
    """List the published versions, the live one first."""
    from ct112.store import ivr_versions

    found = with_connection(lambda connection: ivr_versions.versions(connection, limit))
    if not found:
        typer.echo("nothing was published yet: callers hear the built-in document")
        return
    rows = [(str(one.version), cli_table.local(one.published_at, year=True), one.note) for one in found]
    cli_table.show(("version", "published", "note"), rows)


@app.command()
def show(
    version: Annotated[
        int | None, typer.Option(help="a version; the live one by default", min=1, max=2**63 - 1)
    ] = None,
) -> None:
    """Print a published document; the built-in one when none was published."""
    from ct112 import ivr
    from ct112.store import ivr_versions

    one = with_connection(lambda connection: ivr_versions.get(connection, version))
    if one is None and version is not None:
        raise CannotDo(f"there is no version {version}: see ct112 ivr versions")
    if one is None:
        typer.echo("# built-in document: nothing was published yet\n" + ivr.default_text(), nl=False)
        return
    typer.echo(f"# version {one.version}, published {cli_table.local(one.published_at, year=True)}")
    if one.note:
        typer.echo(f"# note: {cli_table.one_line(one.note)}")
    typer.echo(HEADER.sub("", one.source_yaml), nl=False)


@app.command()
def publish(file: File, note: Annotated[str, typer.Option(help="why, in one line")] = "") -> None:
    """Make a document live for new calls; refused when it has a problem.

    It is judged by the settings of the running ct112, whose prompts callers hear.
    """
    if len(note) > LONGEST_NOTE:
        raise CannotDo(f"the note has {len(note)} characters: {LONGEST_NOTE} at most")
    _same_settings()
    report = _report(file)
    if report is None or not report.ok:
        leave("not published: callers go on hearing the live version")
    draft, source = report.draft, HEADER.sub("", report.draft.source)
    line = cli_table.one_line(note)
    from ct112.store import ivr_versions

    version = with_audit(
        "ivr.publish",
        None,
        lambda connection: ivr_versions.publish(connection, draft.to_json(), source, line),
    )
    typer.echo(f"version {version} is live for new calls within seconds")


@app.command()
def simulate(
    file: Annotated[Path | None, typer.Argument(help="the document; the built-in one by default")] = None,
    digits: Annotated[
        str, typer.Option(help="keys the caller presses, in order: 0-9 * #, and - for none")
    ] = "",
    wait: Annotated[float, typer.Option(help="seconds to follow the caller", min=0, max=3600)] = 30.0,
) -> None:
    """Print the path a caller would take, with times."""
    from ct112 import ivr

    if not re.fullmatch(r"[0-9*#-]*", digits):
        raise CannotDo(
            f"--digits {digits!r} has what is no key: use 0-9, * and #, and - for pressing nothing"
        )
    report = _report(file)
    if report is None:
        raise typer.Exit(1)
    compiled = report.compiled
    for moment in ivr.simulate(compiled.document, digits, wait, now=time.time(), texts=compiled.texts):
        typer.echo(f"{moment.at:6.1f} s  {moment.node:<14} {moment.what}")


def _report(file: Path | None) -> "ivr.Report | None":
    """Return the report on a document, its problems printed; None when it cannot run."""
    from ct112 import ivr

    name, text = str(file or "built-in document"), ivr.default_text() if file is None else _text(file)
    limit = loaded().ivr_emergency_limit_seconds
    problems, report = ivr.every_problem(text, _with_uploads(_library(), text), name=name, limit=limit)
    for problem in problems:
        typer.echo(f"{'✗' if problem.fatal else '!'} {name}: {problem}", err=True)
    return report


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise CannotDo(f"{file} is no text in UTF-8: save it as UTF-8") from error
    except OSError as error:
        raise CannotDo(f"{file} cannot be read ({error.strerror}): name a file of yours") from error


def _library() -> "PromptLibrary":
    from ct112.prompts.library import PromptLibrary

    found = loaded()
    return PromptLibrary(found.state_dir / "prompts", found.recordings_dir)


def _with_uploads(library: "PromptLibrary", text: str) -> "PromptLibrary":
    """Return the library with the recordings the document names: those of the editor are in the database."""
    from ct112.store import ivr_recordings

    missing = library.uploads.missing(text)
    if missing:
        library.uploads.keep(with_connection(lambda connection: ivr_recordings.sounds(connection, missing)))
    return library


def _same_settings() -> None:
    """End the command when the running ct112 would judge the document by other settings than ours."""
    from ct112.cli.live import Silent, ask
    from ct112.settings import origin

    found = loaded()
    ours = found.ivr_settings()
    try:
        status, theirs = ask(found, "ivr")
    except Silent as error:
        typer.echo(f"! judged by {origin()}, not by what runs: {error}", err=True)
        return
    if status != 200:
        typer.echo(f"! judged by {origin()}: ct112 answers {theirs.get('detail', status)}", err=True)
        return
    other = [
        f"{name} is {ours[name]} here, {theirs.get(name)} there"
        for name in ours
        if ours[name] != theirs.get(name)
    ]
    if other:
        raise CannotDo(
            f"not published: the running ct112 has other settings ({'; '.join(other)}): "
            "run this with its file (CT112_ENV_FILE), on its machine"
        )
    recordings = ours["recordings_dir"] or "nowhere"
    typer.echo(f"judged as the running ct112 does: recordings from {recordings}", err=True)
