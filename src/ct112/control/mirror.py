"""A copy of what the feed shows, kept up to date message by message."""

from collections.abc import Mapping
from typing import Any

from ct112.control.feed import CHANGE, PARTS, SNAPSHOT

NAMED_BY = {
    "calls": "id",
    "positions": "position",
    "operators": "operator",
    "callbacks": "id",
    "nodes": "node",
}


class Gap(RuntimeError):
    """A message is missing, or another serve is speaking: a new snapshot is needed."""


class Mirror:
    """What is true at serve as far as it has told; things are JSON values as they came."""

    def __init__(self, snapshot: Mapping[str, Any]) -> None:
        """Begin with a snapshot. Raises Gap when it is none."""
        if snapshot.get("kind") != SNAPSHOT:
            raise Gap
        self.boot: str = snapshot["boot"]
        self.revision: int = snapshot["revision"]
        self.at: str = snapshot["at"]
        self.health: Mapping[str, Any] = snapshot["health"]
        self.parts: dict[str, dict[str, Any]] = {
            part: {thing[NAMED_BY[part]]: thing for thing in snapshot[part]} for part in PARTS
        }

    def take(self, change: Mapping[str, Any]) -> None:
        """Take a change in. Raises Gap when it does not follow on what is known."""
        if change.get("kind") != CHANGE or change["revision"] != self.revision + 1:
            raise Gap
        self.revision, self.at = change["revision"], change["at"]
        self.health = change.get("health", self.health)
        for part in PARTS:
            things = self.parts[part]
            for name, thing in change.get(part, {}).items():
                if thing is None:
                    things.pop(name, None)
                else:
                    things[name] = thing

    def snapshot(self) -> dict[str, Any]:
        """Return everything, as a message."""
        lists = {part: list(things.values()) for part, things in self.parts.items()}
        head = {"kind": SNAPSHOT, "revision": self.revision, "at": self.at, "boot": self.boot}
        return head | {"health": self.health} | lists
