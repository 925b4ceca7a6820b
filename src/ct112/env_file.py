"""The file of settings, changed key by key: what is not asked for stays as it was written."""

import grp
import io
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dotenv.parser import Binding, parse_stream  # the parser pydantic-settings reads it with

from ct112 import files

NODES = "CT112_NODES"
GROUP = "ct112"
BINDING = re.compile(
    r"""
    (?P<before>\s*(?:export[^\S\r\n]+)?)(?P<key>'[^']+'|[^=\#\s]+)(?P<equals>[^\S\r\n]*=[^\S\r\n]*)?
    (?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|[^\r\n]*?)
    (?P<behind>(?:[^\S\r\n]+\#[^\r\n]*|[^\S\r\n]*)(?:\r\n|\n|\r)?)
    """,
    re.VERBOSE | re.DOTALL,
)
"""A binding as dotenv's own parser reads it, taken apart."""
Node = Mapping[str, Any]


class EnvFileError(Exception):
    """The file cannot be used as it is; the text says where and what to do."""


def read(path: Path) -> str:
    """Return the text of the file; empty when there is none. Raises EnvFileError."""
    try:
        text = files.small(path).decode()
    except FileNotFoundError:
        return ""
    except PermissionError as error:
        raise EnvFileError(f"{path} may not be read by this user: run as its owner, or as root") from error
    except UnicodeDecodeError as error:
        raise EnvFileError(f"{path} cannot be read, it is no text in UTF-8: name another file") from error
    except OSError as error:
        raise EnvFileError(f"{path} cannot be read ({error.strerror}): name another file") from error
    for binding in _bindings(text):
        if binding.error:
            line = binding.original.line + _blank_lines(binding.original.string)
            raise EnvFileError(f"{path}, line {line} is no NAME=value: correct it, or make it a comment (#)")
    return text


def names(text: str) -> list[str]:
    """Return what the file sets."""
    return [binding.key for binding in _bindings(text) if binding.key]


def value(text: str, name: str) -> str | None:
    """Return what the file sets `name` to; the last one counts. None when it does not."""
    found = [binding.value for binding in _bindings(text) if binding.key == name]
    return found[-1] if found else None


def with_value(text: str, name: str, new: str) -> str:
    """Return `text` with `name` set to `new` where it stands, else at the end; all else stays.

    What has this value already is left as it is written. Raises EnvFileError for a value no line can hold.
    """
    if value(text, name) == new:
        return text
    written = _quoted(name, new)
    bindings = _bindings(text)
    last = max((i for i, binding in enumerate(bindings) if binding.key == name), default=None)
    if last is None:
        return f"{text}{'' if text.endswith(chr(10)) or not text else chr(10)}{name}={written}\n"
    parts = [binding.original.string for binding in bindings]
    parts[last] = _replaced(bindings[last], name, written)
    changed = "".join(parts)
    if value(changed, name) != new:
        raise EnvFileError(f"{name} is written in a way that is not understood: write it as {name}='VALUE'")
    return changed


def nodes(text: str, path: Path) -> list[Node]:
    """Return the Asterisk nodes the file names. Raises EnvFileError when they are not readable."""
    written = value(text, NODES)
    if not written:
        return []
    try:
        found = json.loads(written)
    except (ValueError, RecursionError) as error:
        raise EnvFileError(f"{NODES} in {path} is not JSON: correct it, nothing was written") from error
    if not isinstance(found, list) or not all(isinstance(node, dict) for node in found):
        raise EnvFileError(f"{NODES} in {path} is no list of nodes: correct it, nothing was written")
    return found


def table(text: str, path: Path, name: str) -> dict[str, Any]:
    """Return the JSON object the file sets `name` to; empty when it does not. Raises EnvFileError."""
    written = value(text, name)
    try:
        found = json.loads(written) if written else {}
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise EnvFileError(f"{name} in {path} is no JSON object: correct it, nothing was written")
    return found


def with_table(text: str, name: str, new: Mapping[str, Any]) -> str:
    """Return `text` with `name` set to a JSON object. Raises EnvFileError."""
    return with_value(text, name, json.dumps(new).replace("'", "\\u0027"))


def with_node(text: str, path: Path, node: Node) -> str:
    """Return `text` with this node in CT112_NODES: instead of the one of its name, or after the others."""
    known = nodes(text, path)
    names = [one.get("name") for one in known]
    if node["name"] in names:
        known[names.index(node["name"])] = node
    else:
        known.append(node)
    return with_value(text, NODES, json.dumps(known).replace("'", "\\u0027"))


def write(path: Path, text: str) -> None:
    """Replace the file at once; its owner and mode stay. A new one the group ct112 may read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        group: int | None = grp.getgrnam(GROUP).gr_gid
    except KeyError:
        group = None  # then it is for its owner alone
    if group is not None and os.geteuid() != 0 and group not in os.getgroups():
        group = None
    files.replace(path, text.encode(), mode=0o600 if group is None else 0o640, group=group)


def _bindings(text: str) -> list[Binding]:
    return list(parse_stream(io.StringIO(text)))


def _replaced(binding: Binding, name: str, written: str) -> str:
    """Return a binding with another value; what stands before and behind it stays."""
    found = BINDING.fullmatch(binding.original.string)
    if found is None or found["key"].strip("'") != name:  # a form we do not know: a line of its own
        before = binding.original.string
        return f"{before[: len(before) - len(before.lstrip())]}{name}={written}\n"
    return f"{found['before']}{found['key']}{found['equals'] or '='}{written}{found['behind']}"


def _quoted(name: str, new: str) -> str:
    """Return a value so that it is read back as it is, by dotenv and, without `'` in it, by a shell."""
    if any(one in new for one in "\n\r\0") or "${" in new:
        raise EnvFileError(f"{name}: a line break or ${{ cannot stand in a value of the file of settings")
    escaped = re.sub(r"\\(?=[\\']|$)", r"\\\\", new).replace("'", r"\'")  # no more than dotenv undoes
    return f"'{escaped}'"


def _blank_lines(written: str) -> int:
    return written[: len(written) - len(written.lstrip())].count("\n")
