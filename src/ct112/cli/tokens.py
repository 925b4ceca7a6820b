"""`ct112 token`: keys of machines."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from ct112.cli import table as cli_table
from ct112.cli.edge import CannotDo, with_audit, with_connection

if TYPE_CHECKING:
    from ct112.store import Connection
    from ct112.store.tokens import Token

app = typer.Typer(help="Tokens: keys of machines.", no_args_is_help=True, rich_markup_mode=None)

Account = Annotated[str, typer.Argument(help="The account whose rights it has.")]


@app.command()
def add(
    account: Account,
    label: Annotated[str, typer.Option(help="What it is for: it stands in lists.")],
    scope: Annotated[
        list[str], typer.Option(help="What it may: calls:read, callbacks:write, *:read, * …; repeatable.")
    ],
    days: Annotated[int, typer.Option(min=1, max=3650, help="How long it lasts.")] = 365,
) -> None:
    """Make a token; prints its secret, this once."""
    until = datetime.now(UTC) + timedelta(days=days)

    async def work(connection: "Connection") -> "tuple[Token, str]":
        from ct112.cli.audited import who
        from ct112.store import tokens

        return await tokens.add(
            connection, account, label=label, scopes=scope, created_by=who(), expires_at=until
        )

    token, secret = with_audit("token.add", account, work, scopes=list(scope), label=label)
    typer.echo(f"token {token.id} of {account}, until {cli_table.local(until, year=True)}", err=True)
    typer.echo(secret)


@app.command("list")
def list_(account: Annotated[str | None, typer.Argument(help="Of this account alone.")] = None) -> None:
    """Show tokens, the newest first; never their secrets."""

    async def work(connection: "Connection") -> "list[Token]":
        from ct112.store import tokens

        return list((await tokens.page(connection, account=account, limit=500)).items)

    rows = [_row(token) for token in with_connection(work)]
    if not rows:
        typer.echo("no tokens: ct112 token add ACCOUNT --label … --scope calls:read")
        return
    cli_table.show(("token", "account", "for", "scopes", "last used", "state"), rows)


@app.command()
def revoke(token: Annotated[str, typer.Argument(help="Its id, from ct112 token list.")]) -> None:
    """Make a token worthless at once."""
    try:
        number = UUID(token)
    except ValueError:
        raise CannotDo(f"{ascii(token)[:80]} is no id of a token: see ct112 token list") from None

    async def work(connection: "Connection") -> None:
        from ct112.store import tokens

        await tokens.revoke(connection, number)

    with_audit("token.revoke", token, work)
    typer.echo(f"token {number} is revoked")


def _row(token: "Token") -> tuple[str, ...]:
    now = datetime.now(UTC)
    if token.revoked_at is not None:
        state = f"revoked {cli_table.local(token.revoked_at, year=True)}"
    elif token.expires_at is None:
        state = "for ever"
    else:
        state = (
            f"{'until' if token.expires_at > now else 'ended'} {cli_table.local(token.expires_at, year=True)}"
        )
    used = token.last_used_at
    return (
        str(token.id),
        token.account,
        token.label,
        " ".join(token.scopes),
        "never" if used is None else cli_table.local(used, year=True),
        state,
    )
