"""The file of settings, changed key by key: what is not asked for stays as it was written."""

import io
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dotenv.parser import Binding, parse_stream  # the parser pydantic-settings reads it with

NODES = "CT112_NODES"
Node = Mapping[str, Any]


class EnvFileError(Exception):
    """The file cannot be used as it is; the text says where and what to do."""


def read(path: Path) -> str:
    """Return the text of the file; empty when there is none. Raises EnvFileError."""
    try:
        text = path.read_text("utf-8")
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
    """Return `text` with `name` set to `new` where it stands, else at the end; all else stays."""
    line = f"{name}='{new}'\n"
    parts = [_replaced(binding, name, line) for binding in _bindings(text)]
    if value(text, name) is None:
        parts.append(line if text.endswith("\n") or not text else f"\n{line}")
    return "".join(parts)


def nodes(text: str, path: Path) -> list[Node]:
    """Return the Asterisk nodes the file names. Raises EnvFileError when they are not readable."""
    written = value(text, NODES)
    if not written:
        return []
    try:
        found = json.loads(written)
    except ValueError as error:
        raise EnvFileError(f"{NODES} in {path} is not JSON: correct it, nothing was written") from error
    if not isinstance(found, list) or not all(isinstance(node, dict) for node in found):
        raise EnvFileError(f"{NODES} in {path} is no list of nodes: correct it, nothing was written")
    return found


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
    """Replace the file at once; its owner and mode stay, a new one is for its owner alone."""
    path = path.resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    new.touch(mode=0o600)
    if path.exists():
        before = path.stat()
        os.chown(new, before.st_uid, before.st_gid)
        new.chmod(before.st_mode & 0o777)
    new.write_text(text, "utf-8")
    new.replace(path)


def _bindings(text: str) -> list[Binding]:
    return list(parse_stream(io.StringIO(text)))


def _replaced(binding: Binding, name: str, line: str) -> str:
    written = binding.original.string
    if binding.key != name:
        return written
    return written[: len(written) - len(written.lstrip())] + line  # empty lines before it belong to it


def _blank_lines(written: str) -> int:
    return written[: len(written) - len(written.lstrip())].count("\n")
