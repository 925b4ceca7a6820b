"""`ct112 setting`: numbers of the policy that may change while `ct112 serve` runs."""

from typing import TYPE_CHECKING, Annotated

import typer

from ct112.cli import table as cli_table
from ct112.cli.edge import CannotDo, loaded, with_audit, with_connection
from ct112.core.settings import BY_NAME, SETTINGS, Setting, SettingError, applied

if TYPE_CHECKING:
    from ct112.store import Connection
    from ct112.store.settings import StoredSettings

app = typer.Typer(
    help="Settings that may change while serve runs.", no_args_is_help=True, rich_markup_mode=None
)

DEFAULT = "default"
LONGEST_NOTE = 500
Name = Annotated[str, typer.Argument(help="the setting's name: ct112 setting list")]
Changes = Annotated[list[str], typer.Argument(help="NAME=SECONDS, or NAME=default; several at once")]
Note = Annotated[str, typer.Option(help="Why, for those who read the history.")]
Limit = Annotated[int, typer.Option(help="how many", min=1, max=500)]


@app.command("list")
def list_() -> None:
    """Show every setting: what it is set to, what ct112 is started with, and its range."""
    base, stored = loaded().policy(), _current()
    rows = [
        (one.name, _shown(stored.values.get(one.name)), f"{getattr(base, one.name):g}", _range(one))
        for one in SETTINGS
    ]
    cli_table.show(("setting", "set to", "started with", "may be set"), rows)
    typer.echo(_when(stored))
    try:
        applied(base, stored.values)
    except SettingError as error:
        typer.echo(f"! ct112 serve refuses version {stored.version}: {error}", err=True)


@app.command()
def show(name: Name) -> None:
    """Show one setting, and what it does."""
    setting, base, stored = _setting(name), loaded().policy(), _current()
    value, default = stored.values.get(name), getattr(base, name)
    typer.echo(f"{name}: {setting.meaning}")
    typer.echo(f"{default:g} s, as ct112 is started" if value is None else f"set to {_shown(value)} s")
    typer.echo(f"may be set: {setting.wanted}; {DEFAULT}: {default:g}")


@app.command("set")
def set_(changes: Changes, note: Note = "") -> None:
    """Change settings: they count within seconds, for what begins from then on. No restart, no call cut."""
    if len(note) > LONGEST_NOTE or not note.isprintable():
        raise CannotDo(f"a note is one line of at most {LONGEST_NOTE} printable characters")
    wanted = dict(_parsed(change) for change in changes)
    base = loaded().policy()
    from ct112.cli.audited import who
    from ct112.store import settings

    before = _current()
    now = with_audit(
        "setting.change",
        None,
        lambda connection: settings.change(connection, wanted, note, by=who(), base=base),
        fields=sorted(wanted),
    )
    if now.version == before.version:
        typer.echo(f"nothing changes: version {now.version} says so already")
    else:
        typer.echo(f"version {now.version}: ct112 serve goes by it within seconds (ct112 setting list)")


@app.command()
def history(limit: Limit = 50) -> None:
    """Show what was set, when, by whom and why, the newest first."""
    from ct112.store import settings

    found = with_connection(lambda connection: settings.page(connection, limit=limit)).items
    if not found:
        typer.echo("nothing was ever set: everything is as ct112 is started")
        return
    rows = [(str(one.version), _at(one), one.changed_by, _values(one), one.note) for one in found]
    cli_table.show(("version", "changed", "by", "settings", "note"), rows)


def _current() -> "StoredSettings":
    from ct112.store import settings

    async def current(connection: "Connection") -> "StoredSettings":
        return await settings.current(connection)

    return with_connection(current)


def _setting(name: str) -> Setting:
    if name not in BY_NAME:
        raise CannotDo(f"there is no setting {ascii(name)[:80]}; there is {', '.join(BY_NAME)}")
    return BY_NAME[name]


def _parsed(change: str) -> tuple[str, float | None]:
    """Return what `NAME=SECONDS` says; None is the default. Whether it may be is the store's to say."""
    name, equals, value = change.partition("=")
    if not equals:
        raise CannotDo(f"{ascii(change)[:80]} is no change: write NAME=SECONDS or NAME={DEFAULT}")
    setting = _setting(name)
    if value == DEFAULT:
        return name, None
    try:
        return name, float(value)
    except ValueError:
        raise CannotDo(
            f"{name}: {ascii(value)[:40]} is no number: set {setting.wanted}, or {DEFAULT}"
        ) from None


def _shown(value: object) -> str:
    return "–" if value is None else f"{value:g}" if isinstance(value, int | float) else ascii(value)[:40]


def _range(setting: Setting) -> str:
    return f"{setting.low:g} to {setting.high:g} s"


def _at(stored: "StoredSettings") -> str:
    return "" if stored.changed_at is None else cli_table.local(stored.changed_at, year=True)


def _values(stored: "StoredSettings") -> str:
    return ", ".join(f"{name}={_shown(value)}" for name, value in stored.values.items()) or "all at default"


def _when(stored: "StoredSettings") -> str:
    if not stored.version:
        return "nothing was ever set: ct112 setting set NAME=SECONDS"
    return f"version {stored.version}, {_at(stored)}, by {stored.changed_by}"
