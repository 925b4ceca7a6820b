"""`ct112 tls`: the authority and the certificates of this centre."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from ct112.cli.edge import CannotDo
from ct112.settings import Settings, SettingsError, load
from ct112.tls.authority import SERVER_DAYS, clean_names
from ct112.tls.bundle import Bundle, now, read, read_chain
from ct112.tls.checking import open_key, problems
from ct112.tls.files import ASTERISK, FOLDER, PARTS, WEB, Part, TlsFolder, gid
from ct112.tls.problems import TlsError

app = typer.Typer(help="Certificates: make, renew, check, show.", no_args_is_help=True, rich_markup_mode=None)

Directory = Annotated[Path, typer.Option("--dir", help="Where certificates and keys are.")]
Names = Annotated[list[str], typer.Argument(help="Names and addresses desks reach this machine by.")]
Days = Annotated[int, typer.Option(help="How long the certificates are good for.")]


@app.callback()
def _group() -> None:
    """Certificates."""


@app.command("init")
def init(
    names: Names,
    city: Annotated[str, typer.Option(help="Stands in the authority's name.")] = "",
    directory: Directory = FOLDER,
    days: Days = SERVER_DAYS,
) -> None:
    """Make the centre's own authority, and the certificates of web and Asterisk; what is there stays."""
    folder = TlsFolder(directory)
    with _refusing():
        wanted = clean_names(names)
        with folder.alone():
            made = folder.make_authority(city, now())
            typer.echo(f"authority: {'made' if made else 'there already'}, {folder.authority}")
            for part in PARTS:
                if folder.pem(part).exists():
                    typer.echo(
                        f"{part.name}: there already, {folder.pem(part)} (ct112 tls renew replaces it)"
                    )
                    continue
                _say(part.name, folder.issue(part, wanted, now(), days))
    _say_groups()
    typer.echo(_next(folder))


@app.command("renew")
def renew(
    names: Annotated[list[str] | None, typer.Argument(help="Other names than so far.")] = None,
    within: Annotated[int | None, typer.Option(help="Only what ends within so many days.")] = None,
    directory: Directory = FOLDER,
    days: Days = SERVER_DAYS,
) -> None:
    """Make new certificates with our authority, and have them taken up: no restart, no call touched."""
    folder = TlsFolder(directory)
    with _refusing(), folder.alone():
        due = [part for part in PARTS if _due(folder, part, within, now())]
        foreign = [part.name for part in due if not folder.ours(part)]
        if foreign:
            which = ", ".join(foreign)
            raise TlsError(f"not by our authority: {which}: have the city's renewed, then ct112 tls use")
        for part in due:
            _say(part.name, folder.issue(part, names or folder.names(part), now(), days))
    if not due:
        typer.echo("nothing is due")
        return
    _say_groups()
    _take_up()


@app.command("use")
def use(
    certificate: Annotated[Path, typer.Argument(help="The city's certificate in PEM, its chain after it.")],
    key: Annotated[Path, typer.Argument(help="Its key in PEM.")],
    name: Annotated[list[str], typer.Option(help="A name desks use; it must be in it.")] = [],  # noqa: B006
    directory: Directory = FOLDER,
) -> None:
    """Check the city's own certificate and put it into place for web and Asterisk, then have it taken up."""
    folder = TlsFolder(directory)
    with _refusing():
        bundle = read(certificate, key)
        wrong = problems(bundle, now(), names=name)
        if wrong:
            raise TlsError(f"{certificate} is not used: {'; '.join(wrong)}")
        with folder.alone():
            for part in PARTS:
                folder.put(part, bundle)
    _say("web and asterisk", bundle)
    _say_groups()
    _take_up()


@app.command("show")
def show(directory: Directory = FOLDER) -> None:
    """Show each certificate with its end, and what is wrong with it; ends with 1 when something is."""
    folder = TlsFolder(directory)
    settings = _settings()
    files = {"authority": folder.authority, **{part.name: folder.certificate(part) for part in PARTS}}
    if settings is not None and settings.web_tls_certificate is not None:
        files["web"] = settings.web_tls_certificate
    if settings is not None and settings.asterisk_tls_certificate is not None:
        files["asterisk"] = settings.asterisk_tls_certificate
    good = [_shown(name, file) for name, file in files.items() if file.exists()]
    if not good:
        raise CannotDo(f"there is no certificate in {directory}: ct112 tls init NAME, or ct112 tls use")
    if not all(good):
        raise typer.Exit(1)


@app.command("reload")
def reload() -> None:
    """Have the certificates in the files taken up by every part; whoever is connected stays so."""
    _take_up()


def _shown(name: str, file: Path) -> bool:
    """Print a certificate; return whether nothing is wrong with it."""
    try:
        bundle = read_chain(file)
        wrong = [*problems(bundle, now()), *filter(None, [open_key(file.with_suffix(".pem"))])]
    except TlsError as error:
        typer.echo(f"{name}: {error}")
        return False
    _say(name, bundle)
    typer.echo(f"  file: {file}\n  SHA-256: {bundle.fingerprint()}")
    for each in wrong:
        typer.echo(f"  ✗ {each}")
    return not wrong


def _say(name: str, bundle: Bundle) -> None:
    names = ", ".join(bundle.names())
    days = bundle.days_left(now())
    typer.echo(f"{name}: until {bundle.end:%Y-%m-%d} ({days} days){', for ' if names else ''}{names}")


def _say_groups() -> None:
    """Say which group is missing: its part cannot read its key."""
    for part in PARTS:
        if gid(part.group) is None:
            typer.echo(
                f"there is no group {part.group} here: give {part.name}.pem to who runs {part.name}", err=True
            )


def _next(folder: TlsFolder) -> str:
    return f"""In ct112's settings:
  CT112_WEB_TLS_CERTIFICATE={folder.pem(WEB)}
  CT112_ASTERISK_TLS_CERTIFICATE={folder.certificate(ASTERISK)}
Then ct112 asterisk render --tls-pem {folder.pem(ASTERISK)} …, and restart web, serve and Asterisk.
Every desk needs {folder.authority} (docs/desk-sheet.md).
Keep a copy of {folder.authority_key} in a safe."""


def _due(folder: TlsFolder, part: Part, within: int | None, at: datetime) -> bool:
    file = folder.certificate(part)
    return file.exists() and (within is None or read_chain(file).days_left(at) <= within)


@contextmanager
def _refusing() -> Iterator[None]:
    """End the command when a certificate will not do."""
    try:
        yield
    except TlsError as error:
        raise CannotDo(str(error)) from error


def _settings() -> Settings | None:
    try:
        return load()
    except SettingsError as error:
        typer.echo(f"the settings are not looked at: {error}", err=True)
        return None


def _take_up() -> None:
    """Tell every node; web and serve see the files themselves. Ends with 1 when a node could not be told."""
    settings = _settings()
    if settings is None:
        raise typer.Exit(1)
    if not asyncio.run(_tell(settings)):
        raise typer.Exit(1)
    if settings.web_tls_certificate is not None:
        typer.echo("web takes it up within seconds, if it runs")


async def _tell(settings: Settings) -> bool:
    from ct112.asterisk.ami import AmiError, connect, take_up_certificates

    good = True
    for node in settings.nodes:
        secret = node.ami_password.get_secret_value()
        try:
            link = await connect(node.ami_host, node.ami_port, node.ami_user, secret, lambda _event: None)
            try:
                await take_up_certificates(link)
            finally:
                link.close()
        except (AmiError, OSError) as error:
            typer.echo(f"node {node.name} was not told ({error}): ct112 tls reload when it answers", err=True)
            good = False
        else:
            typer.echo(f"node {node.name} has taken it up")
    return good
