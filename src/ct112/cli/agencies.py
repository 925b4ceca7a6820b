"""`ct112 agencies`: the bodies that act, how they are reached, who of them is on duty."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ct112.cli import table as cli_table
from ct112.cli.edge import CannotDo, loaded, with_audit

if TYPE_CHECKING:
    from ct112.incidents.agencies import Agency, Contact, Way
    from ct112.store import Connection
    from ct112.web.agencies.model import AgencyChange

app = typer.Typer(help="Agencies: who acts.", no_args_is_help=True, rich_markup_mode=None)

Code = Annotated[str, typer.Argument(help="the agency's code: ct112 agencies list")]
File = Annotated[Path, typer.Argument(help="YAML as `ct112 agencies show CODE --yaml` prints it")]


@app.command("list")
def list_() -> None:
    """Show every agency: its ways, how many are on duty now, and what keeps it from being reached."""
    from ct112.incidents.agencies import on_duty, troubles
    from ct112.store import agencies

    at = _now()
    rows = []
    for one in with_audit("agency.list", None, agencies.agencies):
        ways = ", ".join(str(way.kind) for way in one.ways) or "none"
        duty = f"{len(on_duty(one, at))} of {len(one.contacts)}"
        state = "; ".join(troubles(one, at)) if one.active else "retired: asked no more"
        rows.append((one.code, one.name, ways, duty, state))
    cli_table.show(("agency", "name", "ways", "on duty", ""), rows)


@app.command()
def show(
    code: Code,
    yaml: Annotated[
        bool, typer.Option("--yaml", help="As a file to change, for `ct112 agencies set`.")
    ] = False,
) -> None:
    """Show one agency; a secret is never shown."""
    from ct112.store import agencies

    found = with_audit("agency.read", code, lambda connection: agencies.get(connection, code))
    if yaml:
        typer.echo(_as_yaml(found), nl=False)
        return
    at = _now()
    typer.echo(f"{found.code}: {found.name}{'' if found.active else ' (retired)'}")
    cli_table.show(("way", "to", "acknowledged within"), [_way_row(way) for way in found.ways])
    cli_table.show(
        ("contact", "title", "number", "e-mail", "now"), [_contact_row(one, at) for one in found.contacts]
    )


@app.command()
def add(code: Code, name: Annotated[str, typer.Argument(help="what it is called")]) -> None:
    """Make an agency; it has its page alone until `ct112 agencies set`."""
    from ct112.store import agencies

    with_audit("agency.add", code, lambda connection: agencies.add(connection, code, name))
    typer.echo(
        f"agency {code} is made: ct112 agencies show {code} --yaml, fill it in, ct112 agencies set {code}"
    )


@app.command("set")
def set_(code: Code, file: File) -> None:
    """Change an agency: name, ways and contacts as the file has them; what it leaves out stays.

    A way without `secret` keeps that of the same kind and URL.
    """
    change = _read(file)
    networks = loaded().allowed_networks()

    async def work(connection: "Connection") -> "Agency":
        from ct112.store import agencies
        from ct112.web.agencies import shown
        from ct112.web.problems import Problem

        before = await agencies.get(connection, code)
        try:
            ways = None
            if change.ways is not None:
                ways = agencies.with_secrets(shown.ways(change.ways), before)
                shown.check_ways(ways, networks)
            contacts = None if change.contacts is None else shown.contacts(change.contacts)
        except Problem as problem:
            raise CannotDo(f"{file}: {problem.detail}") from problem
        return await agencies.change(
            connection, code, before.version, name=change.name, ways=ways, contacts=contacts
        )

    changed = with_audit("agency.change", code, work, fields=sorted(change.model_fields_set))
    typer.echo(f"{code} has {len(changed.ways)} ways and {len(changed.contacts)} contacts now")


@app.command()
def retire(code: Code) -> None:
    """Ask an agency no more. Rules that name it leave it out and say so; change them."""
    _set_active(code, active=False)
    typer.echo(f"{code} is asked no more: ct112 routing check says which rules name it")


@app.command()
def restore(code: Code) -> None:
    """Ask an agency again."""
    _set_active(code, active=True)
    typer.echo(f"{code} is asked again")


def _set_active(code: str, *, active: bool) -> None:
    from ct112.store import agencies

    action = "agency.restore" if active else "agency.retire"
    with_audit(action, code, lambda connection: agencies.change(connection, code, None, active=active))


def _now() -> datetime:
    return datetime.now(loaded().zone)


def _way_row(way: "Way") -> tuple[str, str, str]:
    where = way.url or way.address or way.number or ""
    within = "as its priority says" if way.within_seconds is None else f"{way.within_seconds} s"
    return str(way.kind), where, within


def _contact_row(contact: "Contact", at: datetime) -> tuple[str, ...]:
    now = (
        "on duty" if contact.on_duty(at) else "off duty" if contact.shifts else "has no shift: never on duty"
    )
    return contact.name, contact.title, contact.number or "", contact.email or "", now


def _as_yaml(agency: "Agency") -> str:
    import yaml

    from ct112.web.agencies import shown

    seen = shown.view(agency, _now()).model_dump(mode="json", include={"name", "ways", "contacts"})
    for one in (*seen["ways"], *seen["contacts"]):
        for name in ("has_secret", "on_duty"):
            one.pop(name, None)
    ways = [{name: value for name, value in way.items() if value is not None} for way in seen["ways"]]
    return str(yaml.safe_dump(seen | {"ways": ways}, sort_keys=False, allow_unicode=True))


def _read(file: Path) -> "AgencyChange":
    """Return what a file changes, or end the command with what is wrong and where."""
    from pydantic import ValidationError

    from ct112.ivr.marked import read
    from ct112.ivr.problems import IvrError
    from ct112.web.agencies.model import AgencyChange

    try:
        marked = read(text_of(file), name=str(file))
    except IvrError as error:
        raise CannotDo(str(error)) from error
    given = marked.value if isinstance(marked.value, dict) else {}
    if marked.problems or not given:
        why = str(marked.problems[0]) if marked.problems else "name:, ways: or contacts: is wanted"
        raise CannotDo(f"{file}: {why}")
    try:
        return AgencyChange.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise CannotDo(f"{file}: line {marked.line(first['loc'])}: {where}: {first['msg']}") from error


def text_of(file: Path) -> str:
    """Return a file's text, or end the command."""
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise CannotDo(f"{file} is no text in UTF-8: save it as UTF-8") from error
    except OSError as error:
        raise CannotDo(f"{file} cannot be read ({error.strerror}): name a file of yours") from error
