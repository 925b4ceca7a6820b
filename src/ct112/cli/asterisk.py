"""`ct112 asterisk`: Asterisk's configuration."""

from pathlib import Path
from typing import Annotated, Any

import typer

from ct112.cli.rendering import Rendered, RenderOrder, render_node
from ct112.settings import ENV_FILE

app = typer.Typer(help="Asterisk's configuration.", no_args_is_help=True, rich_markup_mode=None)
Texts = list[str]


@app.callback()
def _group() -> None:
    """Asterisk's configuration."""


@app.command("render")
def render_command(
    trunk: Annotated[Texts | None, typer.Option(help="Address of the carrier's trunk; repeatable.")] = None,
    target: Annotated[Path, typer.Option(help="Where Asterisk's files go.")] = RenderOrder.target,
    env_file: Annotated[
        Path, typer.Option(help="ct112's settings: how to reach the node is written there, the rest stays.")
    ] = ENV_FILE,
    toml: Annotated[
        Path | None, typer.Option(help="Nodes and trunks; by default asterisk.toml beside the settings.")
    ] = None,
    node: Annotated[str, typer.Option(help="Name of this node.")] = "a",
    sip_address: Annotated[str | None, typer.Option(help="Address SIP listens on; 0.0.0.0: on all.")] = None,
    control_address: Annotated[str | None, typer.Option(help="Address ARI and AMI listen on.")] = None,
    ami_permit: Annotated[Texts | None, typer.Option(help="Network ct112 comes from; repeatable.")] = None,
    external_address: Annotated[str | None, typer.Option(help="Public address, behind NAT only.")] = None,
    local_network: Annotated[Texts | None, typer.Option(help="Network without NAT; repeatable.")] = None,
    media: Annotated[
        Texts | None, typer.Option(help="Where the carrier's sound comes from, if not the trunk's address.")
    ] = None,
    position_network: Annotated[
        Texts | None, typer.Option(help="Network the positions' phones are in, for the packet filter.")
    ] = None,
    tls_pem: Annotated[
        str | None, typer.Option(help="Key and certificates in one file, as Asterisk sees it.")
    ] = None,
    templates: Annotated[
        Path | None, typer.Option(help="Folder with asterisk-config/ and dialplan/.")
    ] = None,
    overwrite: Annotated[
        bool,
        typer.Option("--overwrite", help="Replace files that were edited by hand; they are kept beside."),
    ] = False,
    new_passwords: Annotated[
        bool, typer.Option("--new-passwords", help="Give this node new passwords for ARI and AMI.")
    ] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Show what would change; write nothing.")] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Exit 1 when something would change; write nothing.")
    ] = False,
) -> None:
    """Bring a node's configuration up to date, and tell ct112 how to reach it. Safe to repeat.

    Options are kept in asterisk.toml: the next time none is needed. Passwords are made once.
    """
    options = {
        "trunk": trunk,
        "media": media,
        "sip_address": sip_address,
        "control_address": control_address,
        "ami_permit": ami_permit,
        "external_address": external_address,
        "local_networks": local_network,
        "position_networks": position_network,
        "tls_pem": tls_pem,
    }
    order = RenderOrder(
        node=node,
        target=target,
        env_file=env_file,
        toml=toml,
        templates=templates,
        given=_given(options),
        overwrite=overwrite,
        new_passwords=new_passwords,
    )
    if diff or check:
        _show(render_node(order, write=False), diff=diff, check=check)
    else:
        _tell(order, render_node(order))


def _given(options: dict[str, Any]) -> dict[str, Any]:
    """Return the options that were given: one that was not leaves what is written down."""
    return {name: value for name, value in options.items() if value not in (None, [])}


def _show(rendered: Rendered, *, diff: bool, check: bool) -> None:
    """Say what would change; with `check`, exit 1 when anything would."""
    if diff:
        typer.echo(rendered.diff, nl=False)
    typer.echo(f"{len(rendered.changed)} files would change, {rendered.unchanged} would not.", err=True)
    if check and rendered.changed:
        for path in rendered.changed:
            typer.echo(path, err=True)
        raise typer.Exit(1)


def _tell(order: RenderOrder, rendered: Rendered) -> None:
    """Say what changed, and what to do now."""
    if not rendered.readable:
        typer.echo("there is no group asterisk here: give the files to Asterisk's own user", err=True)
    if not rendered.changed:
        typer.echo(f"Nothing to change in {order.target}; node {order.node} is in {order.env_file}.")
        return
    for path in rendered.changed:
        typer.echo(f"  {path}")
    passwords = "its passwords are kept" if rendered.passwords_kept else "with new passwords"
    typer.echo(
        f"{len(rendered.changed)} files changed, {rendered.unchanged} as they were; "
        f"node {order.node} is in {order.env_file}, {passwords}."
    )
    typer.echo(_where(order.env_file) + "Restart Asterisk and ct112.")


def _where(env_file: Path) -> str:
    """Return how ct112 finds the file, when it does not by itself."""
    return "" if env_file == ENV_FILE else f"ct112 reads it when CT112_ENV_FILE={env_file.resolve()}. "
