"""Rendering a node: the description, the settings and Asterisk's files brought up to date, in this order.

What is made once (passwords, the control door's token) is in the file of settings before Asterisk's files
are written: an interrupted run is finished by the next, and no password is lost.
"""

import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ct112 import env_file, files
from ct112.asterisk import description, rendering
from ct112.asterisk.configfiles import NodeValues, TemplateError, find_templates
from ct112.asterisk.description import Description, DescriptionError
from ct112.asterisk.rendering import Rendering
from ct112.asterisk.trunks import ENDPOINT
from ct112.cli.edge import CannotDo
from ct112.env_file import EnvFileError
from ct112.settings import ENV_FILE, NODE_NAME

TRUNKS = "CT112_TRUNKS"
DEAD_MAN = "CT112_DEAD_MAN_SECONDS"
FALLBACK_DIRS = "CT112_FALLBACK_DIRS"
CONTROL_TOKEN = "CT112_CONTROL_TOKEN"  # noqa: S105 (its name)
KEPT = ("ari_user", "ari_password", "ami_user", "ami_password")
LOCAL = "127."
"""Addresses of a node on this machine."""
TLS_PEM = Path("tls/asterisk.pem")
"""Beside the file of settings: used when it is there and no other is named."""
OPTIONS = {"local_networks": "--local-network", "position_networks": "--position-network"}


@dataclass(frozen=True, kw_only=True)
class RenderOrder:
    """What is asked for. `given`: fields of NodeValues, `trunk` and `media`; what is not given stays."""

    node: str = "a"
    target: Path = Path("/etc/asterisk")
    env_file: Path = ENV_FILE
    toml: Path | None = None  # the description; none: asterisk.toml beside the file of settings
    templates: Path | None = None
    given: Mapping[str, Any] = field(default_factory=dict)
    overwrite: bool = False
    new_passwords: bool = False

    @property
    def description(self) -> Path:
        """Return where nodes and trunks are described."""
        return self.toml or self.env_file.with_name("asterisk.toml")


@dataclass(frozen=True)
class Rendered:
    """What changed, or would. `diff` holds no password."""

    changed: tuple[Path, ...]
    unchanged: int
    diff: str
    passwords_kept: bool
    readable: bool  # Asterisk's own user may read the files
    of_trunks_alone: bool = False  # a reload of Asterisk takes it up, with calls up


@dataclass(frozen=True)
class _Texts:
    """The two files of ct112's own, as they are to be."""

    settings: str
    toml: str


def render_node(order: RenderOrder, *, write: bool = True) -> Rendered:
    """Render a node, or with `write` False only say what would change. Raises CannotDo with the remedy."""
    if not NODE_NAME.fullmatch(order.node):
        raise CannotDo(f"{order.node[:40]!r} is no name of a node: small letters, digits and '-', 31 at most")
    with _explained(order):
        found = _rendered(order, write=False)  # what cannot be done leaves not even a folder behind
        if not write:
            return found
        order.target.mkdir(parents=True, exist_ok=True)
        order.env_file.parent.mkdir(parents=True, exist_ok=True)
        with files.locked(order.env_file.parent):  # one at a time: two nodes share the file of settings
            return _rendered(order, write=True)


def _rendered(order: RenderOrder, *, write: bool) -> Rendered:
    before = _Texts(env_file.read(order.env_file), description.read(order.description))
    toml = description.with_options(before.toml, order.description, order.node, order.given)
    described = description.with_passwords(description.parse(toml, order.description))
    if not described.trunks:
        raise CannotDo(
            "not rendered: no trunk: give --trunk ADDRESS of the carrier, "
            f"or describe it in {order.description}"
        )
    kept = {} if order.new_passwords else _kept(before.settings, order)
    values = _values(order, described, kept | _found(before.settings, order))
    after = _Texts(_settings(before.settings, order, values), toml)
    plan = rendering.plan(_templates(order), order.target, values)
    if write and not order.overwrite:
        plan.require_unedited()
    own = _own(order, before, after)
    if write:
        _write(order, plan, own)
    changed = [*own, *(order.target / file.name for file in plan.changed)]
    return Rendered(
        tuple(changed),
        len(plan.files) - len(plan.changed),
        _diff(own, plan),
        bool(kept),
        plan.readable,
        plan.of_trunks_alone,
    )


def _own(order: RenderOrder, before: _Texts, after: _Texts) -> dict[Path, tuple[str, str]]:
    """Return the files of ct112's own that change, as they are and as they are to be."""
    texts = {
        order.description: (before.toml, after.toml),
        order.env_file: (before.settings, after.settings),
    }
    return {path: (old, new) for path, (old, new) in texts.items() if old != new}


def _write(order: RenderOrder, plan: Rendering, own: Mapping[Path, tuple[str, str]]) -> None:
    for path, (_, text) in own.items():
        env_file.write(path, text)
    plan.write(overwrite=order.overwrite)


def _values(order: RenderOrder, described: Description, kept: Mapping[str, Any]) -> NodeValues:
    told = {"etc_dir": str(order.target), **kept, **described.nodes.get(order.node, {})}
    return NodeValues(node=order.node, trunks=described.trunks, **told)


def _settings(text: str, order: RenderOrder, values: NodeValues) -> str:
    """Return the file of settings with what this node and the control door need; the rest stays."""
    text = env_file.with_node(text, order.env_file, values.connection())
    folders = env_file.table(text, order.env_file, FALLBACK_DIRS)
    if values.control_address.startswith(LOCAL) and folders.get(order.node) != values.fallback_dir:
        folders[order.node] = values.fallback_dir
        text = env_file.with_table(text, FALLBACK_DIRS, folders)
    text = _with_trunks(text, values)
    if env_file.value(text, CONTROL_TOKEN):
        return text
    return env_file.with_value(text, CONTROL_TOKEN, secrets.token_urlsafe(24))


def _with_trunks(text: str, values: NodeValues) -> str:
    """Return the file of settings with the trunks in their order; one alone, of no name, needs no mention."""
    listed = [
        {
            "endpoint": trunk.endpoint,
            "lines": trunk.lines,
            "kept_for_callers": trunk.kept_for_callers,
            "outgoing": trunk.outgoing,
            "registers": bool(trunk.user),
        }
        for trunk in values.trunks
    ]
    usual = [
        {**one, "endpoint": ENDPOINT, "lines": 0, "outgoing": True, "registers": False} for one in listed
    ]
    alone = len(listed) == 1 and listed == usual
    if alone and env_file.value(text, TRUNKS) is None:
        return text
    return env_file.with_value(text, TRUNKS, json.dumps(listed))


def _kept(text: str, order: RenderOrder) -> dict[str, Any]:
    """Return the users and passwords this node has already."""
    known = env_file.nodes(text, order.env_file)
    node = next((one for one in known if one.get("name") == order.node), {})
    return {key: node[key] for key in KEPT if node.get(key)}


def _found(text: str, order: RenderOrder) -> dict[str, Any]:
    """Return what is not described, and is found on this machine as it was set up before."""
    pem = (order.env_file.parent / TLS_PEM).resolve()
    switch = _seconds(env_file.value(text, DEAD_MAN) or "")
    folder = env_file.table(text, order.env_file, FALLBACK_DIRS).get(order.node)
    return {
        **({"tls_pem": str(pem)} if pem.exists() else {}),
        **({"fallback_dir": folder} if isinstance(folder, str) else {}),
        **({"dead_man_seconds": switch} if switch else {}),
    }


def _seconds(written: str) -> int:
    """Return whole seconds, 0 when there are none: serve itself says what is wrong with them."""
    try:
        return int(float(written))
    except (ValueError, OverflowError):
        return 0


def _templates(order: RenderOrder) -> tuple[Path, Path]:
    if order.templates is None:
        return find_templates()
    return order.templates / "asterisk-config", order.templates / "dialplan"


def _diff(own: Mapping[Path, tuple[str, str]], plan: Rendering) -> str:
    """Return what changes, in words where there are secrets."""
    said = []
    for path, (old, new) in own.items():
        if path.suffix == ".toml":
            said.append(rendering.PlannedFile(str(path), old.encode(), new.encode(), ours=True).diff())
            continue
        names = [
            name for name in env_file.names(new) if env_file.value(old, name) != env_file.value(new, name)
        ]
        said.append(f"{path}: sets {', '.join(names)} (values not shown)\n")
    return "".join(said) + plan.diff()


@contextmanager
def _explained(order: RenderOrder) -> Iterator[None]:
    """Say what cannot be done, and what to do, in one sentence."""
    try:
        yield
    except TemplateError as error:
        raise CannotDo(f"not rendered: {_as_option(str(error), order)}") from error
    except (EnvFileError, DescriptionError) as error:
        raise CannotDo(f"not rendered: {error}") from error
    except PermissionError as error:
        raise CannotDo(f"not rendered: {error.filename} may not be written: run as root") from error
    except OSError as error:
        raise CannotDo(
            f"not rendered: {error.filename} ({error.strerror}): correct that, "
            "or choose another --target or --env-file"
        ) from error


def _as_option(text: str, order: RenderOrder) -> str:
    """Return an error that begins with a field's name so that it names the option, and the file."""
    name, colon, rest = text.partition(": ")
    if not colon or name not in description.TOLD:
        return text
    option = OPTIONS.get(name, "--" + name.replace("_", "-"))
    return f"{option} ({name} of [node.{order.node}] in {order.description}): {rest}"
