"""Asterisk's own description of its API (rest-api/*.json), as the tests compare with it."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from lab.places import asterisk_root

FOLDERS = (asterisk_root() / "usr/share/asterisk/rest-api", Path("/usr/share/asterisk/rest-api"))


@cache
def described() -> tuple[dict[str, Any], ...]:
    """Return every file of the description. Fails when Asterisk is not installed."""
    folder = next((one for one in FOLDERS if one.is_dir()), None)
    assert folder is not None, "no Asterisk here: run ./run test, which installs one"
    return tuple(json.loads(file.read_text()) for file in sorted(folder.glob("*.json")))


def model(name: str) -> dict[str, Any]:
    """Return the properties of a model with those it inherits."""
    models = {key: value for one in described() for key, value in one.get("models", {}).items()}
    assert name in models, f"Asterisk knows no {name}"
    properties: dict[str, Any] = dict(models[name]["properties"])
    for parent, value in models.items():
        if name in value.get("subTypes", []):
            properties |= model(parent)
    return properties


def operation(method: str, path: str) -> dict[str, Any]:
    """Return the operation behind a method and a path template."""
    for one in described():
        for api in one.get("apis", []):
            if api["path"] == path:
                for found in api["operations"]:
                    if found["httpMethod"] == method:
                        return dict(found)
    raise AssertionError(f"Asterisk has no {method} {path}")
