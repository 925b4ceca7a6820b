"""lab.json: how to reach everything in the lab; written when all of it is ready."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ct112 import files
from lab.asterisk import TRUNK, AsteriskNode
from lab.ports import LOOPBACK


def contents(
    *,
    web: str,
    serve: str,
    carrier: str,
    nodes: Sequence[AsteriskNode],
    database_url: str,
    api_token: str,
    positions: Sequence[Mapping[str, Any]],
    users: Mapping[str, Mapping[str, str]],
    pids: Mapping[str, int],
) -> dict[str, Any]:
    """Return the contents as the design's section 5 lays them down; `ami` and `api_token` come on top."""
    return {
        "web": web,
        "serve": serve,
        "sip": [f"{LOOPBACK}:{node.ports.sip}" for node in nodes],
        "trunk_source": TRUNK,
        "carrier": carrier,
        "database_url": database_url,
        "ari": [
            {
                "name": node.name,
                "url": f"http://{LOOPBACK}:{node.ports.http}/ari",
                "user": node.values().ari_user,
                "password": node.ari_password,
            }
            for node in nodes
        ],
        "ami": [
            {
                "name": node.name,
                "host": LOOPBACK,
                "port": node.ports.ami,
                "user": node.values().ami_user,
                "password": node.ami_password,
            }
            for node in nodes
        ],
        "api_token": api_token,
        "pids": dict(pids),
        "positions": [dict(position) for position in positions],
        "users": {name: dict(user) for name, user in users.items()},
    }


def read(path: Path) -> dict[str, Any] | None:
    """Return what the file says, None when the lab is not up."""
    if not path.exists():
        return None
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def write(path: Path, info: Mapping[str, Any]) -> None:
    """Write the file at once and whole; it holds passwords, so for its owner alone."""
    files.replace(path, (json.dumps(info, indent=2) + "\n").encode())
