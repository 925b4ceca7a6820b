"""The description of the nodes and trunks: asterisk.toml, read, and changed option by option.

What an engineer wrote (comments, order, keys we do not set) stays as it was written.
"""

import difflib
import stat
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import tomlkit

from ct112 import files
from ct112.asterisk.configfiles import NodeValues
from ct112.asterisk.trunks import Trunk, TrunkError, from_table

NOT_TOLD = frozenset(
    {"node", "application", "plain_ws", "trunks", "ari_user", "ami_user", "ari_password", "ami_password"}
)
TOLD = {each.name: each.default for each in fields(NodeValues) if each.name not in NOT_TOLD}
"""What may stand in a node's table, with its default."""
LONGEST_PASSWORD = 256
BEGINNING = """\
# What Asterisk is told: its nodes, and the carriers' trunks. `ct112 asterisk render` writes Asterisk's
# files from it; an option of that command is written down here. After a change: first with --diff.
# Every key: docs/carrier.md. Calls that go out try the trunks in the order they stand here.
"""


class DescriptionError(Exception):
    """The description cannot be used; the text says where and what to do."""


@dataclass(frozen=True)
class Description:
    """What asterisk.toml says: the values of each node, and the trunks in the order calls go out."""

    nodes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    trunks: Sequence[Trunk] = ()


def read(path: Path) -> str:
    """Return the text of the file, empty when there is none. Raises DescriptionError."""
    try:
        return files.small(path).decode()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text in UTF-8"
        raise DescriptionError(
            f"{path} cannot be read ({reason}): correct that or name another file"
        ) from error


def parse(text: str, path: Path) -> Description:
    """Return what the text of `path` says. Raises DescriptionError."""
    try:
        found = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # TOMLDecodeError is one; so is a number of 5,000 digits
        raise DescriptionError(f"{path} is no TOML: {str(error)[:200]}") from error
    _only(found, ("node", "trunk"), str(path))
    nodes, trunks = found.get("node", {}), found.get("trunk", [])
    if not isinstance(nodes, dict) or not all(isinstance(table, dict) for table in nodes.values()):
        raise DescriptionError(f"{path}: a node is a table of its own, such as [node.a]")
    if not isinstance(trunks, list) or not all(isinstance(table, dict) for table in trunks):
        raise DescriptionError(f"{path}: a trunk is a table of its own, [[trunk]] in double brackets")
    try:
        return Description(
            {name: _node(table, f"{path}, [node.{name}]") for name, table in nodes.items()},
            [_trunk(table, f"{path}, [[trunk]] {n}", path.parent) for n, table in enumerate(trunks, 1)],
        )
    except TrunkError as error:
        raise DescriptionError(str(error)) from error


def with_options(text: str, path: Path, node: str, given: Mapping[str, Any]) -> str:
    """Return the text with what was given for a node written down. `trunk`: servers of a nameless one.

    Raises DescriptionError when `trunk` is given and the trunks are described already, in another way.
    """
    before = parse(text, path)
    options = dict(given)
    trunk, media = (_listed(options.pop(key, None), key) for key in ("trunk", "media"))
    options = {key: value for key, value in options.items() if before.nodes.get(node, {}).get(key) != value}
    if not options and not trunk and not media and node in before.nodes:
        return text
    document = tomlkit.parse(text or BEGINNING)
    if trunk or media:
        _set_trunk(document, before, path, trunk, media)
    table = document.setdefault("node", tomlkit.table(is_super_table=True)).setdefault(node, tomlkit.table())
    for key, value in options.items():
        table[key] = value
    changed = tomlkit.dumps(document)
    parse(changed, path)
    return changed


def with_passwords(description: Description) -> Description:
    """Return it with the password of each trunk that has one, read from its file. Raises DescriptionError."""
    return replace(description, trunks=[_with_password(trunk) for trunk in description.trunks])


def _set_trunk(
    document: tomlkit.TOMLDocument,
    before: Description,
    path: Path,
    servers: Sequence[str] | None,
    media: Sequence[str] | None,
) -> None:
    """Write down the trunk of the options: the only one, and without a name."""
    if len(before.trunks) > 1 or any(trunk.name or trunk.user for trunk in before.trunks):
        raise DescriptionError(
            f"the trunks are described in {path}: change them there, not by --trunk or --media"
        )
    if not before.trunks:
        if not servers:
            raise DescriptionError(f"--media of which trunk? Give --trunk, or describe one in {path}")
        document.append("trunk", tomlkit.aot())
        document["trunk"].append(tomlkit.table())
    table = document["trunk"][0]
    known = before.trunks[0] if before.trunks else Trunk()
    for key, values, there in (("server", servers, known.servers), ("media", media, known.media)):
        if values and list(there) != list(values):
            table[key] = values[0] if len(values) == 1 else list(values)


def _listed(given: Any, key: str) -> list[str]:
    """Return what was given as a list; one text may stand for one. Raises DescriptionError."""
    found = [given] if isinstance(given, str) else list(given) if isinstance(given, list | tuple) else given
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise DescriptionError(f"--{key} is an address, or several")
    return [one for one in found if one]


def _with_password(trunk: Trunk) -> Trunk:
    if not trunk.user:
        return trunk
    path, where = trunk.password_file, f"trunk {trunk.name or trunk.user}"
    if path is None:
        raise DescriptionError(f"{where}: password_file is missing: the file with the password of its user")
    try:
        mode = path.stat().st_mode
        password = files.small(path).decode().strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "no text in UTF-8"
        raise DescriptionError(
            f"{where}: {path} cannot be read ({reason}): put the password there"
        ) from error
    if mode & stat.S_IRWXO:
        raise DescriptionError(f"{where}: everybody may read {path}: chmod 640 {path}")
    if not password:
        raise DescriptionError(f"{where}: {path} is empty: put the password there")
    if len(password) > LONGEST_PASSWORD:
        raise DescriptionError(f"{where}: {path} holds more than a password ({LONGEST_PASSWORD} characters)")
    return replace(trunk, password=password)


def _trunk(table: Mapping[str, Any], where: str, folder: Path) -> Trunk:
    name = table.get("name")
    return from_table(table, f"{where} ({name[:40]!a})" if isinstance(name, str) else where, folder)


def _node(table: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    _only(table, TOLD, where)
    return {key: _typed(key, value, where) for key, value in table.items()}


def _only(table: Mapping[str, Any], allowed: Sequence[str] | Mapping[str, Any], where: str) -> None:
    for key in table:
        if key not in allowed:
            near = difflib.get_close_matches(key, list(allowed), 1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(allowed)}"
            raise DescriptionError(f"{where}: {key} means nothing: {hint}")


def _typed(key: str, value: Any, where: str) -> Any:
    default = TOLD[key]
    if isinstance(default, tuple):
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            return list(value)
        raise DescriptionError(f'{where}: {key} is a list of texts: {key} = ["10.0.0.0/8"]')
    wanted = int if isinstance(default, int) else str
    if not isinstance(value, wanted) or isinstance(value, bool):
        raise DescriptionError(
            f"{where}: {key} must be {'a number' if wanted is int else 'a text in quotes'}"
        )
    return value
