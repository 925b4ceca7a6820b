"""`ct112 asterisk`: Asterisk's configuration."""

import secrets
from pathlib import Path
from typing import Annotated, Any

import typer

from ct112 import env_file as settings_file
from ct112.asterisk.configfiles import NodeValues, TemplateError, find_templates, let_read, render
from ct112.cli.edge import CannotDo
from ct112.settings import ENV_FILE, NODE_NAME

app = typer.Typer(help="Asterisk's configuration.", no_args_is_help=True, rich_markup_mode=None)

CONTROL_TOKEN = "CT112_CONTROL_TOKEN"  # noqa: S105 (its name)
KEPT = ("ari_user", "ari_password", "ami_user", "ami_password")


@app.callback()
def _group() -> None:
    """Asterisk's configuration."""


@app.command("render")
def render_command(
    trunk: Annotated[list[str], typer.Option(help="Address of the carrier's trunk; repeat for several.")],
    target: Annotated[Path, typer.Option(help="Where the files go.")] = Path("/etc/asterisk"),
    env_file: Annotated[
        Path, typer.Option(help="ct112's settings: how to reach the node is written there, the rest stays.")
    ] = ENV_FILE,
    node: Annotated[str, typer.Option(help="Name of this node.")] = "a",
    sip_address: Annotated[str, typer.Option(help="Address SIP listens on.")] = NodeValues.sip_address,
    control_address: Annotated[str, typer.Option(help="Address ARI and AMI listen on.")] = "127.0.0.1",
    ami_permit: Annotated[list[str], typer.Option(help="Network/mask ct112 comes from; repeatable.")] = [  # noqa: B006
        "127.0.0.0/255.0.0.0"
    ],
    external_address: Annotated[str, typer.Option(help="Public address, behind NAT only.")] = "",
    local_network: Annotated[list[str], typer.Option(help="Network without NAT; repeatable.")] = [],  # noqa: B006
    media: Annotated[
        list[str], typer.Option(help="Where the carrier's sound comes from, if not the trunk's address.")
    ] = [],  # noqa: B006
    position_network: Annotated[
        list[str], typer.Option(help="Network the positions' phones are in, for the packet filter.")
    ] = list(NodeValues.position_networks),  # noqa: B006
    templates: Annotated[
        Path | None, typer.Option(help="Folder with asterisk-config/ and dialplan/.")
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace Asterisk's files; passwords and settings are kept.")
    ] = False,
    new_passwords: Annotated[
        bool, typer.Option("--new-passwords", help="Give this node new passwords for ARI and AMI.")
    ] = False,
) -> None:
    """Write a node's configuration, and tell ct112 how to reach it.

    The node's passwords are made once. Other nodes and other settings in the file stay as they are.
    """
    if not NODE_NAME.fullmatch(node):
        raise CannotDo(f"{node!r} is no name of a node: small letters, digits and '-', 31 at most")
    try:
        text = settings_file.read(env_file)
        kept = {} if new_passwords else _kept(settings_file.nodes(text, env_file), node)
        values = NodeValues(
            node=node,
            etc_dir=str(target),
            sip_address=sip_address,
            control_address=control_address,
            ami_permit=ami_permit,
            external_address=external_address,
            local_networks=local_network,
            trunk_addresses=trunk,
            trunk_contacts=trunk,
            media_addresses=media,
            position_networks=position_network,
            **kept,
        )
        changed = _with_control_token(settings_file.with_node(text, env_file, values.connection()))
        sources = (templates / "asterisk-config", templates / "dialplan") if templates else find_templates()
        files = render(sources, target, values, overwrite=overwrite)
        if not let_read(files, values.run_user):
            typer.echo(
                f"there is no group {values.run_user} here: give the files to Asterisk's user", err=True
            )
        settings_file.write(env_file, changed)
    except (TemplateError, settings_file.EnvFileError) as error:
        raise CannotDo(f"not rendered: {error}") from error
    except PermissionError as error:
        raise CannotDo(f"not rendered: {error.filename} may not be written: run as root") from error
    except OSError as error:
        raise CannotDo(
            f"not rendered: {error.filename} ({error.strerror}): choose another --target or --env-file"
        ) from error
    passwords = "its passwords are kept" if kept else "with new passwords"
    typer.echo(f"{len(files)} files in {target}; node {node} is in {env_file}, {passwords}.")
    typer.echo(_where(env_file) + "Restart Asterisk and ct112.")


def _kept(known: list[settings_file.Node], name: str) -> dict[str, Any]:
    """Return the users and passwords this node has already."""
    node = next((one for one in known if one.get("name") == name), {})
    return {key: node[key] for key in KEPT if node.get(key)}


def _with_control_token(text: str) -> str:
    """Return `text` with a token for the control door, made once."""
    if settings_file.value(text, CONTROL_TOKEN):
        return text
    return settings_file.with_value(text, CONTROL_TOKEN, secrets.token_urlsafe(24))


def _where(env_file: Path) -> str:
    """Return how ct112 finds the file, when it does not by itself."""
    return "" if env_file == ENV_FILE else f"ct112 reads it when CT112_ENV_FILE={env_file.resolve()}. "
