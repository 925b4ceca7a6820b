"""The settings as a backup keeps them: without secrets unless somebody asks for them."""

import json
import shlex
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from pydantic import SecretStr

from ct112.settings import NodeSettings, Settings

NAME = "settings.env"
NODES, DATABASE = "CT112_NODES", "CT112_DATABASE_URL"
SECRET = {
    f"CT112_{name.upper()}"
    for name, field in Settings.model_fields.items()
    if SecretStr.__name__ in str(field.annotation)
}
SECRET_OF_A_NODE = {
    name for name, field in NodeSettings.model_fields.items() if SecretStr.__name__ in str(field.annotation)
}


def as_text(written: Mapping[str, str], *, secrets: bool) -> str:
    """Return the settings as a file; a secret that is left out leaves its name."""
    lines = []
    for name, value in written.items():
        kept = value if secrets else without_secret(name, value)
        lines.append(f"# {name}: a secret, left out" if kept is None else f"{name}={shlex.quote(kept)}")
    return "\n".join(lines) + "\n"


def without_secret(name: str, value: str) -> str | None:
    """Return the value with nothing secret in it; None when it is a secret as a whole, or may hold one."""
    if name in SECRET:
        return None
    try:
        if name == NODES:
            return json.dumps([_public(node) for node in json.loads(value or "[]")])
        return _without_password(value) if name == DATABASE else value
    except (ValueError, TypeError, AttributeError):
        return None


def _public(node: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in node.items() if key not in SECRET_OF_A_NODE}


def _without_password(address: str) -> str:
    parts = urlsplit(address)
    user, at, host = parts.netloc.rpartition("@")
    place = parts._replace(netloc=user.partition(":")[0] + at + host)
    return urlunsplit(place) if "password" not in parts.query else urlunsplit(place._replace(query=""))
