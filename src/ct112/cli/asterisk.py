"""`ct112 asterisk`: Asterisk's configuration."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from ct112.cli.asterisk_update import update_command
from ct112.cli.rendering import Rendered, RenderOrder, render_node
from ct112.settings import ENV_FILE

RESTART = "Restart Asterisk and ct112."
TRUNKS_ALONE = (
    "Only trunks changed: asterisk -rx 'module reload res_pjsip.so' takes them up, calls go on. "
    "Then restart ct112 serve, and load ct112.nft if it is among the files."
)
app = typer.Typer(help="Asterisk's configuration.", no_args_is_help=True, rich_markup_mode=None)


def _option(said: str, *names: str) -> Any:
    return typer.Option(*names, help=said)


Text = str | None
Texts = list[str] | None
Trunks = Annotated[Texts, _option("Address of the carrier's trunk; repeatable.")]
Target = Annotated[Path, _option("Where Asterisk's files go.")]
EnvFile = Annotated[
    Path, _option("ct112's settings: how to reach the node is written there, the rest stays.")
]
Toml = Annotated[Path | None, _option("Nodes and trunks; by default asterisk.toml beside the settings.")]
NodeName = Annotated[str, _option("Name of this node.")]
SipAddress = Annotated[Text, _option("Address SIP listens on; 0.0.0.0: on all.")]
ControlAddress = Annotated[Text, _option("Address ARI and AMI listen on.")]
AmiPermit = Annotated[Texts, _option("Network ct112 comes from; repeatable.")]
ExternalAddress = Annotated[Text, _option("Public address, behind NAT only.")]
LocalNetworks = Annotated[Texts, _option("Network without NAT; repeatable.")]
Media = Annotated[Texts, _option("Where the carrier's sound comes from, if not the trunk's address.")]
PositionNetworks = Annotated[Texts, _option("Network the positions' phones are in, for the packet filter.")]
TlsPem = Annotated[Text, _option("Key and certificates in one file, as Asterisk sees it.")]
Templates = Annotated[Path | None, _option("Folder with asterisk-config/ and dialplan/.")]
Overwrite = Annotated[bool, _option("Replace files edited by hand; they are kept beside.", "--overwrite")]
NewPasswords = Annotated[bool, _option("New passwords for ARI and AMI of this node.", "--new-passwords")]
Diff = Annotated[bool, _option("Show what would change; write nothing.", "--diff")]
Check = Annotated[bool, _option("Exit 1 when something would change; write nothing.", "--check")]


@app.callback()
def _group() -> None:
    """Asterisk's configuration."""


app.command("update")(update_command)


@app.command("render")
def render_command(
    trunk: Trunks = None,
    target: Target = RenderOrder.target,
    env_file: EnvFile = ENV_FILE,
    toml: Toml = None,
    node: NodeName = "a",
    sip_address: SipAddress = None,
    control_address: ControlAddress = None,
    ami_permit: AmiPermit = None,
    external_address: ExternalAddress = None,
    local_network: LocalNetworks = None,
    media: Media = None,
    position_network: PositionNetworks = None,
    tls_pem: TlsPem = None,
    templates: Templates = None,
    overwrite: Overwrite = False,
    new_passwords: NewPasswords = False,
    diff: Diff = False,
    check: Check = False,
) -> None:
    """Bring a node's configuration up to date, and tell ct112 how to reach it. Safe to repeat.

    Options are kept in asterisk.toml: the next time none is needed. Passwords are made once.
    """
    given = _given(trunk=trunk, media=media, sip_address=sip_address, control_address=control_address)
    given |= _given(ami_permit=ami_permit, external_address=external_address, tls_pem=tls_pem)
    given |= _given(local_networks=local_network, position_networks=position_network)
    order = RenderOrder(
        node=node, target=target, env_file=env_file, toml=toml, templates=templates, given=given
    )
    order = replace(order, overwrite=overwrite, new_passwords=new_passwords)
    if diff or check:
        _show(render_node(order, write=False), diff=diff, check=check)
    else:
        _tell(order, render_node(order))


def _given(**options: str | list[str] | None) -> dict[str, Any]:
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
    typer.echo(_where(order.env_file) + (TRUNKS_ALONE if rendered.of_trunks_alone else RESTART))


def _where(env_file: Path) -> str:
    """Return how ct112 finds the file, when it does not by itself."""
    return "" if env_file == ENV_FILE else f"ct112 reads it when CT112_ENV_FILE={env_file.resolve()}. "
