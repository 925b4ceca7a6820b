"""The lab's passwords: generated once a lab, kept in a file only its owner can read."""

import json
import secrets
from pathlib import Path

from ct112.files import replace


class Passwords:
    """Passwords by name; one that is asked for the first time is made up."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, str] = json.loads(path.read_text("utf-8")) if path.exists() else {}

    def __getitem__(self, name: str) -> str:
        """Return the password called `name`."""
        if name not in self._known:
            self._known[name] = secrets.token_urlsafe(18)
            replace(self._path, json.dumps(self._known, indent=1).encode())
        return self._known[name]
