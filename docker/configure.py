#!/opt/ct112/bin/python
"""The containers' configuration from `.env`: made once, then changed where `.env` changed; secrets are kept.

ct112-configure                  at every `up`: the settings, then Asterisk's files
ct112-configure set NAME         a secret: its line comes on standard input
ct112-configure password FILE    a trunk's password (`password_file` there), on standard input
ct112-configure describe         nodes and trunks, docs/carrier.md: asterisk.toml comes on standard input
"""

import os
import re
import secrets
import sys
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from ct112 import env_file
from ct112.asterisk.configfiles import NodeValues
from ct112.cli.edge import CannotDo
from ct112.cli.rendering import RenderOrder, render_node
from ct112.settings import ENV_FILE, Settings

NODE = "a"
ASTERISK = Path("/etc/asterisk")
OF_ASTERISK = "CT112_ASTERISK_"
OF_COMPOSE = {"CT112_TRUNK", "CT112_STOP_GRACE", "CT112_BESIDE_MEMORY", "CT112_OOM_SCORE"} | {
    f"CT112_{name}IMAGE" for name in ("", "ASTERISK_", "POSTGRES_")
}
ALWAYS = {
    "CT112_DATABASE_URL": "postgresql://ct112@/ct112?host=/run/postgresql",
}
"""Set when nothing else is: the database of these containers."""
NAMED = {f"CT112_{name.upper()}" for name in Settings.model_fields}
SECRETS = {
    f"CT112_{name.upper()}"
    for name, field in Settings.model_fields.items()
    if "Secret" in str(field.annotation) or name in ("database_url", "nodes")
}
DRAIN_SECONDS = float(Settings.model_fields["drain_seconds"].default)
PASSWORD_FILE = re.compile(r"[a-z0-9][a-z0-9-]{0,30}\.password")
LENGTH = re.compile(r"(?:(\d+)m)?(?:(\d+)s)?")


def settings(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the settings `.env` names. Raises CannotDo for a secret, and for what means nothing."""
    found = {name: unquoted(value) for name, value in environment.items() if name.startswith("CT112_")}
    found = {
        name: value
        for name, value in found.items()
        if name in NAMED or (name not in OF_COMPOSE and not name.startswith(OF_ASTERISK))
    }
    for name in found:
        if name in SECRETS:
            raise CannotDo(f"{name} is a secret and does not belong into .env: {how_to_set(name)}")
        if name not in NAMED:
            raise CannotDo(f"{name} in .env means nothing: docs/settings.md has the settings")
    drained(environment, found)
    return found


def drained(environment: Mapping[str, str], found: Mapping[str, str]) -> None:
    """Raise CannotDo when serve would be killed before its talks are over."""
    grace = seconds(unquoted(environment.get("CT112_STOP_GRACE", "60s")))
    try:
        drain = float(found.get("CT112_DRAIN_SECONDS", DRAIN_SECONDS))
    except ValueError:
        raise CannotDo("CT112_DRAIN_SECONDS in .env is no number of seconds") from None
    if grace < drain + 10:
        raise CannotDo(
            f"CT112_STOP_GRACE ({grace:g} s) must be CT112_DRAIN_SECONDS ({drain:g} s) and 10 s more"
        )


def seconds(text: str) -> float:
    """Return a length of time as compose writes it: 90s, 2m, 1m30s. Raises CannotDo."""
    match = LENGTH.fullmatch(text)
    if match is None or not any(match.groups()):
        raise CannotDo(f"CT112_STOP_GRACE is {text!r}: write it as 60s or 2m")
    return 60 * int(match[1] or 0) + int(match[2] or 0)


def of_asterisk(environment: Mapping[str, str]) -> dict[str, Any]:
    """Return what Asterisk is told by `.env`: lists are split at commas. Raises CannotDo."""
    known = {field.name: field.default for field in fields(NodeValues)}
    given: dict[str, Any] = {}
    for name, value in _named(environment, OF_ASTERISK):
        if f"{OF_ASTERISK}{name.upper()}" in OF_COMPOSE | NAMED:
            continue
        if name not in known or "password" in name:
            raise CannotDo(
                f"{OF_ASTERISK}{name.upper()} in .env means nothing: docs/carrier.md has the names"
            )
        given[name] = _typed(name, value, known[name])
    trunks = _items(unquoted(environment.get("CT112_TRUNK", "")))
    return given | ({"trunk": trunks} if trunks else {})


def _named(environment: Mapping[str, str], prefix: str) -> Iterator[tuple[str, str]]:
    for name, value in sorted(environment.items()):
        if name.startswith(prefix):
            yield name.removeprefix(prefix).lower(), unquoted(value)


def _typed(name: str, value: str, default: Any) -> Any:
    if isinstance(default, tuple):
        return _items(value)
    if not isinstance(default, int):
        return value
    if not value.isdecimal():
        raise CannotDo(f"{OF_ASTERISK}{name.upper()} in .env is no number: {value[:40]!r}")
    return int(value)


def _items(text: str) -> list[str]:
    return [item for item in re.split(r"[,\s]+", text) if item]


def unquoted(value: str) -> str:
    """Return a value without the quotes around it, which one compose takes off and the other leaves."""
    value = value.strip()
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"" else value


def how_to_set(name: str) -> str:
    """Return the command by which a secret comes into the volume."""
    return f"docker compose run --rm -T configuration ct112-configure set {name} < FILE"


def configure(environment: Mapping[str, str], file: Path, target: Path = ASTERISK) -> str:
    """Write what is missing or has changed; return what was done, in a sentence. Raises CannotDo."""
    wanted, given = settings(environment), of_asterisk(environment)
    before = text = env_file.read(file)
    for name, value in ALWAYS.items():
        if env_file.value(text, name) is None:
            text = env_file.with_value(text, name, value)
    for name, value in wanted.items():
        if env_file.value(text, name) != value:
            text = env_file.with_value(text, name, value)
    if env_file.value(text, "CT112_API_TOKEN") is None:
        text = env_file.with_value(text, "CT112_API_TOKEN", secrets.token_urlsafe(24))
    if text != before:
        env_file.write(file, text)
    done = render_node(RenderOrder(node=NODE, target=target, env_file=file, given=given))
    changed = sorted({path.name for path in done.changed} | ({file.name} if text != before else set()))
    return f"changed: {', '.join(changed)}" if changed else "nothing changed"


def set_value(name: str, value: str, file: Path) -> str:
    """Set one setting in the file; return what was done."""
    if name not in NAMED:
        raise CannotDo(f"{name} is no setting: docs/settings.md has them")
    if not value or "'" in value or not value.isprintable():
        raise CannotDo(f"{name}: one line, without a single quote, on standard input")
    env_file.write(file, env_file.with_value(env_file.read(file), name, value))
    return f"{name} is set: docker compose restart serve web worker"


def describe(text: str, file: Path) -> str:
    """Put the description of nodes and trunks beside the settings; the next run renders it."""
    env_file.write(file.with_name("asterisk.toml"), text)
    return "described: docker compose up --detach"


def password(name: str, value: str, file: Path) -> str:
    """Write a trunk's password beside the settings; return what was done."""
    if not PASSWORD_FILE.fullmatch(name):
        raise CannotDo(f"{name[:40]!r} is not a file's name such as telco.password")
    if not value or not value.isprintable():
        raise CannotDo("the password: one line on standard input")
    env_file.write(file.with_name(name), f"{value}\n")
    return f"{name} is written: docker compose up --detach"


def act(arguments: list[str]) -> str:
    """Do what is asked; return what was done. Raises CannotDo."""
    match arguments:
        case []:
            return configure(os.environ, ENV_FILE)
        case ["set", name]:
            return set_value(name, sys.stdin.readline().rstrip("\r\n"), ENV_FILE)
        case ["password", name]:
            return password(name, sys.stdin.readline().rstrip("\r\n"), ENV_FILE)
        case ["describe"]:
            return describe(sys.stdin.read(), ENV_FILE)
    raise CannotDo("ct112-configure, or with set NAME, password FILE or describe")


def main(arguments: list[str]) -> int:
    """Do what is asked; 1 with a sentence when it cannot be done."""
    try:
        sys.stdout.write(act(arguments) + "\n")
    except CannotDo:
        return 1  # it has said why
    except env_file.EnvFileError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    os.umask(0o027)
    sys.exit(main(sys.argv[1:]))
