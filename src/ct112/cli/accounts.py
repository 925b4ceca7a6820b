"""`ct112 account`: who may sign in to the screens and the API."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from ct112.cli import table as cli_table
from ct112.cli.edge import CannotDo, with_audit
from ct112.store.roles import Role

if TYPE_CHECKING:
    from ct112.store import Connection
    from ct112.store.accounts import Account

app = typer.Typer(help="Accounts of people and machines.", no_args_is_help=True, rich_markup_mode=None)

Name = Annotated[str, typer.Argument(help="The account's name: small letters, digits, '.' and '-'.")]
RoleArgument = Annotated[Role, typer.Argument(help="operator, supervisor, admin, agency or integration.")]
Operator = Annotated[str | None, typer.Option(help="The operator this person is at the telephone.")]
Agency = Annotated[str | None, typer.Option(help="The agency's code: for role agency alone.")]
LONGEST_GLASS_HOURS = 24


@app.command()
def add(
    name: Name,
    role: RoleArgument,
    operator: Operator = None,
    agency: Agency = None,
    no_password: Annotated[
        bool, typer.Option("--no-password", help="For machines: it has tokens alone.")
    ] = False,
    oidc_subject: Annotated[
        str | None, typer.Option(help="Who the city's provider says this is (its `sub`).")
    ] = None,
) -> None:
    """Make an account; asks for its password, or reads it from stdin."""
    oidc = _oidc(oidc_subject)
    password = None if no_password or oidc else _hashed(name)

    async def work(connection: "Connection") -> "Account":
        from ct112.store import accounts

        return await accounts.add(
            connection, name, role, operator=operator, agency=agency, password_hash=password, oidc=oidc
        )

    made = with_audit("account.add", name, work, role=role)
    typer.echo(f"account {made.name} is there, {made.role}")


@app.command("list")
def list_() -> None:
    """Show who may sign in."""

    async def work(connection: "Connection") -> "list[Account]":
        from ct112.store import accounts

        found: list[Account] = []
        after = None
        while True:
            page = await accounts.page(connection, limit=500, after=after)
            found += page.items
            if page.next is None:
                return found
            after = page.next

    rows = [_row(account) for account in with_audit("account.list", None, work)]
    if not rows:
        typer.echo("no accounts yet: ct112 account add NAME admin")
        return
    cli_table.show(("account", "role", "stands for", "signs in by", "last signed in", "state"), rows)


@app.command()
def role(name: Name, role: RoleArgument, agency: Agency = None) -> None:
    """Give an account another role; it counts at once."""

    async def work(connection: "Connection") -> None:
        from ct112.store import accounts

        await accounts.change(connection, name, None, {"role": role, "agency": agency})

    with_audit("account.change", name, work, fields=["role"], role=role)
    typer.echo(f"account {name} is {role} now")


@app.command()
def password(name: Name) -> None:
    """Give an account another password: asks for it, or reads it from stdin. Its sessions end."""
    hash_ = _hashed(name)

    async def work(connection: "Connection") -> None:
        from ct112.store import accounts, sessions

        await accounts.set_password(connection, name, hash_)
        await sessions.end_all(connection, name)

    with_audit("account.password", name, work)
    typer.echo(f"the password of {name} is changed; it is signed out everywhere")


@app.command("no-codes")
def no_codes(name: Name) -> None:
    """Ask an account for no codes any more: its telephone is lost. Its sessions end."""

    async def work(connection: "Connection") -> None:
        from ct112.store import accounts, sessions

        await accounts.lock(connection, name)
        await accounts.set_totp(connection, name, None, confirmed=False)
        await sessions.end_all(connection, name)

    with_audit("account.codes_remove", name, work)
    typer.echo(f"{name} signs in without a code")


@app.command()
def disable(name: Name) -> None:
    """Let an account in no more; its sessions end, its tokens are worth nothing. The audit keeps its name."""
    _set_active(name, active=False)
    typer.echo(f"account {name} is disabled")


@app.command()
def enable(name: Name) -> None:
    """Let an account in again."""
    _set_active(name, active=True)
    typer.echo(f"account {name} is enabled")


@app.command("break-glass")
def break_glass(
    hours: Annotated[int, typer.Option(min=1, max=LONGEST_GLASS_HOURS, help="How long it lasts.")] = 4,
) -> None:
    """Make an admin for some hours, when nobody can sign in; prints its password, this once."""
    import secrets

    from ct112.web.access.passwords import hashed

    now = datetime.now(UTC)
    name, secret = f"glass-{now:%Y%m%d-%H%M%S}", secrets.token_urlsafe(18)
    hash_, until = hashed(secret), now + timedelta(hours=hours)

    async def work(connection: "Connection") -> None:
        from ct112.store import accounts

        await accounts.add(connection, name, Role.ADMIN, password_hash=hash_, expires_at=until)

    with_audit("account.break_glass", name, work, hours=hours)
    typer.echo(f"account: {name}")
    typer.echo(f"password: {secret}")
    typer.echo(f"an admin until {cli_table.local(until, year=True)}; the audit has it", err=True)


def _set_active(name: str, *, active: bool) -> None:
    async def work(connection: "Connection") -> None:
        from ct112.store import accounts, sessions

        await accounts.change(connection, name, None, {"active": active})
        if not active:
            await sessions.end_all(connection, name)

    with_audit("account.change", name, work, fields=["active"], active=active)


def _hashed(name: str) -> str:
    from ct112.cli.passwords import new_password
    from ct112.web.access.passwords import hashed

    return hashed(new_password(name))


def _oidc(subject: str | None) -> tuple[str, str] | None:
    from ct112.cli.edge import loaded

    if subject is None:
        return None
    issuer = loaded().oidc_issuer
    if not issuer:
        raise CannotDo("no OIDC provider is set: set CT112_OIDC_ISSUER")
    return issuer, subject


def _row(account: "Account") -> tuple[str, ...]:
    ways = [
        *(["password"] if account.password_hash else []),
        *(["code"] if account.totp_confirmed else []),
        *(["provider"] if account.oidc_subject else []),
    ]
    last = account.last_login_at
    return (
        account.name,
        account.role,
        account.operator or account.agency or "–",
        " and ".join(ways) or "tokens alone",
        "never" if last is None else cli_table.local(last, year=True),
        _state(account),
    )


def _state(account: "Account") -> str:
    if not account.active:
        return "disabled"
    if account.expires_at is None:
        return "enabled"
    until = cli_table.local(account.expires_at, year=True)
    return f"until {until}" if account.usable else f"ended {until}"
