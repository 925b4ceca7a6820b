"""Who can sign in at the screens of a lab that runs: one of each role, as `./run up` and `status` tell it."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from rich.console import Console
from rich.table import Table

SHOWN = {
    "operator-1": "operator",
    "supervisor": "supervisor",
    "admin": "administrator",
    "damkar": "agency (damkar)",
}


def screens_of(info: Mapping[str, Any]) -> str:
    """Return where the screens are: by a name that browsers trust with a microphone and a cookie."""
    return f"http://localhost:{urlsplit(info['web']).port}/"


def tell(console: Console, info: Mapping[str, Any]) -> None:
    """Print the address of the screens and a login for each role; lab.json has the others."""
    table = Table("role", "user", "password", box=None)
    for name, role in SHOWN.items():
        if user := info["users"].get(name):
            table.add_row(role, user["username"], user["password"])
    console.print(f"Screens: {screens_of(info)}", soft_wrap=True)
    console.print(table)
